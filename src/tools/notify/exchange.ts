import { dial, type DialMap } from '../dial-map.js';
import { Redaction } from '../redaction.js';
import { messageOf } from '../refusal.js';

/** One request of a notifier. */
export interface Exchange {
  readonly method: 'POST' | 'PATCH';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, as it is sent. */
  readonly body: string;
  /** What must never stand in an error. */
  readonly secrets: readonly string[];
  /** Parts of the address that are no secret, and that the answer names: the id of a message that is edited. */
  readonly known?: readonly string[];
}

/** What came of it. */
export type ExchangeResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly retryAfter: string | null;
    }
  /** `sent`: nobody knows whether it arrived. `again`: it is worth another try. */
  | { readonly kind: 'silent'; readonly why: string; readonly sent: boolean; readonly again: boolean };

/** Answers of these services are a few hundred bytes. */
const answerMax = 64 * 1024;

/** Errors after which nothing was sent, and another try may help: the connection did not come about. */
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Errors after which nothing was sent, and nothing will be: whoever answers is not who it should be, or no address to speak to. */
const refused =
  /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL|HOSTNAME_MISMATCH|EPROTO$)|^ERR_INVALID_URL$/;

/**
 * Sends one request and reads a bounded answer. Redirects are not followed: the body would go where nobody wanted it. Nothing is thrown
 * but where the signal aborts; no secret is in what is answered.
 */
export async function exchange(
  { method, url, headers = {}, body, secrets, known = [] }: Exchange,
  way: { readonly dialMap: DialMap; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<ExchangeResult> {
  const hidden = redactionFor(url, secrets, known);
  const timeout = AbortSignal.timeout(way.timeoutMs);
  try {
    const response = await fetch(dialled(url, way.dialMap), {
      method,
      headers: { 'content-type': 'application/json', 'user-agent': 'slipway', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([way.signal, timeout]),
    });
    const text = hidden.apply(await boundedText(response));
    return {
      kind: 'answered',
      status: response.status,
      text,
      retryAfter: response.headers.get('retry-after'),
    };
  } catch (error) {
    if (way.signal.aborted) throw error;
    if (timeout.aborted) {
      return { kind: 'silent', why: `no answer within ${way.timeoutMs / 1000} s`, sent: true, again: true };
    }
    return unanswered(error, (text) => hidden.apply(text));
  }
}

/** Shorter parts of an address are names that everybody knows. */
const tokenMin = 16;

/** An address may be a secret as a whole, and so may be the long parts of its path by themselves. */
function redactionFor(url: URL, secrets: readonly string[], known: readonly string[]): Redaction {
  const tokens = url.pathname.split('/').filter((part) => part.length >= tokenMin && !known.includes(part));
  const whole = [url.href, `${url.pathname}${url.search}`].filter((text) => text.length > 1);
  return new Redaction([...secrets, ...whole, ...tokens]);
}

/** What a failed request tells. `fetch` wraps it, and says nothing itself; an error it has no code for may have come after the sending. */
function unanswered(error: unknown, hide: (text: string) => string): ExchangeResult {
  const { cause = error } = error as { readonly cause?: unknown };
  const { code = '', message = String(cause) } = cause as {
    readonly code?: unknown;
    readonly message?: string;
  };
  const why = hide(messageOf(message === '' ? String(code) : message, 160));
  if (notConnected.has(String(code))) return { kind: 'silent', why, sent: false, again: true };
  if (refused.test(String(code))) return { kind: 'silent', why, sent: false, again: false };
  return { kind: 'silent', why, sent: true, again: true };
}

/** Where to connect for an address: as it is, or where the dial map says. */
function dialled(url: URL, dialMap: DialMap): URL {
  const way = [url.host, url.hostname].map((host) => dial(dialMap, host)).find((one) => one.includes('://'));
  if (way === undefined) return url;
  return new URL(`${url.pathname}${url.search}`, way);
}

async function boundedText(response: Response): Promise<string> {
  if (!response.body) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    // The rest is left where it is: leaving the loop ends the connection.
    if (length > answerMax) break;
  }
  return Buffer.concat(parts).toString('utf8', 0, Math.min(length, answerMax));
}
