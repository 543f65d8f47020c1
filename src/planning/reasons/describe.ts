import type { GateVerdict } from '../gates/gates.js';
import { type StepName, steps } from '../steps/node-steps.js';
import { listed, moment, span } from '../text/phrases.js';
import { allReasons } from './all-reasons.js';
import type { Entry } from './entry.js';
import type { Reason } from './reason.js';
import type { Hold, NodeEnding } from '../report/run-result.js';
import { stateWords } from '../report/node-state-words.js';
import type { LeftToChange } from '../terraform/left-to-change.js';

/**
 * The sentence of a reason, the same for command line, Web UI, notification and report: what happened, with its numbers. No full stop, so
 * that it can stand inside another sentence.
 */
export function describe(reason: Reason): string {
  const entry = allReasons[reason.kind] as Entry<Reason> | undefined;
  return entry
    ? entry.sentence(reason, describe)
    : `something that a newer Slipway calls ${reason.kind}, and this one has no words for`;
}

/** A gate's verdict in words: `open`, why it is closed, or why it does not apply. */
export function describeGate(verdict: GateVerdict): string {
  if (verdict.verdict === 'closed') return `closed: ${describe(verdict.reason)}`;
  if (verdict.verdict === 'not-applicable') return `not applicable: ${verdict.why}`;
  return `open (${verdict.note})`;
}

/** One line for a step under way: `k8s-work-2: evicts its pods, as their PodDisruptionBudgets allow`. */
export function describeStep(step: StepName, node: string): string {
  return `${node}: ${steps[step].does}`;
}

/** What Slipway requests from the factory before the first node. */
export function describeImage(images: readonly string[]): string {
  const [first = 'no image'] = images;
  return images.length === 1 ? `the factory builds ${first}` : `the factory builds ${images.length} images`;
}

/** One line for a finished node: outcome, versions, time, and why it stopped. */
export function describeNode(result: NodeEnding): string {
  const { node, outcome, from, to, reason, state, skippedBy } = result;
  const leftOut = skippedBy === undefined ? '' : `; left out by ${skippedBy}`;
  if (outcome === 'skipped' && skippedBy !== undefined) return `– ${node} ${stateWords[state]}${leftOut}`;
  if (outcome === 'skipped') return `✓ ${node} ${to} (ran it already)`;
  const took = span(Date.parse(result.endedAt) - Date.parse(result.startedAt));
  if (outcome === 'done') return `✓ ${node} ${from} → ${to} ${took}`;
  const why = reason === undefined ? '' : `: ${describe(reason)}`;
  const undone =
    result.undoFailed === undefined ? '' : `; taking it back failed: ${describe(result.undoFailed)}`;
  const cordoned = result.cordoned && state !== 'cordoned' ? '; it is still cordoned' : '';
  return `✗ ${node} ${stateWords[state]}, after ${took}${cordoned}${why}${undone}${leftOut}`;
}

/** What Terraform would still change after a run, in one line. */
export function describeLeft(left: LeftToChange): string {
  if (left.kind === 'unknown')
    return `what Terraform would still change is not known: ${describe(left.reason)}`;
  const outputs = left.outputs.length === 0 ? '' : `; it would write the outputs ${listed(left.outputs, 5)}`;
  if (left.count === 0) return `with what git says, Terraform has nothing left to change${outputs}`;
  const names = new Set(left.writes.map(({ node, address }) => node ?? address));
  return `with what git says, Terraform would still change ${listed([...names], 6)}${outputs}`;
}

/** `prox-ops is held since 2026-11-21 14:32 UTC by run 42: …`; the commands are in `advise`. */
export function holdSentence(hold: Hold, cluster: string): string {
  const [first] = hold.reasons;
  const more = hold.reasons.length > 1 ? ` (and ${hold.reasons.length - 1} more)` : '';
  const why =
    first === undefined
      ? `the run ${hold.outcome === 'failed' ? 'failed' : `was ${hold.outcome}`}`
      : describe(first);
  return `${cluster} is held since ${moment(hold.since)} by run ${hold.run}: ${why}${more}`;
}
