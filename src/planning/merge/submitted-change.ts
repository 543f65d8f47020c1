import type { GitHostEvent } from '../../workflows/delivery-messages.js';
import type { DeclaredChange } from './declared-change.js';

/** A change that goes to the queue of its cluster. */
export type HandedOver = Extract<DeclaredChange, { kind: 'upgrade' }>;

/** Kind of a delivery: merged, proposed, written, or nothing that Slipway acts on. */
export function deliveryIs(event: GitHostEvent): 'merge' | 'proposal' | 'comment' | 'nothing' {
  if (event.kind === 'comment') return 'comment';
  if (event.kind === 'push' || event.action === 'merged') return 'merge';
  return event.action === 'opened' || event.action === 'updated' ? 'proposal' : 'nothing';
}

/**
 * Whether a merged change goes to the queue of its cluster; for a proposed change, whether it is planned. Kubernetes alone is not upgraded:
 * its sentence says what was declared.
 */
export function isHandedOver(change: DeclaredChange): change is HandedOver {
  return change.kind === 'upgrade' && change.what !== 'kubernetes';
}
