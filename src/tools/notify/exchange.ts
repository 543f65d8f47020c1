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
  /** Texts that must never appear in an error. */
  readonly secrets: readonly string[];
  /** Parts of the address that are no secret, and that the answer contains: the id of an edited message. */
  readonly known?: readonly string[];
}

/** The result of the request. */
export type ExchangeResult =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly text: string;
      readonly retryAfter: string | null;
    }
  /** `sent`: it may have arrived. `again`: a retry may help. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly sent: boolean; readonly again: boolean };

/** Answers of these services are a few hundred bytes. */
const answerMax = 64 * 1024;

/** Errors before anything was sent, where a retry may help: the connection failed. */
const notConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Errors before anything was sent, where no retry helps: a wrong certificate, or no valid address. */
const refused =
  /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_SSL|HOSTNAME_MISMATCH|EPROTO$)|^ERR_INVALID_URL$/;

/**
 * Sends one request and reads a bounded answer. Redirects are not followed: the body must not go to another address. Throws only where the
 * signal aborts; the result holds no secret.
 */
export async function exchange(
  { method, url, headers = {}, body, secrets, known = [] }: Exchange,
  options: { readonly dialMap: DialMap; readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<ExchangeResult> {
  const hidden = redactionFor(url, secrets, known);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  try {
    const response = await fetch(dialled(url, options.dialMap), {
      method,
      headers: { 'content-type': 'application/json', 'user-agent': 'slipway', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([options.signal, timeout]),
    });
    const text = hidden.apply(await boundedText(response));
    return {
      kind: 'answered',
      status: response.status,
      text,
      retryAfter: response.headers.get('retry-after'),
    };
  } catch (error) {
    if (options.signal.aborted) throw error;
    if (timeout.aborted) {
      return {
        kind: 'unreachable',
        why: `no answer within ${options.timeoutMs / 1000} s`,
        sent: true,
        again: true,
      };
    }
    return unanswered(error, (text) => hidden.apply(text));
  }
}

/** Shorter parts of an address are common names and no secrets. */
const tokenMin = 16;

/** An address may be a secret as a whole, and so may each long part of its path. */
function redactionFor(url: URL, secrets: readonly string[], known: readonly string[]): Redaction {
  const tokens = url.pathname.split('/').filter((part) => part.length >= tokenMin && !known.includes(part));
  const whole = [url.href, `${url.pathname}${url.search}`].filter((text) => text.length > 1);
  return new Redaction([...secrets, ...whole, ...tokens]);
}

/** The reason of a failed request. `fetch` wraps it, and has no message of its own; an unknown error may have happened after sending. */
function unanswered(error: unknown, hide: (text: string) => string): ExchangeResult {
  const { cause = error } = error as { readonly cause?: unknown };
  const { code = '', message = String(cause) } = cause as {
    readonly code?: unknown;
    readonly message?: string;
  };
  const why = hide(messageOf(message === '' ? String(code) : message, 160));
  if (notConnected.has(String(code))) return { kind: 'unreachable', why, sent: false, again: true };
  if (refused.test(String(code))) return { kind: 'unreachable', why, sent: false, again: false };
  return { kind: 'unreachable', why, sent: true, again: true };
}

/** Where to connect for an address: the address itself, or the dial map's value. */
function dialled(url: URL, dialMap: DialMap): URL {
  const target = [url.host, url.hostname]
    .map((host) => dial(dialMap, host))
    .find((one) => one.includes('://'));
  if (target === undefined) return url;
  return new URL(`${url.pathname}${url.search}`, target);
}

async function boundedText(response: Response): Promise<string> {
  if (!response.body) return '';
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    // The rest is not read: leaving the loop closes the connection.
    if (length > answerMax) break;
  }
  return Buffer.concat(parts).toString('utf8', 0, Math.min(length, answerMax));
}
