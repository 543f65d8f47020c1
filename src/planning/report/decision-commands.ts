import { listed } from '../text/phrases.js';
import type { Reason } from '../reasons/reason.js';
import type { NodeState } from './run-result.js';

/** A node that somebody named, and the run is not about. */
export function notInRun(node: string, known: readonly string[]): string {
  if (known.length === 0) return `The run has no plan yet: nothing can be decided about ${node}.`;
  return `This run is not about ${node}, only about ${listed(known, 20)}.`;
}

/** A node that somebody has to decide about, and what it was left as. */
export interface HaltedNode {
  readonly node: string;
  readonly state?: NodeState | undefined;
  /** Why it halted. */
  readonly reason?: Reason | undefined;
}

/** The lines by which a person decides about nodes that halted a run: fit to be filled in and pasted. */
export function decisionCommands(where: string, nodes: readonly HaltedNode[]): string[] {
  return [
    ...nodes.flatMap(({ node, state, reason }) => [
      `slipway retry ${node} ${where} --why "…"  # look at it again, and retry it from what it is now`,
      // It runs the previous version, and nothing takes the new one out of its next boot.
      ...(state === 'armed'
        ? []
        : [
            `slipway rollback ${node} ${where} --why "…"  # back to the previous version; then the run ends, held`,
          ]),
      // Where its rollback failed no other node is begun before it is whole.
      ...(reason?.kind === 'rollback-failed'
        ? []
        : [`slipway skip ${node} ${where} --why "…"  # go on without it; it stays as it is`]),
    ]),
    `slipway abort ${where} --why "…"  # end the run; no machine is touched, and the cluster is held`,
  ];
}
