import { setMaxListeners } from 'node:events';
import type { AdviceContext } from '../../planning/reasons/advise.js';
import { advise } from '../../planning/reasons/advise.js';
import { describe } from '../../planning/reasons/describe.js';
import { Refusal, messageOf } from '../../tools/refusal.js';
import { CommandStopped } from '../mistakes.js';
import { sentence } from '../../planning/text/sentence.js';

/** Groups of checks, in the order they are shown. */
export const groups = {
  tools: 'Programs',
  credentials: 'Credentials',
  endpoints: 'Ways to the cluster',
  clock: 'Clock',
  temporal: 'Temporal',
  factory: 'Image Factory',
  terraform: 'Terraform',
  inventory: 'slipway.yaml and the cluster',
  probes: 'Probes',
  marks: 'Marks of runs',
  snapshots: 'Snapshots',
} as const;
export type Group = keyof typeof groups;

/** `warn`: an upgrade works, and somebody should know. `not-asked`: a dependency does not respond; its own row says why. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'not-asked';

/** The result of a check. */
export interface Answer {
  readonly verdict: Verdict;
  /** One sentence. */
  readonly says: string;
  /** What to type, or where to look. */
  readonly type?: readonly string[];
  /** Response time in milliseconds, where it is worth showing. */
  readonly tookMs?: number;
}

/** One result of a check that covers several things: `what` names the thing. */
export interface NamedAnswer extends Answer {
  readonly what: string;
}

/** One row of the table of checks. */
export interface Check {
  readonly group: Group;
  /** What is checked: `kubeconfig`, `k8s-ctrl-1`. */
  readonly what: string;
  /** Timeout in milliseconds; a check that exceeds it has failed. */
  readonly limitMs: number;
  /** @param signal aborts at the limit. @throws NotAsked; a Refusal, or anything else, fails the check. */
  ask(signal: AbortSignal): Promise<Answer | readonly NamedAnswer[]>;
}

/** A check with its answer. */
export interface Finding extends NamedAnswer {
  readonly group: Group;
}

/** A dependency of the check is missing, and another row says why. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

/** Waits for another observation. If that failed, the check ends as `not-asked`. */
export async function needed<T>(observation: Promise<T>, why: string): Promise<T> {
  try {
    return await observation;
  } catch (error) {
    // The dependency of that observation is the root cause.
    throw error instanceof NotAsked ? error : new NotAsked(why, { cause: error });
  }
}

/** Runs all checks in parallel, each until its result or its timeout. Never throws, and never takes longer than the longest timeout. */
export async function runChecks(checks: readonly Check[], context: AdviceContext): Promise<Finding[]> {
  const findings = await Promise.all(checks.map((check) => run(check, context)));
  return findings.flat();
}

async function run(check: Check, context: AdviceContext): Promise<Finding[]> {
  const { group, what, limitMs } = check;
  const limit = new AbortController();
  // A check may send many requests in parallel, so many listeners on one signal are no leak.
  setMaxListeners(0, limit.signal);
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve({ verdict: 'fail', says: `No answer within ${Math.round(limitMs / 1000)} s.` });
      limit.abort();
    }, limitMs);
  });
  try {
    const answer = await Promise.race([check.ask(limit.signal), overdue]);
    return isOne(answer) ? [{ group, what, ...answer }] : answer.map((one) => ({ group, ...one }));
  } catch (error) {
    return [{ group, what, ...failed(error, context) }];
  } finally {
    clearTimeout(timer);
  }
}

function isOne(answer: Answer | readonly NamedAnswer[]): answer is Answer {
  return !Array.isArray(answer);
}

function failed(error: unknown, context: AdviceContext): Answer {
  if (error instanceof NotAsked) return { verdict: 'not-asked', says: sentence(error.message) };
  if (error instanceof Refusal) {
    return {
      verdict: 'fail',
      says: sentence(describe(error.reason)),
      type: advise(error.reason, context),
    };
  }
  if (error instanceof CommandStopped) {
    return { verdict: 'fail', says: error.message, ...(error.hint === '' ? {} : { type: [error.hint] }) };
  }
  return { verdict: 'fail', says: sentence(messageOf(error)) };
}
