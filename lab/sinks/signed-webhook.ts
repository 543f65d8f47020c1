import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Kept } from './kept.js';
import {
  RETRY_AFTER_SECONDS,
  jsonIn,
  startSink,
  type RunningSink,
  type SinkAnswer,
  type SinkParts,
  type SinkRequest,
} from './sink.js';

/**
 * How a sender signs. `standard`: webhook-id, webhook-timestamp and webhook-signature as
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md has them; `header`:
 * `sha256=<hex>` of the body, as GitHub does, in the header of that name.
 */
export type SignedHow =
  | { readonly scheme: 'standard' }
  | { readonly scheme: 'header'; readonly header: string };

/** What came. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `right`, or what is wrong with its signature. */
  readonly signature: 'right' | 'missing' | 'wrong' | 'too old';
  /** The same id came before. */
  readonly again: boolean;
  readonly status: number;
}

/** A receiver of signed webhooks. */
export interface SignedWebhookSink extends RunningSink {
  /** Where it listens. */
  readonly hook: string;
  /** What it was given to know the sender by. */
  readonly secret: string;
  /** Every request, oldest first; the last thousands. */
  received(): readonly SignedRequest[];
}

/** The specification leaves it open; five minutes is what its own libraries take. */
const OLD_SECONDS = 5 * 60;

/** Starts one. What is not signed rightly is answered 401. */
export async function startSignedWebhook(parts: SinkParts, how: SignedHow): Promise<SignedWebhookSink> {
  const kept = new Kept<SignedRequest>();
  const key = randomBytes(24);
  const secret = how.scheme === 'standard' ? `whsec_${key.toString('base64')}` : key.toString('hex');
  const seen = new Set<string>();
  const sink = await startSink('webhook-sink', parts, (request) => {
    const signature =
      how.scheme === 'standard'
        ? standard(request, key, parts.now())
        : compared(
            request.headers[how.header],
            `sha256=${createHmac('sha256', secret).update(request.body).digest('hex')}`,
          );
    const answered = answer(request, signature);
    const id = request.headers['webhook-id'] ?? '';
    const again = id !== '' && seen.has(id);
    if (answered.taken) seen.add(id);
    kept.add({
      headers: request.headers,
      body: jsonIn(request.body) ?? request.body,
      signature,
      again,
      status: answered.status,
    });
    return answered;
  });
  return { ...sink, hook: `${sink.url}/hook`, secret, received: () => kept.all };
}

function answer(request: SinkRequest, signature: SignedRequest['signature']): SinkAnswer {
  if (request.refused) return { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } };
  if (request.fault)
    return { status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) }, body: 'too many' };
  if (request.method !== 'POST') return { status: 405, body: 'POST it' };
  if (signature !== 'right') return { status: 401, body: `signature ${signature}` };
  return { status: 204, taken: true };
}

function standard({ headers, body }: SinkRequest, key: Buffer, now: Date): SignedRequest['signature'] {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  );
  if (id === undefined || timestamp === undefined || signatures === undefined) return 'missing';
  const right = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  if (!signatures.split(' ').some((one) => compared(one, right) === 'right')) return 'wrong';
  const age = Math.abs(now.getTime() / 1000 - Number(timestamp));
  return age <= OLD_SECONDS ? 'right' : 'too old';
}

function compared(given: string | undefined, right: string): 'right' | 'missing' | 'wrong' {
  if (given === undefined) return 'missing';
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other) ? 'right' : 'wrong';
}
