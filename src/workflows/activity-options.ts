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
 * | once    | sends what is sent once    | 8 s       | the limit given                    | observes only; 1 s … 5 s  |
 * | telling | tells people one message   | 8 s       | 150 s; a day with its attempts     | 1 s … 30 s, five times    |
 *
 * What is retried at all stands in `planning/reasons`: an activity's failure is non-retryable unless its entry says
 * otherwise. A dead worker is seen by the missing heartbeat, or by the next one on its machine (`worker/take-over.ts`), and the
 * next attempt begins by looking.
 */
const heartbeatTimeout = '8 seconds';

/**
 * Time without a worker, or without Temporal, that no step is to fail for: a machine that reboots, a failover, an upgrade of
 * Temporal. The next attempt looks first; an activity's own limit counts from when it was scheduled, so a wait that is over ends then.
 */
export const outageMs = 1_800_000;

/** Git, the forge, or a queue may be away for so long: a merge, or a plan, is not forgotten because of that. Milliseconds. */
export const forgeMs = 86_400_000;

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
 * @param spareMs what of an outage is waited for on top.
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
    // The SDK's default lets the workflow go on while the child process still runs: undo would race with it.
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    summary: summary.slice(0, 190),
  };
}

/** A message takes ninety seconds at most, and is no failure: what is tried again is what a dead worker left. */
const tellingMs = 150_000;
const tellingAttempts = 5;
/** News that no worker could tell for so long is no news. */
const newsMs = 86_400_000;

/**
 * Options of telling people one message. While no worker is there it waits, as the run does.
 *
 * @param summary the line the Web UI shows.
 */
export function tellingOptions(summary: string): ActivityOptions {
  return {
    heartbeatTimeout,
    startToCloseTimeout: tellingMs,
    scheduleToCloseTimeout: newsMs,
    retry: { ...retries.look, maximumAttempts: tellingAttempts },
    cancellationType: 'TRY_CANCEL',
    summary,
  };
}
