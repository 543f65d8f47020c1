import { setTimeout as pause } from 'node:timers/promises';
import type { DialMap } from '../dial-map.js';
import { messageOf } from '../refusal.js';
import { exchange, type Exchange } from './exchange.js';

/** Limit for one message, in milliseconds. A slow delivery delays nothing but the message itself. */
export interface DeliveryLimits {
  /** The whole delivery, with pauses: a service that asks for a longer pause is given up. */
  readonly totalMs: number;
  /** One request. */
  readonly requestMs: number;
  /** Pause before the second attempt; each further pause is twice as long. */
  readonly pauseMs: number;
}

export const deliveryLimits: DeliveryLimits = { totalMs: 30_000, requestMs: 10_000, pauseMs: 500 };

const attemptsMax = 5;

/** Limits and network settings of a delivery. */
export interface DeliveryWay {
  readonly dialMap: DialMap;
  readonly signal: AbortSignal;
  readonly limits: DeliveryLimits;
}

/** The meaning of a service's answer; each service has its own codes. */
export type Verdict<T> =
  | { readonly kind: 'accepted'; readonly value: T }
  /** Not accepted; retry, after that many milliseconds where the service says so. */
  | { readonly kind: 'later'; readonly why: string; readonly afterMs?: number }
  /** The service failed, and may have accepted the message. */
  | { readonly kind: 'broken'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string; readonly gone?: true };

/** The result of a delivery. */
export type Delivered<T> =
  | { readonly kind: 'accepted'; readonly value: T; readonly attempts: number }
  | {
      readonly kind: 'failed';
      readonly why: string;
      readonly attempts: number;
      readonly mayHaveArrived: boolean;
      /** The message to edit no longer exists. */
      readonly gone: boolean;
    };

/**
 * Delivers a request, with retries within its limits. Where it is unknown whether a request arrived, it is repeated only if that does no
 * harm.
 *
 * @param repeatable the service shows a repeated message once, or a duplicate is better than a lost message.
 */
export async function deliver<T>(
  request: Exchange,
  repeatable: boolean,
  judge: (answer: {
    readonly status: number;
    readonly text: string;
    readonly retryAfter: string | null;
  }) => Verdict<T>,
  { dialMap, signal, limits }: DeliveryWay,
): Promise<Delivered<T>> {
  const end = performance.now() + limits.totalMs;
  let mayHaveArrived = false;
  for (let attempts = 1; ; attempts += 1) {
    const timeoutMs = Math.max(1, Math.min(limits.requestMs, Math.ceil(end - performance.now())));
    const answer = await exchange(request, { dialMap, signal, timeoutMs });
    const verdict = answer.kind === 'answered' ? judged(answer, judge) : answer;
    if (verdict.kind === 'accepted') return { kind: 'accepted', value: verdict.value, attempts };
    const failed = (why: string): Delivered<T> => ({
      kind: 'failed',
      why,
      attempts,
      mayHaveArrived,
      gone: verdict.kind === 'refused' && verdict.gone === true,
    });
    const unclear = verdict.kind === 'broken' || (verdict.kind === 'unreachable' && verdict.sent);
    mayHaveArrived ||= unclear;
    const over = verdict.kind === 'refused' || (verdict.kind === 'unreachable' && !verdict.again);
    if (over || (unclear && !repeatable) || attempts >= attemptsMax) return failed(verdict.why);
    const asked = verdict.kind === 'later' ? verdict.afterMs : undefined;
    const pauseMs = asked ?? limits.pauseMs * 2 ** (attempts - 1);
    if (performance.now() + pauseMs >= end) {
      return failed(
        asked === undefined ? verdict.why : `${verdict.why}, and asks for ${seconds(asked)} of patience`,
      );
    }
    await pause(pauseMs, undefined, { signal });
  }
}

/** Redirects, limits and server errors mean the same for every service. */
function judged<T>(
  answer: { readonly status: number; readonly text: string; readonly retryAfter: string | null },
  judge: (answer: {
    readonly status: number;
    readonly text: string;
    readonly retryAfter: string | null;
  }) => Verdict<T>,
): Verdict<T> {
  const { status, retryAfter } = answer;
  if (status >= 300 && status < 400) {
    return {
      kind: 'refused',
      why: `it answered ${status}, a redirect, which is not followed: name the address it leads to`,
    };
  }
  const verdict = judge(answer);
  if (verdict.kind !== 'refused') return verdict;
  if (status === 429) return limited(status, afterMs(retryAfter));
  return status >= 500 ? { kind: 'broken', why: verdict.why } : verdict;
}

/** The answer of a rate-limited service. */
export function limited(status: number, pauseMs: number | undefined): Verdict<never> {
  return {
    kind: 'later',
    why: `it answered ${status}, too many messages`,
    ...(pauseMs === undefined ? {} : { afterMs: pauseMs }),
  };
}

/** Milliseconds of a Retry-After header, in seconds or as a date; undefined: missing or invalid. */
export function afterMs(header: string | null): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const value = header.trim();
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}

/** The error for an answer that is neither a success nor a limit: its status, and the beginning of its body. */
export function refusal(status: number, said: string): Verdict<never> {
  const words = messageOf(said.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' '), 160);
  return { kind: 'refused', why: `it answered ${status}${words === '' ? '' : `: ${words}`}` };
}

/** An answer as JSON; undefined: it is no JSON. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
