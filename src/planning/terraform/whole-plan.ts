import type { Reason } from '../reasons/reason.js';
import { leftToChange, type LeftToChange } from './left-to-change.js';
import { actionOf, type PlannedAction } from './planned-changes.js';
import type { TerraformPlan } from './terraform-json.js';

/** How much a plan does, as Terraform itself counts it: what is replaced is added once and destroyed once. */
export interface PlanCounts {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
}

/** What Terraform would do, asked for all there is at once. */
export type WholePlan =
  | (Extract<LeftToChange, { kind: 'known' }> & {
      readonly tool: 'terraform' | 'tofu';
      readonly counts: PlanCounts;
    })
  /** It was asked, and nobody could tell. */
  | { readonly kind: 'unknown'; readonly tool: 'terraform' | 'tofu'; readonly reason: Reason };

const counted: Readonly<Record<keyof PlanCounts, readonly PlannedAction[]>> = {
  add: ['create', 'replace', 'replace-first-made'],
  change: ['update'],
  destroy: ['delete', 'replace', 'replace-first-made'],
};

/** Reads a plan that was made without targets. */
export function wholePlan(
  plan: TerraformPlan,
  tool: 'terraform' | 'tofu',
  nodes: readonly { readonly node: string; readonly address: string }[],
): Extract<WholePlan, { kind: 'known' }> {
  const all = (plan.resource_changes ?? []).map(actionOf);
  const how = (part: keyof PlanCounts): number =>
    all.filter((action) => counted[part].includes(action)).length;
  const counts = { add: how('add'), change: how('change'), destroy: how('destroy') };
  return { ...leftToChange(plan, nodes), tool, counts };
}
