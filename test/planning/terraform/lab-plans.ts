/**
 * What Terraform and OpenTofu say of the lab's configuration: three whole outputs of each program in `fixtures/lab`
 * (`state`, `node-replaced`, `everything-replaced`: `show -json` without `configuration`), and plans derived from those by
 * the edits below. To refresh the outputs and to hold every edit against the real programs:
 * `node dist/test/lab/hypervisor/record-plans.js terraform tofu`. It fails for each derived plan that the program
 * would not have made.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  Json,
  ResourceChange,
  TerraformPlan,
  TerraformState,
} from '../../../src/planning/terraform/terraform-json.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import {
  created,
  destroyed,
  planned,
  sameVersion,
  setAt,
  unchanged,
  updated,
  withIdBefore,
  withoutNic,
} from './plan-edits.js';

export const labPlansFolder = path.join(projectRoot, 'test/planning/terraform/fixtures/lab');
export const labPrograms = ['terraform-1.11.4', 'tofu-1.12.6'] as const;

type WholePlanName = 'node-replaced' | 'everything-replaced';
interface DerivedPlan {
  readonly from: WholePlanName;
  /** What becomes of each change of the whole plan; undefined: the change is left out. */
  readonly edit: (change: ResourceChange) => ResourceChange | undefined;
  /** The actions of the outputs. The plan's own where it says nothing. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly applyable?: boolean;
  readonly complete?: boolean;
}

const worker = 'module.worker_nodes["k8s-work-1"].terraform_data.vm';
const controlPlane = 'module.control_nodes["k8s-ctrl-1"].terraform_data.vm';
const anotherId = '7532476e-e7b5-a45e-1a60-fa532c3638d3';
const runningVersion = '1.12.1';

const node = (edit: DerivedPlan['edit'], more: Partial<DerivedPlan> = {}): DerivedPlan => ({
  from: 'node-replaced',
  edit,
  ...more,
});
const everything = (edit: DerivedPlan['edit'], more: Partial<DerivedPlan> = {}): DerivedPlan => ({
  from: 'everything-replaced',
  edit,
  ...more,
});
/** A plan of templates alone. */
const templates = (edit: DerivedPlan['edit']): DerivedPlan =>
  everything(edit, { outputs: { templates: 'no-op' }, complete: false });
/** With the outputs that a plan of all nodes has. */
const outputs = (actions: Readonly<Record<string, string>>) => ({
  outputs: {
    cluster_summary: 'no-op',
    control_plane_nodes: 'no-op',
    gpu_worker_nodes: 'no-op',
    templates: 'no-op',
    worker_nodes: 'no-op',
    ...actions,
  },
});

/** Each plan that is derived from a whole one, by the edit that makes it. */
export const derivedPlans = {
  'node-replaced-memory': node(planned('input.memory_mb', 16_384)),
  'node-replaced-disk': node(planned('input.disk_gb', 50)),
  'node-replaced-pool': node(planned('input.pool', 'local-lvm')),
  'node-replaced-vlan': node(planned('input.nics.1.vlan', '63')),
  'node-replaced-nic-gone': node(withoutNic),
  'node-replaced-vmid': node((change) =>
    planned('triggers_replace.vmid', 8099)(planned('input.vmid', 8099)(change)),
  ),
  'node-replaced-first-mac': node(planned('input.nics.0.mac', 'bc:24:11:00:ff:ff')),
  'node-tainted': node((change) => ({
    ...withIdBefore(anotherId, sameVersion(runningVersion, change)),
    action_reason: 'replace_because_tainted',
  })),
  'node-gone': node(created),
  'node-destroyed': node(destroyed, { outputs: {} }),
  'node-left-out': everything(
    (change) =>
      change.address === worker
        ? { ...destroyed(change), action_reason: 'delete_because_no_module' }
        : unchanged(change),
    outputs({ cluster_summary: 'update', worker_nodes: 'update' }),
  ),
  'foreign-cpu': everything(
    (change) => {
      if (change.address === worker)
        return { ...sameVersion(runningVersion, change), action_reason: 'replace_by_request' };
      return change.address === controlPlane ? updated('input.cpu', 8, change) : unchanged(change);
    },
    outputs({ control_plane_nodes: 'update', worker_nodes: 'update' }),
  ),
  'no-changes': everything(unchanged, { ...outputs({}), applyable: false }),
  'templates-replaced': templates((change) =>
    change.address.startsWith('module.templates') ? change : undefined,
  ),
  'one-template-replaced': templates((change) =>
    change.address.startsWith('module.templates["baldar-worker"]') ? change : undefined,
  ),
} as const satisfies Readonly<Record<string, DerivedPlan>>;

export type DerivedPlanName = keyof typeof derivedPlans;
export type LabPlanName = WholePlanName | DerivedPlanName;

/** A whole plan, or one derived from it. */
export function labPlan(program: string, name: LabPlanName): TerraformPlan {
  if (!(name in derivedPlans)) return readWhole(program, name) as TerraformPlan;
  const { from, edit, outputs: actions, ...flags }: DerivedPlan = derivedPlans[name as DerivedPlanName];
  const {
    resource_changes: changes = [],
    output_changes: whole,
    ...head
  } = readParts(readWhole(program, from) as TerraformPlan);
  // OpenTofu prints no flag that is false.
  const printed = Object.fromEntries(Object.entries(flags).filter(([flag]) => flag in head));
  return {
    ...head,
    ...printed,
    resource_changes: changes.flatMap((change) => edit(change) ?? []),
    output_changes: actions
      ? Object.fromEntries(Object.entries(actions).map(([output, action]) => [output, { actions: [action] }]))
      : (whole ?? {}),
  };
}

/** What Slipway reads of a plan: the resources, the actions of the outputs, and how the plan ended. */
export function readParts(plan: TerraformPlan): TerraformPlan {
  const { format_version, terraform_version, resource_changes, applyable, complete, errored } = plan;
  const output_changes = Object.fromEntries(
    Object.entries(plan.output_changes ?? {}).map(([output, { actions }]) => [output, { actions }]),
  );
  return {
    format_version,
    ...(terraform_version === undefined ? {} : { terraform_version }),
    ...(resource_changes === undefined ? {} : { resource_changes }),
    output_changes,
    ...(applyable === undefined ? {} : { applyable }),
    ...(complete === undefined ? {} : { complete }),
    ...(errored === undefined ? {} : { errored }),
  };
}

/** The state after everything was made; `state-tainted`: after making the worker again failed. */
export function labState(program: string, name: 'state' | 'state-tainted'): TerraformState {
  const state = readWhole(program, 'state') as TerraformState;
  return name === 'state' ? state : { ...state, values: taintWorker(state.values as Json) as object };
}

function readWhole(program: string, name: string): unknown {
  return JSON.parse(readFileSync(path.join(labPlansFolder, `${name}.${program}.json`), 'utf8'));
}

/** The worker of a state with another id, as one whose creation failed. */
function taintWorker(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(taintWorker);
  const found = value as Readonly<Record<string, Json>>;
  if (found['address'] === worker)
    return { ...(setAt(value, ['values', 'id'], anotherId) as object), tainted: true };
  return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, taintWorker(one)]));
}
