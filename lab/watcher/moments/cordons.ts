import type { ApiChange, Evidence, Moment } from '../evidence.js';
import { succeeded } from './touches.js';

/** The annotation of a Node that says which run cordoned it. */
export const CORDON_MARK = 'slipway.dev/cordoned-by';

/** The author of a change of a cordon. `machine`: Talos itself. */
export type CordonHand = 'slipway' | 'machine' | 'somebody';

/** A change of a node's cordon. */
export interface CordonChange {
  readonly at: Moment;
  readonly by: CordonHand;
  readonly cordoned: boolean;
  /** The previous cordon's author; undefined: there was none. */
  readonly ownerBefore: CordonHand | undefined;
  readonly change: ApiChange | undefined;
}

/**
 * Every change of one node's cordon. The first may be a cordon that existed when the watch began: another user's, or one with Slipway's
 * annotation.
 */
export function cordonsOf(evidence: Evidence, node: string): CordonChange[] {
  const first = evidence.nodes.find((observation) => observation.node === node);
  const asked = evidence.changes.filter(
    (change) =>
      change.resource === 'nodes' &&
      change.name === node &&
      change.subresource === '' &&
      change.unschedulable !== undefined &&
      succeeded(change),
  );
  const history: CordonChange[] = [];
  let owner: CordonHand | undefined;
  if (first?.unschedulable === true && !asked.some(({ at }) => at <= first.at)) {
    owner = handOfMarks(first.marks);
    history.push({ at: first.at, by: owner, cordoned: true, ownerBefore: undefined, change: undefined });
  }
  for (const change of asked) {
    const by = handOf(evidence, change);
    const cordoned = change.unschedulable === true;
    history.push({ at: change.at, by, cordoned, ownerBefore: owner, change });
    // A second cordon changes nothing: the first author stays.
    owner = cordoned ? (owner ?? by) : undefined;
  }
  return history;
}

/** The author of the cordon on the node at a moment; undefined: none. */
export function cordonOwner(history: readonly CordonChange[], at: Moment): CordonHand | undefined {
  let owner: CordonHand | undefined;
  for (const change of history) {
    if (change.at > at) break;
    owner = change.cordoned ? (owner ?? change.by) : undefined;
  }
  return owner;
}

function handOf({ slipwayUser }: Evidence, { user }: ApiChange): CordonHand {
  if (user === slipwayUser) return 'slipway';
  return user.startsWith('system:node:') ? 'machine' : 'somebody';
}

function handOfMarks(marks: Readonly<Record<string, string>>): CordonHand {
  if (marks[CORDON_MARK] !== undefined) return 'slipway';
  return marks['talos.dev/cordoned'] === undefined ? 'somebody' : 'machine';
}
