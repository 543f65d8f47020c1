import { covers } from './address.js';
import type { ResourceChange, TerraformPlan } from './terraform-json.js';

/** What a plan does with a resource. `replace-first-made`: the new one is created before the old one is destroyed. */
export type PlannedAction =
  | 'no-op'
  | 'read'
  | 'create'
  | 'update'
  | 'delete'
  | 'replace'
  | 'replace-first-made'
  | 'forget'
  | 'other';

const actions: Readonly<Record<string, PlannedAction>> = {
  'no-op': 'no-op',
  read: 'read',
  create: 'create',
  update: 'update',
  delete: 'delete',
  'delete,create': 'replace',
  'create,delete': 'replace-first-made',
  forget: 'forget',
};

/** The kind of a change from its actions; `other` for actions this version of Slipway does not know. */
export function actionOf({ change }: ResourceChange): PlannedAction {
  return actions[change.actions.join(',')] ?? 'other';
}

const words: Readonly<Record<Exclude<PlannedAction, 'other'>, string>> = {
  'no-op': 'no change',
  read: 'read',
  create: 'created',
  update: 'changed in place',
  delete: 'destroyed',
  replace: 'destroyed and created',
  'replace-first-made': 'created, then the old one destroyed',
  forget: 'forgotten by the state',
};

/** The kind in words. */
export function actionText(change: ResourceChange): string {
  const action = actionOf(change);
  const done = action === 'other' ? change.change.actions.join(', ') : words[action];
  if (change.change.importing !== undefined) return `imported (${done})`;
  if (hasMoved(change)) return `moved from ${change.previous_address ?? ''} (${done})`;
  return change.deposed === undefined ? done : `${done} (deposed ${change.deposed})`;
}

export function hasMoved(change: ResourceChange): boolean {
  return change.previous_address !== undefined && change.previous_address !== change.address;
}

/** Whether anything is written at all: an import and a move write the state though no resource changes. */
export function isAction(change: ResourceChange): boolean {
  const action = actionOf(change);
  return (
    (action !== 'no-op' && action !== 'read') || change.change.importing !== undefined || hasMoved(change)
  );
}

/** One thing that a plan would write. */
export interface Write {
  readonly address: string;
  /** In words: `destroyed and created`. */
  readonly action: string;
}

/** Everything a plan would write in resources: empty when nothing is left to do. */
export function writesOf({ resource_changes: changes = [] }: TerraformPlan): Write[] {
  return changes.filter(isAction).map((change) => ({ address: change.address, action: actionText(change) }));
}

export function sameWrite(one: Write, other: Write): boolean {
  return one.address === other.address && one.action === other.action;
}

/** Outputs that would change, by name; never their values. */
export function changedOutputs(plan: TerraformPlan): string[] {
  return Object.entries(plan.output_changes ?? {}).flatMap(([name, { actions: done }]) =>
    done.every((one) => one === 'no-op') ? [] : [name],
  );
}

/** Addresses that a plan would only create, below any of the targets. */
export function creationsIn(
  { resource_changes: changes = [] }: TerraformPlan,
  targets: readonly string[],
): string[] {
  return changes
    .filter((one) => actionOf(one) === 'create' && targets.some((target) => covers(target, one.address)))
    .map(({ address }) => address);
}
