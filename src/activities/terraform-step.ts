import path from 'node:path';
import type { Terraform as Section } from '../inventory/terraform.js';
import type { Inventory, InventoryNode } from '../inventory/schema.js';
import type { Reason } from '../planning/reasons/reason.js';
import { expandAddress } from '../planning/terraform/address-template.js';
import { checkTerraformPlan, type WantedChange } from '../planning/terraform/check-plan.js';
import { instancesOfNodes, type NodeAddress } from '../planning/terraform/state-instances.js';
import { stateRefusals } from '../planning/terraform/state-refusals.js';
import { summaryText } from '../planning/terraform/summary-text.js';
import type { TerraformState } from '../planning/terraform/terraform-json.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { observeCluster } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { openTerraform, type OpenOptions } from '../tools/terraform/open-terraform.js';
import type { PulledState, SavedPlan, Terraform } from '../tools/terraform/terraform.js';
import type { TerraformLimits } from '../tools/terraform/terraform-root.js';
import type { ActivitySettings, RunReference, Wait } from './activity-context.js';

/** Terraform after init, for one step. */
export interface TerraformStep {
  readonly terraform: Terraform;
  readonly section: Section;
  /** For each of its calls. An apply is never interrupted: see `applyLimits`. */
  readonly limits: () => TerraformLimits;
}

/**
 * Opens the operator's Terraform at the run's commit, and initializes it.
 *
 * @param limitMs of the step.
 * @param lockMs how long it waits for somebody else's state lock.
 * @throws Refusal `terraform-commit-unknown`, `terraform-source`, `terraform-init-failed`, …
 */
export async function readyTerraform(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  { cluster, run }: RunReference,
  limitMs: number,
  lockMs: number = access.inventory.limits.terraformLock,
): Promise<TerraformStep> {
  const { inventory, request, base } = await settings.inputOf(cluster, run);
  return terraformAt(access, wait, wait.endOf(limitMs), {
    inventory,
    base: settings.credentialsFolder ?? base,
    home: base,
    commit: request.commit,
    lockMs,
  });
}

/** Which Terraform: whose inventory, at which commit. */
export interface TerraformPlace extends Pick<OpenOptions, 'base' | 'home' | 'commit' | 'mirror' | 'lockMs'> {
  readonly inventory: Inventory;
}

/** Opens the Terraform of an inventory, and initializes it. @throws Refusal as `readyTerraform` */
export async function terraformAt(
  access: ClusterAccess,
  wait: Wait,
  end: number,
  { inventory, ...place }: TerraformPlace,
): Promise<TerraformStep> {
  const { cluster, nodes, snapshot, terraform: section } = inventory;
  if (!section) throw new Error('slipway.yaml has no terraform section, and the plan rests on one');
  const terraform = await openTerraform(section, {
    ...place,
    cluster,
    step: await access.folder(),
    snapshot: { ...snapshot, directory: path.resolve(place.home ?? place.base, snapshot.directory) },
    visible: nodes.flatMap(({ name, address, host }) => [name, address, ...(host ? [host] : [])]),
    signal: wait.signal,
  });
  const limits = (): TerraformLimits => ({
    timeoutMs: Math.max(1_000, end - Date.now()),
    signal: wait.signal,
    says: (sentence) => wait.says(sentence, end),
  });
  wait.says(`${section.tool} gets ready`, end);
  await terraform.init(limits());
  return { terraform, section, limits };
}

/**
 * For an apply: no signal reaches it. What stops the step for other reasons (the worker ends, Temporal gave it to another) must not
 * interrupt Terraform; the next attempt waits for it. Only its time limit stops it, once and in order.
 *
 * @param how `atLeastMs`: its minimum time, from its start, where less of the step's is left.
 */
export function applyLimits(
  { limits }: TerraformStep,
  { startBefore, atLeastMs = 0 }: { readonly startBefore?: number; readonly atLeastMs?: number } = {},
): TerraformLimits {
  const { timeoutMs, says } = limits();
  return {
    timeoutMs: Math.max(timeoutMs, atLeastMs),
    ...(says ? { says } : {}),
    ...(startBefore === undefined ? {} : { startBefore }),
  };
}

/** A plan that does what was wanted, and nothing else. */
export interface CheckedPlan {
  readonly saved: SavedPlan;
  /** What it does, in one line. */
  readonly summary: string;
}

