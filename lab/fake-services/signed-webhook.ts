import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Kept } from './kept.js';
import {
  RETRY_AFTER_SECONDS,
  jsonIn,
  startService,
  type RunningService,
  type ServiceAnswer,
  type ServiceParts,
  type ServiceRequest,
} from './fake-service.js';

/**
 * The signature scheme. `standard`: webhook-id, webhook-timestamp and webhook-signature of
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md; `header`: `sha256=<hex>` of the body, as
 * GitHub does, in the header of that name.
 */
export type SignedHow =
  | { readonly scheme: 'standard' }
  | { readonly scheme: 'header'; readonly header: string };

/** A received request. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** `right`, or the problem of its signature. */
  readonly signature: 'right' | 'missing' | 'wrong' | 'too old';
  /** The same id was received before. */
  readonly again: boolean;
  readonly status: number;
}

/** A receiver of signed webhooks. */
export interface FakeSignedWebhook extends RunningService {
  /** Its address. */
  readonly hook: string;
  /** The secret that it verifies signatures with. */
  readonly secret: string;
  /** Every request, oldest first; the last thousands. */
  received(): readonly SignedRequest[];
}

/** The specification leaves it open; its own libraries use five minutes. */
const OLD_SECONDS = 5 * 60;

/** Starts one. It answers 401 to an invalid signature. */
export async function startSignedWebhook(parts: ServiceParts, how: SignedHow): Promise<FakeSignedWebhook> {
  const kept = new Kept<SignedRequest>();
  const key = randomBytes(24);
  const secret = how.scheme === 'standard' ? `whsec_${key.toString('base64')}` : key.toString('hex');
  const seen = new Set<string>();
  const fakeService = await startService('webhook-receiver', parts, (request) => {
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
  return { ...fakeService, hook: `${fakeService.url}/hook`, secret, received: () => kept.all };
}

function answer(request: ServiceRequest, signature: SignedRequest['signature']): ServiceAnswer {
  if (request.refused) return { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } };
  if (request.fault)
    return { status: 429, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) }, body: 'too many' };
  if (request.method !== 'POST') return { status: 405, body: 'POST it' };
  if (signature !== 'right') return { status: 401, body: `signature ${signature}` };
  return { status: 204, taken: true };
}

function standard({ headers, body }: ServiceRequest, key: Buffer, now: Date): SignedRequest['signature'] {
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
