import type { Reason } from '../reasons/reason.js';
import { isAccepted, type AcceptedChange } from './accepted-changes.js';
import { covers, sameAddress } from './address.js';
import { checkAttributes, checkDrift } from './check-attributes.js';
import { actionOf, actionText, changedOutputs, hasMoved, isAction } from './planned-changes.js';
import { type AddedRules, rulesOf } from './resource-rules.js';
import type { RecordedInstance } from './state-instances.js';
import type { ResourceChange, TerraformPlan } from './terraform-json.js';

/** What a plan is checked against. */
export interface WantedChange {
  /** The targets, in words: `k8s-work-1`, `the templates of baldar`. */
  readonly subject: string;
  readonly purpose: 'machine' | 'template';
  /** Modules and resources in which something may change. */
  readonly targets: readonly string[];
  /** Must be destroyed and created, and still be the recorded instances. */
  readonly replaces: readonly RecordedInstance[];
  /** Are gone already, and must be created. */
  readonly creates: readonly string[];
  /** Attributes that may change, since the plan that names them was approved. */
  readonly accepted?: readonly AcceptedChange[];
  /** `terraform.resources` of slipway.yaml. */
  readonly rules?: AddedRules;
  /** Addresses of nodes, when the targets are templates: a node that would change is named as such. */
  readonly nodes?: readonly { readonly node: string; readonly address: string }[];
}

/** What a plan does, by address; for people, and for the record. It holds no values. */
export interface PlanSummary {
  readonly replaced: readonly string[];
  readonly created: readonly string[];
  /** Changed in place, or gone, within what may change. */
  readonly changed: readonly string[];
  /** Data sources that are read when the plan is applied. */
  readonly read: readonly string[];
  /** Drift, and what the plan leaves unchanged or corrects where it may. */
  readonly drifted: readonly string[];
  readonly deferred: readonly string[];
  readonly outputs: readonly string[];
}

export type PlanVerdict =
  | { readonly ok: true; readonly summary: PlanSummary }
  | { readonly ok: false; readonly refusals: readonly Reason[] };

/** How many changes outside of the targets are named. */
const named = 5;

/**
 * Whether a saved plan does what is wanted and nothing else (I12). Every wanted instance must be replaced, or created where it is gone. In
 * them, only the attributes of an upgrade may change; outside of the targets nothing is written.
 */
export function checkTerraformPlan(plan: TerraformPlan, wanted: WantedChange): PlanVerdict {
  if (!/^1\.\d+/.test(plan.format_version))
    return { ok: false, refusals: [{ kind: 'terraform-format-unknown', version: plan.format_version }] };
  if (plan.errored === true)
    return { ok: false, refusals: [{ kind: 'terraform-plan-errored', subject: wanted.subject }] };
  const changes = plan.resource_changes ?? [];
  const inside = changes.filter(({ address }) => isTarget(wanted, address));
  const refusals = [
    ...checkOutside(changes, wanted),
    ...inside.flatMap((change) => checkInside(change, wanted)),
    ...notReplaced(inside, wanted),
    ...checkDeferred(plan, wanted),
    ...invoked(plan),
    ...(plan.resource_drift ?? []).flatMap((drift) =>
      isTarget(wanted, drift.address) ? checkDrift(drift, wanted) : [],
    ),
  ].filter((reason) => !isAccepted(reason, wanted.accepted ?? []));
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, summary: summaryOf(plan) };
}

/** What a plan does, by kind. */
export function summaryOf(plan: TerraformPlan): PlanSummary {
  const changes = plan.resource_changes ?? [];
  const those = (...actions: ReturnType<typeof actionOf>[]): string[] =>
    changes.filter((change) => actions.includes(actionOf(change))).map(({ address }) => address);
  return {
    replaced: those('replace', 'replace-first-made'),
    created: those('create'),
    changed: those('update', 'delete', 'forget', 'other'),
    read: those('read'),
    drifted: (plan.resource_drift ?? []).map(({ address }) => address),
    deferred: (plan.deferred_changes ?? []).map((deferred) => deferred.resource_change?.address ?? 'unnamed'),
    outputs: changedOutputs(plan),
  };
}

function isTarget({ targets }: WantedChange, address: string): boolean {
  return targets.some((target) => covers(target, address));
}

