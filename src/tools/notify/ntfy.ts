import { z } from 'zod';
import type { RenderedMessage } from '../../planning/messages/render.js';
import { deliver, jsonIn, refusal, type Delivered, type DeliveryWay, type Verdict } from './deliver.js';
import { secretUrl } from './secret-url.js';

/** Where to publish, from its resolved references. */
export interface NtfyTopic {
  /** Address of the server. */
  readonly server: URL;
  readonly topic: string;
  /** The `Authorization` header. */
  readonly authorization?: string;
}

const answer = z.object({ id: z.string().max(64), sequence_id: z.string().max(64).optional() });
/** https://docs.ntfy.sh/config/#rate-limiting: 42908 is the daily quota, which no retry of this message outlasts. */
const complaint = z.object({ code: z.number().optional(), error: z.string().optional() });
const dayIsOver = 42908;

/** The stored id of a status message that this server cannot update: it is not sent again. */
const cannotUpdate = 'no-updates';

/**
 * Publishes a message as JSON. From 2.16 on a server accepts a sequence id: a message with a known id replaces the earlier one. So a
 * message may be repeated, and a status message updated. An older server shows a repetition twice; it gets a status message once, since its
 * answer lacks that id.
 */
export async function notifyNtfy(
  { server, topic, authorization }: NtfyTopic,
  { ntfy, thread, isStatusMessage }: Pick<RenderedMessage, 'ntfy' | 'thread' | 'isStatusMessage'>,
  message: string | undefined,
  delivery: DeliveryWay,
): Promise<Delivered<string>> {
  if (isStatusMessage && message === cannotUpdate)
    return { kind: 'accepted', value: cannotUpdate, attempts: 0 };
  const secrets = [
    topic,
    ...(authorization === undefined ? [] : [authorization, authorization.replace(/^\w+ /, '')]),
  ];
  const request = {
    method: 'POST' as const,
    url: server,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
    body: JSON.stringify({ topic, sequence_id: `slipway-${thread}`, ...ntfy }),
    secrets,
  };
  return deliver(request, true, judge, delivery);
}

/**
 * Where a receiver of the inventory publishes.
 *
 * @throws TypeError with a sentence that holds no secret.
 */
export function ntfyTopic(held: {
  readonly server: string | undefined;
  readonly topic: string | undefined;
  readonly token: string | undefined;
  readonly webhook: string | undefined;
}): NtfyTopic {
  const bearer = held.token === undefined ? undefined : `Bearer ${headerText(held.token)}`;
  if (held.webhook === undefined) {
    const server = secretUrl(held.server ?? 'https://ntfy.sh', 'https://ntfy.sh');
    return {
      server: rootOf(server),
      topic: topicText(held.topic ?? ''),
      ...(bearer ? { authorization: bearer } : {}),
    };
  }
  const url = secretUrl(held.webhook, 'https://ntfy.sh/TOPIC');
  const { username, password } = url;
  const basic =
    username === ''
      ? undefined
      : `Basic ${base64(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const topic = topicText(parts.pop() ?? '');
  url.pathname = `/${parts.join('/')}`;
  const authorization = bearer ?? basic;
  return { server: rootOf(url), topic, ...(authorization ? { authorization } : {}) };
}

/** Credentials in an address go into a header, because fetch rejects them in a URL; a JSON message goes to the root. */
function rootOf(url: URL): URL {
  const root = new URL(url);
  root.username = '';
  root.password = '';
  root.search = '';
  return root;
}

function topicText(secret: string): string {
  const topic = secret.trim();
  if (/^[-_A-Za-z0-9]{1,64}$/.test(topic)) return topic;
  throw new TypeError('its topic is none: topics have up to 64 letters, digits, - and _');
}

function headerText(secret: string): string {
  const token = secret.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new TypeError('its token has characters no access token has');
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function judge({ status, text }: { status: number; text: string }): Verdict<string> {
  const body = jsonIn(text);
  if (status === 200) {
    const published = answer.safeParse(body);
    if (!published.success)
      return { kind: 'refused', why: 'it answered 200, and not as an ntfy server does' };
    return { kind: 'accepted', value: published.data.sequence_id ?? cannotUpdate };
  }
  const said = complaint.safeParse(body);
  const { code, error = '' } = said.success ? said.data : {};
  if (status === 429 && code === dayIsOver) {
    // Not as a limit, which would be retried.
    return { kind: 'later', why: "it answered 429, the day's messages are used up", afterMs: 86_400_000 };
  }
  if (status === 401 || status === 403) {
    return {
      kind: 'refused',
      why: `it answered ${status}: the topic asks for a token that may write, or the token is wrong`,
    };
  }
  return refusal(status, said.success ? error : text);
}
