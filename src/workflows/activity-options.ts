import type { ActivityOptions } from '@temporalio/workflow';
import { attemptGraceMs } from './messages.js';

/**
 * One table of heartbeats, timeouts and retries.
 *
 * | class   | what                       | heartbeat | end                                | again after a failure     |
 * |---------|----------------------------|-----------|------------------------------------|---------------------------|
 * | look    | one observation            | 8 s       | the limit given, then an outage's  | 1 s … 30 s until the end  |
 * | wait    | polls until its limit      | 8 s       | the limit given                    | 1 s … 5 s until the end   |
 * | mutate  | changes one thing, quickly | 8 s       | the limit given, then an outage's  | 1 s … 10 s until the end  |
 * | once    | sends a one-shot request   | 8 s       | the limit given                    | observes only; 1 s … 5 s  |
 * | notify  | delivers one notification  | 8 s       | 150 s; a day with its attempts     | 1 s … 30 s, five times    |
 *
 * `planning/reasons` decides what is retried: an activity's failure is non-retryable unless its entry says otherwise. A missing
 * heartbeat shows that a worker died, or the next worker on its machine notices (`worker/take-over.ts`). The next attempt observes first.
 */
const heartbeatTimeout = '8 seconds';

/**
 * How long no step fails because a worker or Temporal is away: a machine reboots, a failover, an upgrade of Temporal. The next
 * attempt observes first. An activity's own limit counts from when it was scheduled, so a wait past its limit ends then.
 */
export const outageMs = 1_800_000;

/** How long git, the git host or a queue may be away before a merge or a plan is dropped. Milliseconds. */
export const gitHostMs = 86_400_000;

export type StepClass = 'look' | 'wait' | 'mutate' | 'once';

const retries: Record<StepClass, NonNullable<ActivityOptions['retry']>> = {
  look: { initialInterval: '1 second', maximumInterval: '30 seconds', backoffCoefficient: 2 },
  wait: { initialInterval: '500 milliseconds', maximumInterval: '5 seconds', backoffCoefficient: 1.5 },
  mutate: { initialInterval: '1 second', maximumInterval: '10 seconds', backoffCoefficient: 2 },
  once: { initialInterval: '500 milliseconds', maximumInterval: '5 seconds', backoffCoefficient: 1.5 },
};

/**
 * Options of one activity.
 *
 * @param limitMs its limit in milliseconds, which it keeps itself; Temporal ends an attempt that does not.
 * @param summary the line the Web UI shows.
 * @param spareMs how much of an outage is added to the limit.
 */
export function activityOptions(
  kind: StepClass,
  limitMs: number,
  summary: string,
  spareMs = outageMs,
): ActivityOptions {
  return {
    heartbeatTimeout,
    scheduleToCloseTimeout: limitMs + attemptGraceMs + spareMs,
    startToCloseTimeout: limitMs + attemptGraceMs,
    retry: retries[kind],
    // The SDK's default continues the workflow while the child process still runs: undo would race with it.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: summary.slice(0, 190),
  };
}

/** Delivery of a message takes ninety seconds at most and never fails: only an attempt that a dead worker left is retried. */
const notificationMs = 150_000;
const notificationAttempts = 5;
/** A notification that no worker delivered for so long is dropped: it is out of date. Milliseconds. */
const notificationExpiryMs = 86_400_000;

/**
 * Options of delivering one notification. While no worker is there it waits, as the run does.
 *
 * @param summary the line the Web UI shows.
 */
export function notificationOptions(summary: string): ActivityOptions {
  return {
    heartbeatTimeout,
    startToCloseTimeout: notificationMs,
    scheduleToCloseTimeout: notificationExpiryMs,
    retry: { ...retries.look, maximumAttempts: notificationAttempts },
    cancellationType: 'TRY_CANCEL',
    summary,
  };
}
