import type { Decision } from '../../planning/run-result.js';
import {
  abortRun,
  pauseRun,
  resumeRun,
  type PauseAnswer,
  type PauseInput,
} from '../../workflows/messages.js';
import type { HistoryFacts, UpdateFact } from './history-facts.js';
import type { PauseTime, PauseView } from './run-view.js';

const kinds: Readonly<Record<string, Decision['kind']>> = {
  [abortRun.name]: 'abort',
  [pauseRun.name]: 'pause',
  [resumeRun.name]: 'resume',
};

/** Answers that say that nothing came of it. */
const idle = new Set(['paused-already', 'ending-already', 'not-paused']);

/** What people said to the run and it heeded, in order. A cancel, which names nobody, is an abort. */
export function decisionsOf(facts: HistoryFacts): Decision[] {
  const told = facts.updates.filter(heeded).flatMap(decisionOf);
  const { cancel } = facts;
  const cancels: Decision[] = cancel
    ? [{ kind: 'abort', by: 'a cancel', why: cancel.why, at: cancel.at }]
    : [];
  return [...told, ...cancels].toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** The pause that somebody asked for and nobody ended; an abort ends it too. */
export function pauseOf(facts: HistoryFacts): PauseView | undefined {
  if (facts.close || facts.cancel) return undefined;
  const last = facts.updates.filter(heeded).findLast((update) => kinds[update.name] !== undefined);
  if (last?.name !== pauseRun.name) return undefined;
  const { by, why } = inputOf(last);
  return {
    by,
    why,
    at: last.at,
    limit: (last.answer as PauseAnswer | undefined)?.limit,
    waiting: pausesOf(facts).find((pause) => pause.endedAt === undefined),
  };
}

/** A run has one kind of timer: that of its pause. */
export function pausesOf({ timers, close }: HistoryFacts): PauseTime[] {
  return timers.map(({ startedAt, until, endedAt }) => ({
    since: startedAt,
    until,
    endedAt: endedAt ?? close?.at,
  }));
}

function heeded({ answer }: UpdateFact): boolean {
  const verdict = typeof answer === 'object' && answer !== null && 'verdict' in answer ? answer.verdict : '';
  return typeof verdict !== 'string' || !idle.has(verdict);
}

function decisionOf(update: UpdateFact): Decision[] {
  const kind = kinds[update.name];
  return kind ? [{ kind, ...inputOf(update), at: update.at }] : [];
}

function inputOf({ arguments: [first] }: UpdateFact): PauseInput {
  const input = first as PauseInput | undefined;
  return { by: input?.by ?? 'unknown', why: input?.why ?? '' };
}
