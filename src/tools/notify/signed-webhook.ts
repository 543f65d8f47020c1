import { createHmac } from 'node:crypto';
import type { RenderedMessage } from '../../planning/messages/render.js';
import { deliver, refusal, type Delivered, type DeliveryWay } from './deliver.js';
import { secretUrl } from './secret-url.js';

/** Shorter secrets can be guessed. */
const secretMin = 16;

/**
 * Posts a message as JSON, signed according to Standard Webhooks: `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature`
 * (`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`). A repetition has the same id, so that a receiver can drop it.
 *
 * @throws TypeError with a sentence that holds no secret.
 */
export async function notifyWebhook(
  { url, secret }: { readonly url: string; readonly secret: string },
  { webhook, key }: Pick<RenderedMessage, 'webhook' | 'key'>,
  delivery: DeliveryWay,
): Promise<Delivered<string>> {
  const target = secretUrl(url, 'https://example.org/hooks/slipway');
  const { username, password } = target;
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  target.username = '';
  target.password = '';
  const body = JSON.stringify(webhook);
  const id = `msg_${key}`;
  const seconds = Math.floor(Date.now() / 1000);
  const request = {
    method: 'POST' as const,
    url: target,
    headers: {
      ...(username === '' ? {} : { authorization: `Basic ${basic}` }),
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature(secret, id, seconds, body),
    },
    body,
    secrets: [url.trim(), secret.trim(), ...(username === '' ? [] : [basic, password])],
  };
  return deliver<string>(
    request,
    true,
    ({ status, text }) =>
      status >= 200 && status < 300 ? { kind: 'accepted', value: '' } : refusal(status, text),
    delivery,
  );
}

/**
 * The signature of a body: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
 *
 * @param secret `whsec_` and base64, or any other text, whose bytes are the key.
 * @throws TypeError where it is too short.
 */
export function signature(secret: string, id: string, seconds: number, body: string): string {
  return `v1,${createHmac('sha256', keyOf(secret.trim())).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

function keyOf(secret: string): Buffer {
  const coded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const key = coded === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(coded, 'base64');
  if (key.length >= secretMin) return key;
  throw new TypeError(
    `its secret is shorter than ${secretMin} bytes: openssl rand -base64 24 makes one, to be written whsec_…`,
  );
}
