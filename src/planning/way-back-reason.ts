import type { Reason } from './reason.js';
import type { NodeState } from './run-result.js';

/** A node was to go back to the version from before, and did not come there. */
export interface WayBackReason {
  readonly kind: 'rollback-failed';
  readonly node: string;
  /** The one from before. */
  readonly version: string;
  /** What the node is now, by name. */
  readonly state: NodeState;
  readonly reason: Reason;
}
