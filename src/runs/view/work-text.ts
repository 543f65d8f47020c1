import { sentence } from '../../planning/text/sentence.js';
import type { PendingActivity } from './pending-work.js';
import type { RunView, Work } from './run-view.js';
import { clockText, durationText } from './time-text.js';

/** A worker takes a workflow task immediately. After this long, the task has no worker. */
const takenAfterMs = 5_000;
/** A healthy activity sends a heartbeat every few seconds. A gap of more than this share of the heartbeat timeout is reported. */
const silentShare = 0.5;
/** For a longer wait the text includes the command that ends it. */
const longWaitMs = 60_000;
/** More failures of a workflow task than this mean a bug in its code, not a dead worker. */
const failsByCode = 3;

/** A worker reconnects after at most ten seconds, and each poll lasts up to a minute. */
const reconnectsWithinMs = 75_000;

/** Temporal keeps its list of workers in memory only. */
export const neverSeen = 'Temporal has seen none for five minutes, or since it started';

/** The current time and the time zone for texts. */
export interface Clock {
  /** Milliseconds. */
  readonly now: number;
  /** An IANA name; default the machine's own. */
  readonly timeZone?: string;
}

/** Current work as sentences: what it waits for, until when, and what is wrong. */
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

/** A problem of Slipway or Temporal, not of the cluster. */
export interface Trouble {
  readonly kind: 'reconnecting' | 'no-worker' | 'not-taken' | 'code-fails';
  readonly text: string;
}

/** Current problems, each kind once; empty: none. */
export function troubles(view: RunView, { now, timeZone }: Clock): Trouble[] {
  if (view.outcome) return [];
  const found = new Map<Trouble['kind'], string>();
  const { workers } = view;
  const heartbeat = lastHeartbeat(view, now);
  if (workers && !workers.answering && workers.lastSeen === undefined && heartbeat !== undefined) {
    found.set(
      'reconnecting',
      `Temporal lists no worker on task queue ${workers.taskQueue}, and heard one ${durationText(heartbeat)} ago: Temporal or the worker has just restarted. ` +
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
 * Milliseconds since the last heartbeat of this run. Heartbeats are in Temporal's database and survive its restart; its list of pollers
 * does not. Undefined: older than the time in which a live worker reconnects.
 */
function lastHeartbeat({ work, nodes }: RunView, now: number): number | undefined {
  const heartbeats = [...work, ...nodes.flatMap((node) => node.work)].flatMap(({ pending }) =>
    pending?.heardAt === undefined ? [] : [now - Date.parse(pending.heardAt)],
  );
  const ago = Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...heartbeats));
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
  if (state === 'cancelling') parts.push('It was asked to stop.');
  return parts;
}

/** Translates Temporal's messages about a lost worker. */
function failureText(message: string): string {
  if (/heartbeat/i.test(message))
    return 'the worker before fell silent; the next one looks first at what became of the step.';
  if (/shutting down|WorkerShutdown/i.test(message))
    return 'the worker before was stopped; the next one looks first at what became of the step.';
  return sentence(message);
}
