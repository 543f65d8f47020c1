import {
  deviceFindings,
  deviceOf,
  deviceOffered,
  deviceSeen,
  type WantedDevice,
} from '../planning/node/devices.js';
import type { RecordedFacts } from '../planning/node/classify-node.js';
import {
  interfacesText,
  lostIdentity,
  wrongDefinitions,
  wrongLinks,
  type NetworkIdentity,
  type ObservedInterface,
} from '../planning/node/network-interfaces.js';
import type { NodeObject, PodObservation } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { MachineIdentity } from '../planning/terraform/machine-identity.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { workloadObservation } from '../tools/kubernetes-observation.js';
import { filesOf } from '../tools/machine-configuration.js';
import { throughOthers } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { runningConfiguration } from './machine-configuration.js';

/** The record of a machine before it is replaced, for `verifyMachine` to compare with. */
export async function recordMachine(
  access: ClusterAccess,
  name: string,
  { internalAddress, labels }: NodeObject,
  signal: AbortSignal,
): Promise<Pick<RecordedFacts, 'network' | 'device'>> {
  const device = deviceOf(access.inventory, name);
  const [cards, pods] = await Promise.all([
    networkInterfacesOf(access, name, signal),
    device ? podsOn(access, name) : [],
  ]);
  const network: NetworkIdentity = { address: internalAddress, macs: cards.map(({ mac }) => mac) };
  return { network, ...(device ? { device: deviceSeen(device, { labels, pods }) } : {}) };
}

/**
 * Refuses a machine whose network interfaces differ between Terraform and slipway.yaml: a new one would be made the same way.
 *
 * @returns notes about the old machine itself, which goes.
 */
export async function checkInterfacesBefore(
  access: ClusterAccess,
  { name, role }: PlannedNode,
  { cards }: MachineIdentity,
  signal: AbortSignal,
): Promise<string[]> {
  const nics = access.inventory.roles[role]?.nics;
  if (!nics) return [];
  const defined = cards && wrongDefinitions(nics, cards);
  if (defined)
    throw new Refusal({ kind: 'network-interfaces-wrong', node: name, of: 'terraform', ...defined });
  const undelivered = cards?.every(({ vlan }) => vlan !== undefined)
    ? []
    : ["Terraform's state has no VLANs"];
  const links = wrongLinks(nics, await networkInterfacesOf(access, name, signal));
  return [...undelivered, ...(links?.wrong ?? []).map((what) => `as it is: ${what}`)];
}

/**
 * What is wrong with a replaced machine, or words for what is right: network interfaces and their VLANs, first MAC and address, the
 * GPUs it offers to pods and the configuration they need.
 */
export async function verifyMachine(
  access: ClusterAccess,
  { node, facts, machine = {} }: { node: PlannedNode; facts: RecordedFacts; machine?: MachineIdentity },
  signal: AbortSignal,
): Promise<{ readonly wrong: Reason } | { readonly words: readonly string[] }> {
  const { name, role } = node;
  const { inventory } = access;
  const [cards, object] = await Promise.all([
    networkInterfacesOf(access, name, signal),
    access.kubernetes.readNode(name, { avoid: name }),
  ]);
  const nics = inventory.roles[role]?.nics;
  if (nics) {
    const defined = machine.cards && wrongDefinitions(nics, machine.cards);
    if (defined)
      return { wrong: { kind: 'network-interfaces-wrong', node: name, of: 'terraform', ...defined } };
    const links = wrongLinks(nics, cards);
    if (links) return { wrong: { kind: 'network-interfaces-wrong', node: name, of: 'machine', ...links } };
  }
  const address = object?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address;
  const now: NetworkIdentity = { address, macs: cards.map(({ mac }) => mac) };
  const lost = facts.network && lostIdentity(facts.network, now, machine.mac);
  if (lost) return { wrong: { kind: 'network-identity-lost', node: name, ...lost } };
  const device = deviceOf(inventory, name);
  if (device) {
    const unfit = await unfitConfiguration(access, device, facts, signal);
    if (unfit) return { wrong: unfit };
    const { allocatable = {} } = object?.status ?? {};
    const labels = object?.metadata?.labels ?? {};
    const seen = { allocatable, labels, pods: await podsOn(access, name) };
    const { offered, wrong } = deviceOffered(device, facts.device ?? { label: false, plugin: false }, seen);
    const { resource, count: wanted } = device;
    if (wrong.length > 0)
      return { wrong: { kind: 'device-not-offered', node: name, resource, wanted, offered, wrong } };
  }
  return {
    words: [
      ...(nics ? [interfacesText(nics)] : []),
      ...(facts.network ? ['MAC and address as before'] : []),
      ...(device ? [`${device.resource}: ${device.count} offered`] : []),
    ],
  };
}

/** Reads the running configuration back: it may differ from what was sent. */
async function unfitConfiguration(
  access: ClusterAccess,
  device: WantedDevice,
  { node, wantedVersion }: RecordedFacts,
  signal: AbortSignal,
): Promise<Reason | undefined> {
  if (!device.configuration) return undefined;
  const text = await runningConfiguration(access, node, signal);
  const { wrong } = deviceFindings(device, filesOf(text), wantedVersion);
  const { resource } = device;
  if (wrong.length === 0) return undefined;
  return { kind: 'device-configuration-wrong', node, resource, of: 'running', wrong };
}

function networkInterfacesOf(
  access: ClusterAccess,
  name: string,
  signal: AbortSignal,
): Promise<ObservedInterface[]> {
  return throughOthers(access.targets(name), (target) => access.talos.cards(target, { signal }));
}

async function podsOn(access: ClusterAccess, name: string): Promise<readonly PodObservation[]> {
  const pods = await access.kubernetes.listPods({ node: name, avoid: name });
  return workloadObservation(pods, []).pods;
}
