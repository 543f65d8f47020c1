import { listed } from '../text/phrases.js';
import type { Reason } from '../reasons/reason.js';
import type { NodeState } from './run-result.js';

/** A node that a person named, and that the run is not about. */
export function notInRun(node: string, known: readonly string[]): string {
  if (known.length === 0) return `The run has no plan yet: nothing can be decided about ${node}.`;
  return `This run is not about ${node}, only about ${listed(known, 20)}.`;
}

/** A node that needs a decision, and the state it was left in. */
export interface HaltedNode {
  readonly node: string;
  readonly state?: NodeState | undefined;
  /** Why it halted. */
  readonly reason?: Reason | undefined;
}

/** The commands that decide about nodes that halted a run: to be filled in and pasted. */
export function decisionCommands(where: string, nodes: readonly HaltedNode[]): string[] {
  return [
    ...nodes.flatMap(({ node, state, reason }) => [
      `slipway retry ${node} ${where} --why "…"  # look at it again, and retry it from what it is now`,
      // It runs the previous version, and nothing removes the new one from its next boot.
      ...(state === 'armed'
        ? []
        : [
            `slipway rollback ${node} ${where} --why "…"  # back to the previous version; then the run ends, held`,
          ]),
      // After a failed rollback no other node starts before this one is healthy.
      ...(reason?.kind === 'rollback-failed'
        ? []
        : [`slipway skip ${node} ${where} --why "…"  # go on without it; it stays as it is`]),
    ]),
    `slipway abort ${where} --why "…"  # end the run; no machine is touched, and the cluster is held`,
  ];
}
