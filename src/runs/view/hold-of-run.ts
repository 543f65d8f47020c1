import type { HoldState } from '../../planning/report/hold-state.js';
import type { QueueMemo } from '../../workflows/messages.js';
import type { RunOutcome } from './run-view.js';

const holds: ReadonlySet<RunOutcome> = new Set(['halted', 'aborted', 'failed', 'terminated']);

/** Whether a run with this outcome leaves a hold. */
export function leavesHold(outcome: RunOutcome | undefined): boolean {
  return outcome !== undefined && holds.has(outcome);
}

/** The state of a run's hold by its queue. Undefined: the run left none, or the queue has no record of it. */
export function holdOfRun(
  { hold, open, lastRun, lifted }: QueueMemo,
  run: number,
  outcome: RunOutcome | undefined,
): HoldState | undefined {
  // A queue that was restarted, or has not processed the run's end yet, does not know the hold.
  if (!leavesHold(outcome) || open?.run === run || run > lastRun) return undefined;
  if (hold?.run === run) return { kind: 'held' };
  const release = lifted?.release;
  if (release?.run !== run) return { kind: 'lifted' };
  const { by, why, at } = release;
  return { kind: 'released', by, why, at };
}
