import type { Reason } from '../reasons/reason.js';
import { leftToChange, type LeftToChange } from './left-to-change.js';
import { actionOf, type PlannedAction } from './planned-changes.js';
import type { TerraformPlan } from './terraform-json.js';

/** Size of a plan, as Terraform counts it: a replacement is one added and one destroyed. */
export interface PlanCounts {
  readonly add: number;
  readonly change: number;
  readonly destroy: number;
}

/** What Terraform would do with everything at once. */
export type WholePlan =
  | (Extract<LeftToChange, { kind: 'known' }> & {
      readonly tool: 'terraform' | 'tofu';
      readonly counts: PlanCounts;
    })
  /** It was asked, and the result is not known. */
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
