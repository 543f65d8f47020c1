import { rollsBackAutomatically, type Halt } from '../planning/rollback/automatic-rollback.js';
import type { Rollback } from '../planning/rollback/rollback.js';
import type { ActivitySettings } from './activity-context.js';
import { planRollback, type PlanRollback } from './plan-rollback.js';

export interface PlanOwnRollback extends PlanRollback {
  /** Why it halted, and where. */
  readonly halt: Halt;
}

/** The rollback of a node that nobody has decided about; or `asks`: a person has to decide. */
export type OwnRollback = Rollback | { readonly verdict: 'asks' };

/** Decides whether a node that halted its run rolls back automatically, and how; observes it for that. Changes nothing. */
export async function planOwnRollback(
  settings: ActivitySettings,
  { halt, ...step }: PlanOwnRollback,
): Promise<OwnRollback> {
  return rollsBackAutomatically(step.node.name, halt) ? planRollback(settings, step) : { verdict: 'asks' };
}
