import type { Reason } from './reason.js';
import type { NodeState } from '../report/run-result.js';

/** A node was to roll back to the previous version, and did not come there. */
export interface RollbackFailed {
  readonly kind: 'rollback-failed';
  readonly node: string;
  /** The previous one. */
  readonly version: string;
  /** What the node is now, by name. */
  readonly state: NodeState;
  readonly reason: Reason;
}

/** What the request that boots a node's other slot came to. */
export type RollbackFailure =
  | RollbackFailed
  /** It was, or may have been, sent; the node shows no sign of it. A second one would boot what the first one left. */
  | {
      readonly kind: 'rollback-unanswered';
      readonly node: string;
      /** The previous one. */
      readonly version: string;
      readonly since: string;
      /** It is one of a run that is rolled back as a whole. */
      readonly whole?: true;
    }
  /** The node has rebooted, and runs what it was to leave. */
  | {
      readonly kind: 'rollback-not-booted';
      readonly node: string;
      readonly version: string;
      /** The previous one. */
      readonly wanted: string;
      readonly whole?: true;
    };
