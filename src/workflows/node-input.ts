import type { NodeBefore } from '../planning/node/classify-node.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { Limits } from '../inventory/schema.js';

/** The input of one node's workflow: its part of the plan, with nothing left to decide. */
export interface NodeInput {
  readonly cluster: string;
  readonly run: number;
  readonly node: PlannedNode;
  /** The hop's version. */
  readonly to: string;
  readonly steps: readonly StepName[];
  readonly limits: Limits;
  readonly drain: { readonly attempts: number; readonly deleteEmptyDirData: boolean };
  readonly attempt: number;
  /** The values this hop gives to Terraform, by variable; where its machine is replaced. */
  readonly values?: Readonly<Record<string, string>>;
  /** For a rollback: the node's state before this run began it, where that was recorded. */
  readonly before?: NodeBefore;
  /** The other nodes of its batch, worked on at the same time. */
  readonly beside?: readonly string[];
}
