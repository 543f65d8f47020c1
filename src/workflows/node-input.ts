import type { NodeBefore } from '../planning/node/classify-node.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { StepName } from '../planning/steps/node-steps.js';
import type { Limits } from '../inventory/schema.js';

/** What one node's workflow gets: its part of the plan, and nothing to decide. */
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
  /** What this hop gives to Terraform, by variable; where its machine is replaced. */
  readonly values?: Readonly<Record<string, string>>;
  /** It rolls back: what it was before this run began it, where that was recorded. */
  readonly before?: NodeBefore;
  /** The other nodes of its batch, worked on at the same time. */
  readonly beside?: readonly string[];
}
