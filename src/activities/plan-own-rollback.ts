import { rollsBackAutomatically, type Halt } from '../planning/rollback/automatic-rollback.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { ActivitySettings } from './activity-context.js';
import { planRollback, type PlanRollback } from './plan-rollback.js';

export interface PlanOwnRollback extends PlanRollback {
  /** Why it halted, and where. */
  readonly halt: Halt;
}

/** How a node rolls back that nobody has decided about; or that this is for a person to say. */
export type OwnRollback = Rollback | { readonly verdict: 'asks' };

/** Says of a node that halted its run whether it rolls back automatically, and how; observes it for that. Changes nothing. */
export async function planOwnRollback(
  settings: ActivitySettings,
  { halt, ...step }: PlanOwnRollback,
): Promise<OwnRollback> {
  return rollsBackAutomatically(step.node.name, halt) ? planRollback(settings, step) : { verdict: 'asks' };
}
