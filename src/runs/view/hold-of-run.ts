import type { HoldState } from '../../planning/report/hold-state.js';
import type { QueueMemo } from '../../workflows/messages.js';
import type { RunOutcome } from './run-view.js';

const holds: ReadonlySet<RunOutcome> = new Set(['halted', 'aborted', 'failed', 'terminated']);

/** Whether a run that ends like that leaves a hold. */
export function leavesHold(outcome: RunOutcome | undefined): boolean {
  return outcome !== undefined && holds.has(outcome);
}

/** What the queue says of the hold of a run. Undefined: the run left none, or the queue does not tell. */
export function holdOfRun(
  { hold, open, lastRun, lifted }: QueueMemo,
  run: number,
  outcome: RunOutcome | undefined,
): HoldState | undefined {
  // A queue that does not know the run's end yet, or began again, knows nothing of its hold.
  if (!leavesHold(outcome) || open?.run === run || run > lastRun) return undefined;
  if (hold?.run === run) return { kind: 'held' };
  const release = lifted?.release;
  if (release?.run !== run) return { kind: 'lifted' };
  const { by, why, at } = release;
  return { kind: 'released', by, why, at };
}
