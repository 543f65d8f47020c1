import { describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import {
  machineIdentity,
  otherMachine,
  type MachineIdentity,
} from '../planning/terraform/machine-identity.js';
import {
  instancesOf,
  recordInstances,
  replacedOf,
  type RecordedInstance,
} from '../planning/terraform/state-instances.js';
import type { TerraformState } from '../planning/terraform/terraform-json.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { endpointIn } from '../tools/configuration-endpoint.js';
import { machineAt } from '../tools/machine-seen.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { configurationToSend } from './configuration-to-send.js';
import { tryLatePatches } from './try-patches.js';
import {
  checkedPlan,
  knownState,
  readyTerraform,
  type CheckedPlan,
  type TerraformStep,
} from './terraform-step.js';
import { checkInterfacesBefore } from './verify-machine.js';

export interface PlanReplacement extends RunReference {
  readonly node: PlannedNode;
  /** The values this hop gives to Terraform, by variable. */
  readonly values: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Terraform's state of a node's machine before it is touched. */
export interface Replacement {
  readonly recorded: readonly RecordedInstance[];
  readonly serial: number;
  readonly lineage: string;
}

/**
 * Before the node is touched, plans the replacement of its machine and refuses any other change: nothing irreversible happens
 * before that. Keeps a copy of the state, encrypted.
 */
export async function planReplacement(
  settings: ActivitySettings,
  step: PlanReplacement,
): Promise<Replacement & { readonly note: string }> {
  const { node, values, limit } = step;
  return inCluster(settings, step, describeStep('plan-replacement', node.name), async (access, wait) => {
    const { address, configuration } = replacementOf(node);
    // An unavailable configuration must be found now, not after the machine is gone.
    const sent =
      configuration === 'apply-config'
        ? await configurationToSend(settings, access, step, node, wait.signal, 'trial')
        : undefined;
    if (sent) refuseOwnEndpoint(node, sent.text);
    else await tryLatePatches(settings, access, step, node, wait.signal);
    const ready = await readyTerraform(settings, access, wait, step, limit);
    const { state, pulled } = await knownState(access, wait, ready);
    const instances = recordInstances(replacedOf(instancesOf(state, address), ready.section.keep));
    if (!instances.ok) throw new Refusal(instances.reason);
    const identity = await refuseOtherMachine(access, wait, ready, node, state);
    const interfaceNotes = await checkInterfacesBefore(access, node, identity, wait.signal);
    const { recorded } = instances;
    const { summary } = await planMachine(ready, node, { values, replaces: recorded, creates: [] });
    await ready.terraform.backUp(pulled);
    const { serial, lineage } = pulled.header;
    const note = [`${ready.section.tool} ${summary}`, ...(sent?.notes ?? []), ...interfaceNotes].join('; ');
    return { recorded, serial, lineage, note };
  });
}

/**
 * The new machine would have to join the cluster through itself. Where slipway.yaml names the endpoint, the plan refuses that; here
 * the machine configuration names it. @throws Refusal `replacement-endpoint`
 */
function refuseOwnEndpoint({ name, address }: PlannedNode, configuration: string): void {
  const endpoint = endpointIn(configuration);
  const host = endpoint?.hostname.replaceAll(/[[\]]/g, '');
  if (endpoint && (host === address || host === name))
    throw new Refusal({ kind: 'replacement-endpoint', node: name, endpoint: endpoint.origin });
}

/** The wanted Terraform plan for one node. */
export interface WantedPlan {
  readonly values: Readonly<Record<string, string>>;
  readonly replaces: readonly RecordedInstance[];
  /** Addresses of what is gone already. */
  readonly creates: readonly string[];
}

/** Plans the machine of one node, and checks the plan. @throws Refusal */
export function planMachine(
  ready: TerraformStep,
  node: PlannedNode,
  { values, ...wanted }: WantedPlan,
): Promise<CheckedPlan> {
  const { address, accepts = [] } = replacementOf(node);
  return checkedPlan(ready, values, {
    subject: node.name,
    purpose: 'machine',
    targets: [address],
    accepted: accepts,
    ...wanted,
  });
}

/** The node's replacement in the run's plan; only such nodes come here. */
export function replacementOf(node: PlannedNode): NonNullable<PlannedNode['replacement']> {
  if (!node.replacement) throw new Error(`${node.name} is not to be replaced, by its plan`);
  return node.replacement;
}

/** A machine that Terraform made. */
export interface Replaced {
  /** How it is identified. */
  readonly machine: MachineIdentity;
  readonly note: string;
}

/** The new machine's identity: without it no other machine could be excluded. @throws Refusal `machine-identity-unknown` */
export async function machineMade(
  { terraform, section, limits }: TerraformStep,
  node: PlannedNode,
  note: string,
): Promise<Replaced> {
  return { machine: identityOf(node, await terraform.state(limits()), section), note };
}

function identityOf(
  node: PlannedNode,
  state: TerraformState,
  { resources }: TerraformStep['section'],
): MachineIdentity {
  const { address } = replacementOf(node);
  const identity = machineIdentity(state, address, resources);
  if (identity.uuid === undefined && identity.mac === undefined)
    throw new Refusal({ kind: 'machine-identity-unknown', node: node.name, address });
  return identity;
}

/**
 * Refuses where the machine that Terraform would destroy is not the one that runs this node, as far as the state shows. It must show
 * something, since nothing else identifies the new machine.
 */
async function refuseOtherMachine(
  access: ClusterAccess,
  wait: Wait,
  { section }: TerraformStep,
  node: PlannedNode,
  state: TerraformState,
): Promise<MachineIdentity> {
  const identity = identityOf(node, state, section);
  const seen = await machineAt(access, node.name, wait.signal);
  if (seen.kind === 'unreachable')
    throw new Refusal({ kind: 'talos-unreachable', node: node.name, endpoint: node.address, why: seen.why });
  const other = otherMachine(identity, seen);
  if (other) throw new Refusal({ kind: 'machine-other', node: node.name, ...other });
  return identity;
}
