import { z } from 'zod';
import type { RenderedMessage } from '../../planning/messages/render.js';
import type { Exchange } from './exchange.js';
import {
  deliver,
  jsonIn,
  limited,
  refusal,
  afterMs,
  type Delivered,
  type DeliveryWay,
  type Verdict,
} from './deliver.js';
import { secretUrl } from './secret-url.js';

const posted = z.object({ id: z.string().regex(/^\d{1,25}$/) });
/** `retry_after` is in seconds, with fractions. */
const tooOften = z.object({ retry_after: z.number().nonnegative() });
const complaint = z.object({ code: z.number().optional(), message: z.string().optional() });

/** Codes of Discord's errors: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes. */
const unknownMessage = 10008;
const unknownWebhook = 10015;

/**
 * Posts a message by a webhook, or edits the one of that id. Discord's webhooks accept no idempotency key. A message that may have arrived
 * is not posted again, unless it insists. An edit may be repeated.
 *
 * @param secret the webhook's address, as Discord shows it: `https://discord.com/api/webhooks/ID/TOKEN`.
 * @throws TypeError with a sentence, where that is no such address.
 */
export async function notifyDiscord(
  secret: string,
  { discord, insist }: Pick<RenderedMessage, 'discord' | 'insist'>,
  message: string | undefined,
  delivery: DeliveryWay,
): Promise<Delivered<string>> {
  const url = webhookUrl(secret);
  const thread = url.searchParams.get('thread_id');
  const token = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const request = (method: 'POST' | 'PATCH', path: string, query: Record<string, string>): Exchange => {
    const target = new URL(url);
    target.pathname += path;
    target.search = new URLSearchParams({
      ...query,
      ...(thread === null ? {} : { thread_id: thread }),
    }).toString();
    return {
      method,
      url: target,
      body: JSON.stringify(discord),
      secrets: [secret.trim(), url.pathname, token],
      ...(message === undefined ? {} : { known: [message] }),
    };
  };
  if (message !== undefined) {
    const edited = await deliver(request('PATCH', `/messages/${message}`, {}), true, judge, delivery);
    if (edited.kind === 'accepted' || !edited.gone) return edited;
  }
  // With `wait` Discord answers once the message is posted, with its id.
  return deliver(request('POST', '', { wait: 'true' }), insist, judge, delivery);
}

function webhookUrl(secret: string): URL {
  const url = secretUrl(secret, 'https://discord.com/api/webhooks/ID/TOKEN', ['https:']);
  if (!/^\/api\/(v\d+\/)?webhooks\/\d+\/[\w-]+\/?$/.test(url.pathname)) {
    throw new TypeError(
      'it is no address of a Discord webhook: those are written https://discord.com/api/webhooks/ID/TOKEN',
    );
  }
  url.pathname = url.pathname.replace(/\/$/, '');
  return url;
}

function judge({
  status,
  text,
  retryAfter,
}: {
  status: number;
  text: string;
  retryAfter: string | null;
}): Verdict<string> {
  const body = jsonIn(text);
  if (status === 200) {
    const answer = posted.safeParse(body);
    if (answer.success) return { kind: 'accepted', value: answer.data.id };
    return { kind: 'refused', why: 'it answered 200, and not with a message of Discord' };
  }
  if (status === 429) {
    const limit = tooOften.safeParse(body);
    return limited(status, limit.success ? Math.ceil(limit.data.retry_after * 1000) : afterMs(retryAfter));
  }
  const said = complaint.safeParse(body);
  const { code, message = '' } = said.success ? said.data : {};
  if (code === unknownMessage)
    return { kind: 'refused', why: 'the message is not there any more', gone: true };
  if (code === unknownWebhook || status === 401) {
    return {
      kind: 'refused',
      why: 'Discord does not know this webhook: it was deleted, or its address is not whole',
    };
  }
  return refusal(status, said.success ? message : text);
}