function checkOutside(changes: readonly ResourceChange[], wanted: WantedChange): Reason[] {
  const outside = changes.filter((change) => isAction(change) && !isTarget(wanted, change.address));
  const ofNodes = outside.flatMap((change): Reason[] => {
    const owner = wanted.nodes?.find(({ address }) => covers(address, change.address));
    if (!owner) return [];
    return [
      {
        kind: 'terraform-template-moves-node',
        node: owner.node,
        address: change.address,
        action: actionText(change),
      },
    ];
  });
  const others = outside.filter(
    (change) => !wanted.nodes?.some(({ address }) => covers(address, change.address)),
  );
  if (others.length === 0) return ofNodes;
  const texts = others.slice(0, named).map((change) => `${change.address} (${actionText(change)})`);
  return [
    ...ofNodes,
    { kind: 'terraform-outside', subject: wanted.subject, changes: texts, count: others.length },
  ];
}

/** A change inside the targets. */
function checkInside(change: ResourceChange, wanted: WantedChange): Reason[] {
  const { address } = change;
  const action = actionOf(change);
  if (change.deposed !== undefined) return [{ kind: 'terraform-deposed', address, key: change.deposed }];
  const unwanted: Reason[] = [{ kind: 'terraform-action', address, action: actionText(change) }];
  if (hasMoved(change) || change.change.importing !== undefined) return unwanted;
  if (action === 'no-op' || action === 'read') return [];
  const recorded = wanted.replaces.find((one) => sameAddress(one.address, address));
  if (recorded) return checkReplaced(change, recorded, wanted);
  if (isWantedNew(wanted, address)) return action === 'create' ? [] : unwanted;
  const { disposable = false, machine = false } = rulesOf(change.type ?? '', wanted.purpose, wanted.rules);
  if (action === 'update' && !machine) return checkAttributes(change, wanted);
  if (!disposable || action === 'forget' || action === 'other') return unwanted;
  return action === 'create' || action === 'delete' ? [] : checkAttributes(change, wanted);
}

function checkReplaced(change: ResourceChange, recorded: RecordedInstance, wanted: WantedChange): Reason[] {
  const { address } = change;
  const action = actionOf(change);
  if (action !== 'replace' && action !== 'replace-first-made')
    return [{ kind: 'terraform-not-replaced', address, found: actionText(change) }];
  const disposable = rulesOf(change.type ?? '', wanted.purpose, wanted.rules).disposable === true;
  const found = idBefore(change);
  return [
    ...(action === 'replace' || disposable ? [] : [{ kind: 'terraform-wrong-order', address } as const]),
    ...(found === recorded.id
      ? []
      : [{ kind: 'terraform-id-changed', address, expected: recorded.id, found } as const]),
    ...checkAttributes(change, wanted),
  ];
}

/** Wanted replacements that the plan omits, or leaves unchanged. */
function notReplaced(inside: readonly ResourceChange[], { replaces, creates }: WantedChange): Reason[] {
  return [...replaces.map(({ address }) => address), ...creates].flatMap((address): Reason[] => {
    const changes = inside.filter((change) => sameAddress(change.address, address));
    const left = changes.every((change) => ['no-op', 'read'].includes(actionOf(change)) && !isAction(change));
    return left ? [{ kind: 'terraform-not-replaced', address, found: 'no change' }] : [];
  });
}

function checkDeferred(plan: TerraformPlan, wanted: WantedChange): Reason[] {
  return (plan.deferred_changes ?? []).flatMap(({ reason, resource_change: change }): Reason[] => {
    const address = change?.address ?? '';
    if (address !== '' && !isTarget(wanted, address)) return [];
    return [{ kind: 'terraform-deferred', address: address || wanted.subject, why: reason ?? '' }];
  });
}

function invoked({ action_invocations: invocations = [] }: TerraformPlan): Reason[] {
  if (invocations.length === 0) return [];
  return [{ kind: 'terraform-invokes', actions: invocations.map(({ address }) => address ?? 'unnamed') }];
}

function isWantedNew({ creates }: WantedChange, address: string): boolean {
  return creates.some((one) => sameAddress(one, address));
}

function idBefore({ change: { before } }: ResourceChange): string {
  if (typeof before !== 'object' || before === null || !('id' in before)) return 'none';
  return typeof before.id === 'string' || typeof before.id === 'number' ? String(before.id) : 'none';
}
