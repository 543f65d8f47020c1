import type { PlannedNode, RebootMode } from '../planning/plan.js';
import type { NodeResult } from '../planning/run-result.js';

/** Stopped by another one of its batch before its own workflow began. */
export function notBegun(node: PlannedNode, to: string): NodeResult {
  return {
    ...skipped(node, to),
    outcome: 'undone',
    state: 'untouched',
    reason: { kind: 'aborted', by: 'a cancel' },
  };
}

/** Runs what it is to run already, and was not touched. */
export function skipped(node: PlannedNode, to: string): NodeResult {
  const at = new Date().toISOString();
  return {
    node: node.name,
    outcome: 'skipped',
    state: 'on-target',
    from: node.from,
    to,
    attempt: 0,
    startedAt: at,
    endedAt: at,
    steps: [],
  };
}

/** The node with the way it is rebooted, as it was settled with the order. */
export function withMode(node: PlannedNode, rebootMode: RebootMode | undefined): PlannedNode {
  return rebootMode === undefined || node.rebootMode === rebootMode ? node : { ...node, rebootMode };
}
