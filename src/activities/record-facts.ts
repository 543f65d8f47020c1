import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { machineAt } from '../tools/machine-seen.js';
import { observeEtcd, observeNode, throughOthers } from '../tools/observe-cluster.js';
import { isExtension } from '../planning/versions/extension-names.js';
import { isWell } from '../planning/node/verify-node.js';
import { Refusal } from '../tools/refusal.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { recordMachine } from './verify-machine.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { requireNodeObject } from './patch-node.js';

export interface RecordFacts extends RunReference {
  readonly node: PlannedNode;
  /** The hop's version. */
  readonly to: string;
}

/** Records what every later attempt compares with: in history before the one-shot request. */
export async function recordFacts(
  settings: ActivitySettings,
  { node, to, ...reference }: RecordFacts,
): Promise<RecordedFacts> {
  return inCluster(settings, reference, describeStep('record-facts', node.name), async (access, wait) => {
    if (node.replacement?.continues) return factsLeft(access, wait, node, to);
    const admin = await access.talosAdmin();
    const [seen, bootId, services, memberId, systemUuid] = await Promise.all([
      observeNode(access, node.name, wait.signal),
      throughOthers(access.targets(node.name), (target) => admin.bootId(target, { signal: wait.signal })),
      throughOthers(access.targets(node.name), (target) =>
        access.talos.services(target, { signal: wait.signal }),
      ),
      node.role === 'control-plane' ? memberToRecord(access, node, wait) : undefined,
      // Proves that a machine is another one; only for a replacement.
      node.replacement
        ? throughOthers(access.targets(node.name), (target) =>
            access.talos.systemUuid(target, { signal: wait.signal }),
          )
        : undefined,
    ]);
    // The member is removed by this id once its machine is gone.
    if (node.replacement && !node.back && node.role === 'control-plane' && memberId === undefined)
      throw new Refusal({ kind: 'etcd-unreachable', why: `the member on ${node.name} does not say its id` });
    if (seen.talos.kind === 'unreachable') {
      throw new Refusal({
        kind: 'talos-unreachable',
        node: node.name,
        endpoint: node.address,
        why: seen.talos.why,
      });
    }
    if (seen.kubernetes.kind === 'unreachable') {
      throw new Refusal({ kind: 'kubernetes-unreachable', endpoints: [], why: seen.kubernetes.why });
    }
    const object = seen.kubernetes.value;
    if (!object) throw new Refusal({ kind: 'node-missing', node: node.name });
    const mayGo = access.inventory.upgrade.mayLoseExtensions;
    return {
      node: node.name,
      bootId,
      version: seen.talos.value.version,
      schematic: seen.talos.value.schematic,
      // The previous version has its own schematic.
      extensions: node.back
        ? []
        : seen.talos.value.extensions.filter((name) => !mayGo.some((given) => isExtension(name, given))),
      flow: node.flow,
      wantedVersion: to,
      wantedSchematic: node.schematic,
      labels: object.labels,
      taints: object.taints,
      annotations: object.annotations,
      services: services.filter(isWell).map((service) => service.name),
      ...(memberId === undefined ? {} : { memberId }),
      ...(systemUuid === undefined ? {} : { systemUuid }),
      ...(node.replacement ? await recordMachine(access, node.name, object, wait.signal) : {}),
    };
  });
}

/** The facts of a node whose machine an earlier run had destroyed: from its leftover Node, and its etcd member. */
async function factsLeft(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
  to: string,
): Promise<RecordedFacts> {
  const { bootId, systemUuid, labels, taints, annotations } = await requireNodeObject(access, node.name);
  const memberId = node.role === 'control-plane' ? await memberLeft(access, node, wait) : undefined;
  return {
    node: node.name,
    bootId,
    version: node.from,
    // Nobody recorded its previous schematic; the wanted one is known.
    schematic: undefined,
    extensions: [],
    flow: node.flow,
    wantedVersion: to,
    wantedSchematic: node.schematic,
    labels,
    taints,
    annotations,
    ...(memberId === undefined ? {} : { memberId }),
    ...(systemUuid === undefined ? {} : { systemUuid }),
  };
}

/** The id of the member that its old machine left behind: found by its name, which is the new member's once a machine has joined. */
async function memberLeft(
  access: ClusterAccess,
  { name }: PlannedNode,
  wait: Wait,
): Promise<string | undefined> {
  const etcd = await observeEtcd(access, { avoid: name, signal: wait.signal });
  if (etcd.kind === 'unreachable') throw new Refusal({ kind: 'etcd-unreachable', why: etcd.why });
  const machine = await machineAt(access, name, wait.signal);
  if (machine.kind === 'configured') return undefined;
  return etcd.value.members.find((member) => member.name === name)?.id;
}

/** A machine that never got well may not respond: then the other members are asked, which may know of none. */
async function memberToRecord(
  access: ClusterAccess,
  node: PlannedNode,
  wait: Wait,
): Promise<string | undefined> {
  const own = await memberOf(access, node, wait);
  if (own !== undefined || !node.back || !node.replacement) return own;
  const etcd = await observeEtcd(access, { avoid: node.name, signal: wait.signal });
  if (etcd.kind === 'unreachable') throw new Refusal({ kind: 'etcd-unreachable', why: etcd.why });
  return etcd.value.members.find(({ name }) => name === node.name)?.id;
}

/** The id of its etcd member, as the member reports it; undefined when it does not respond: the guard covers that. */
async function memberOf(access: ClusterAccess, node: PlannedNode, wait: Wait): Promise<string | undefined> {
  try {
    const status = await throughOthers(access.targets(node.name), (target) =>
      access.talos.etcdStatus(target, { signal: wait.signal }),
    );
    return status.memberId;
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return undefined;
  }
}
