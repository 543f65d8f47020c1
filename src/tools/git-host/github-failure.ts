import { messageOf } from '../refusal.js';
import type { Redaction } from '../redaction.js';
import { GitHostFailed, type GitHostTrouble } from './git-host-failed.js';

/** GitHub's secondary limits name a delay; where they do not, its documentation asks for a minute. */
const busyMs = 60_000;

/**
 * Turns an error of GitHub's client into a value with a sentence. The original error is not passed on: it holds the request.
 *
 * @param what what was asked, for the sentence.
 */
export function gitHostFailure(error: unknown, what: string, redaction: Redaction): GitHostFailed {
  if (error instanceof GitHostFailed) return error;
  const say = (text: string): string => redaction.apply(`${what}: ${text}`);
  const status = statusOf(error);
  const pauseMs = pauseOf(error);
  const busy = status === 429 || (status === 403 && pauseMs !== undefined);
  const text = busy ? `GitHub wants a pause of ${Math.round((pauseMs ?? busyMs) / 1000)} s` : reasonOf(error);
  const trouble: GitHostTrouble = busy ? 'busy' : troubleOf(status);
  return new GitHostFailed(trouble, say(text), status, busy ? (pauseMs ?? busyMs) : undefined);
}

function troubleOf(status: number | undefined): GitHostTrouble {
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  if (status !== undefined && status >= 400 && status < 500) return 'refused';
  return 'unreachable';
}

/** fetch puts the connection error into its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const status = statusOf(error);
  // Octokit reports a failed connection as an answer with status 500.
  return status === undefined || cause !== error
    ? messageOf(cause)
    : `it answered ${status}, ${messageOf(error)}`;
}

function statusOf(error: unknown): number | undefined {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}

interface WithHeaders {
  readonly response?: { readonly headers?: Readonly<Record<string, string | number | undefined>> };
}

/**
 * The delay that GitHub asks for, in milliseconds; undefined: none.
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function pauseOf(error: unknown): number | undefined {
  const { response } = error as WithHeaders;
  const headers = response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(after)) return after * 1000;
  if (String(headers['x-ratelimit-remaining']) === '0') {
    const until = Number(headers['x-ratelimit-reset']) * 1000 - Date.now();
    return Number.isFinite(until) ? Math.max(1_000, until) : busyMs;
  }
  return error instanceof Error && /secondary rate limit/i.test(error.message) ? busyMs : undefined;
}
