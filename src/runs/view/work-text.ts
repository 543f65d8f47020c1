import { sentence } from '../../planning/text/sentence.js';
import type { PendingActivity } from './pending-work.js';
import type { RunView, Work } from './run-view.js';
import { clockText, durationText } from './time-text.js';

/** A worker takes what is due at once; what still lies there after this long has none. */
const takenAfterMs = 5_000;
/** A healthy activity is heard every few seconds; past this share of its limit, its silence is worth a word. */
const silentShare = 0.5;
/** A wait this long deserves to be told how it could be ended. */
const longWaitMs = 60_000;
/** A workflow task that fails this often fails by the code, not by a worker that died. */
const failsByCode = 3;

/** A worker whose connection broke tries again after at most ten seconds, and each poll lasts up to a minute. */
const reconnectsWithinMs = 75_000;

/** Temporal keeps its list of workers in memory. */
export const neverSeen = 'Temporal has seen none for five minutes, or since it started';

/** What people are told beside the sentences themselves. */
export interface Clock {
  /** Milliseconds. */
  readonly now: number;
  /** An IANA name; default the machine's own. */
  readonly timeZone?: string;
}

/** What goes on, as sentences: what it waits for, until when, and what troubles it. */
export function workText(work: Work, view: RunView, clock: Clock): string {
  const { pending } = work;
  const { now, timeZone } = clock;
  if (!pending) return sentence(work.does);
  const { waiting } = pending;
  const parts = [sentence(waiting?.waitingFor ?? work.does)];
  if (waiting) parts.push(`Until ${clockText(waiting.until, now, timeZone)}.`);
  parts.push(...attemptText(pending, clock));
  if (waiting && now - Date.parse(waiting.since) > longWaitMs && !view.abort) {
    parts.push(`To stop the run, type: slipway abort ${view.cluster}/${view.run} --why "…"`);
  }
  return parts.join(' ');
}

/** Something wrong with the machinery rather than with the cluster. */
export interface Trouble {
  readonly kind: 'reconnecting' | 'no-worker' | 'not-taken' | 'code-fails';
  readonly text: string;
}

/** What is wrong now; empty when all is well. Each kind once. */
export function troubles(view: RunView, { now, timeZone }: Clock): Trouble[] {
  if (view.outcome) return [];
  const found = new Map<Trouble['kind'], string>();
  const { workers } = view;
  const heard = heardBefore(view, now);
  if (workers && !workers.answering && workers.lastSeen === undefined && heard !== undefined) {
    found.set(
      'reconnecting',
      `Temporal lists no worker on task queue ${workers.taskQueue}, and heard one ${durationText(heard)} ago: Temporal or the worker has just restarted. ` +
        'A worker that lives reconnects within seconds. The run waits where it is.',
    );
  } else if (workers && !workers.answering) {
    const since = workers.lastSeen ? ` since ${clockText(workers.lastSeen, now, timeZone)}` : '';
    const never = workers.lastSeen ? '' : ` ${neverSeen}.`;
    const what = `No worker answers on task queue ${workers.taskQueue}${since}.${never} The run waits where it is.`;
    found.set('no-worker', `${what} Start one: ${workers.startWith}`);
  }
  const tasks = [view.workflowTask, ...view.nodes.map((node) => node.workflowTask)].filter(
    (task) => task !== undefined,
  );
  for (const task of tasks) {
    const late = now - Date.parse(task.since);
    if (task.attempt > failsByCode) {
      found.set(
        'code-fails',
        `The workflow's own code fails (attempt ${task.attempt}): a bug of Slipway. The worker's log names it.`,
      );
    } else if (!task.taken && late > takenAfterMs && !found.has('no-worker') && !found.has('reconnecting')) {
      found.set('not-taken', `No worker has taken the run's next decision for ${durationText(late)}.`);
    }
  }
  return [...found].map(([kind, text]) => ({ kind, text }));
}

/**
 * Milliseconds since a worker was last heard about this run, by the record, which outlives a restart of Temporal: who polls its task
 * queues is in its memory alone. Undefined: not within the time in which a worker that lives is back.
 */
function heardBefore({ work, nodes }: RunView, now: number): number | undefined {
  const heard = [...work, ...nodes.flatMap((node) => node.work)].flatMap(({ pending }) =>
    pending?.heardAt === undefined ? [] : [now - Date.parse(pending.heardAt)],
  );
  const ago = Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...heard));
  return ago < reconnectsWithinMs ? ago : undefined;
}

function attemptText(pending: PendingActivity, { now, timeZone }: Clock): string[] {
  const { state, attempt, lastFailure, nextAttemptAt, heardAt, heartbeatLimit } = pending;
  const before = lastFailure ? failureText(lastFailure.message) : 'nobody knows why the one before ended.';
  if (state === 'paused') return ['Somebody paused it in Temporal; unpause it there.'];
  if (state === 'queued' && attempt > 1) {
    const later = nextAttemptAt && Date.parse(nextAttemptAt) > now;
    const next = later ? `follows at ${clockText(nextAttemptAt, now, timeZone)}` : 'waits for a worker';
    return [`Attempt ${attempt} ${next}: ${before}`];
  }
  const parts: string[] = [];
  if (attempt > 1) parts.push(`Attempt ${attempt}: ${before}`);
  const silence = heardAt && heartbeatLimit ? now - Date.parse(heardAt) : 0;
  if (state === 'running' && heartbeatLimit && silence > heartbeatLimit * silentShare) {
    const limit = `${Math.round(heartbeatLimit / 1000)} s`;
    parts.push(
      `Its worker was last heard ${Math.floor(silence / 1000)} s ago; after ${limit} of silence another goes on.`,
    );
  }
  if (state === 'cancelling') parts.push('It was told to stop.');
  return parts;
}

/** Temporal's words for a lost worker, in ours. */
function failureText(message: string): string {
  if (/heartbeat/i.test(message))
    return 'the worker before fell silent; the next one looks first at what became of the step.';
  if (/shutting down|WorkerShutdown/i.test(message))
    return 'the worker before was stopped; the next one looks first at what became of the step.';
  return sentence(message);
}