/** Plans with these values, and checks the plan. @throws Refusal with the first unwanted change */
export async function checkedPlan(
  { terraform, section, limits }: TerraformStep,
  values: Readonly<Record<string, string>>,
  wanted: Omit<WantedChange, 'rules'>,
): Promise<CheckedPlan> {
  const { targets, replaces } = wanted;
  const replace = replaces.map(({ address }) => address);
  const saved = await terraform.plan({ values, replace, targets }, limits());
  const verdict = checkTerraformPlan(saved.plan, { ...wanted, rules: section.resources });
  return verdict.ok ? { saved, summary: summaryText(verdict.summary) } : refused(verdict.refusals);
}

/** A state that Slipway may work with. */
export interface KnownState {
  readonly state: TerraformState;
  readonly pulled: PulledState;
  /** The nodes' addresses in Terraform. */
  readonly nodes: readonly NodeAddress[];
}

/**
 * Reads the state, and refuses one that has changed since the run began, that a newer Terraform wrote, or that lacks a node which
 * responds: Terraform would make its machine a second time.
 *
 * @param recorded the state as the run first found it. Without it only the other checks are made.
 * @param underWork the node whose machine may be gone, in the state as in the world.
 */
export async function knownState(
  access: ClusterAccess,
  wait: Wait,
  { terraform, section, limits }: TerraformStep,
  recorded?: { readonly lineage: string; readonly serial?: number },
  underWork?: string,
): Promise<KnownState> {
  // In parallel: neither takes the lock, and a write between the two shows in the serial before anything is applied.
  const asked = [
    terraform.state(limits()),
    terraform.pull(limits()),
    nodeAddresses(access, wait, underWork),
  ] as const;
  // None outlives the step, whichever fails.
  await Promise.allSettled(asked);
  const [state, pulled, nodes] = await Promise.all(asked);
  const { refusals } = instancesOfNodes(
    state,
    nodes.filter(({ node }) => node !== underWork),
  );
  const [first] = refusals;
  if (first) throw new Refusal(first);
  if (!pulled) {
    const answering = nodes.filter(({ answers }) => answers).length;
    throw new Refusal({ kind: 'terraform-state-empty', answering });
  }
  refuse(
    stateRefusals(pulled.header, state, {
      pin: section.version,
      program: terraform.program.version,
      ...(recorded ? { recorded } : {}),
    }),
  );
  return { state, pulled, nodes };
}

/** Throws the first of the reasons; the others still apply when that is gone. @throws Refusal */
export function refuse(reasons: readonly Reason[]): void {
  const [first] = reasons;
  if (first) throw new Refusal(first);
}

/** Throws the first reason of a refusal. @throws Refusal */
export function refused(reasons: readonly Reason[]): never {
  refuse(reasons);
  throw new Error('Terraform was refused without a reason');
}

/** The Terraform address of each node of a role that slipway.yaml names an address for. */
export function addressesOf({
  inventory,
}: Pick<ClusterAccess, 'inventory'>): Pick<NodeAddress, 'node' | 'address'>[] {
  return inventory.nodes.flatMap((node) => {
    const template = inventory.roles[node.role]?.terraform;
    return template === undefined ? [] : [{ node: node.name, address: addressOf(template, node) }];
  });
}

/** The nodes' addresses, and whether a machine of that name responds. */
async function nodeAddresses(
  access: ClusterAccess,
  wait: Wait,
  underWork: string | undefined,
): Promise<NodeAddress[]> {
  const known = addressesOf(access);
  const { nodes } = await observeCluster(access, {
    talosOf: [],
    statusOf: known.map(({ node }) => node),
    etcd: false,
    // It may be a new machine, which is no endpoint to the others.
    ...(underWork === undefined ? {} : { avoid: underWork }),
    signal: wait.signal,
  });
  return known.map((one) => {
    const seen = nodes.find(({ name }) => name === one.node);
    const kubelet = seen?.kubernetes.kind === 'answered' && seen.kubernetes.value?.ready === true;
    return { ...one, answers: kubelet || seen?.talos.kind === 'answered' };
  });
}

function addressOf(template: string, { name, host, role, vm }: InventoryNode): string {
  const expanded = expandAddress(template, { node: name, host, role, vm });
  if (!expanded.ok) throw new Refusal(expanded.reason);
  return expanded.address;
}
