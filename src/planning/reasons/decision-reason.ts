import type { Strategy } from '../plan/plan.js';
import type { Reason } from './reason.js';
import type { NodeState } from '../report/run-result.js';
import type { RollbackFailure } from './rollback-reason.js';

/** How nodes that halted a run were decided about, by a person or as slipway.yaml says, and what came of it. */
export type DecisionReason =
  /** A retry that would have to go another way than the plan. */
  | { readonly kind: 'retry-other-way'; readonly node: string; readonly to: string; readonly found: string }
  /** It rolled back to the previous version, because somebody said so. */
  | {
      readonly kind: 'rolled-back';
      readonly node: string;
      readonly version: string;
      /** Who said so, and why; left out: it rolled back automatically. */
      readonly by?: string;
      /** Why it had halted. */
      readonly after?: Reason;
    }
  | RollbackFailure
  /** There is no rollback for it now; `why` follows a colon. */
  | { readonly kind: 'rollback-impossible'; readonly node: string; readonly why: string }
  /** Talos did not take the rollback, and changed nothing. */
  | { readonly kind: 'rollback-refused'; readonly node: string; readonly why: string }
  /** Somebody had it left out before its turn came, and it is as an earlier run left it: not well. */
  | { readonly kind: 'left-unfinished'; readonly node: string; readonly state: NodeState }
  /** Somebody, or `undrained: skip`, had the run skip nodes that do not run its target. All others do. */
  | {
      readonly kind: 'nodes-skipped';
      readonly nodes: readonly string[];
      readonly target: string;
      /** False: the target was given on the command line. */
      readonly declared: boolean;
      /** The strategy the run was asked for with. */
      readonly strategy?: Strategy;
      /** The run that this one rolls back. */
      readonly rollsBack?: number;
    }
  /** A halted run that nobody decided about; `reason`: why it had halted. */
  | { readonly kind: 'undecided'; readonly node: string; readonly limit: number; readonly reason: Reason };
