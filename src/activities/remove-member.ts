import type { RecordedFacts } from '../planning/classify-node.js';
import { describeStep } from '../planning/describe.js';
import { memberRemoval } from '../planning/member-removal.js';
import type { PlannedNode } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt } from '../tools/machine-seen.js';
import { observeEtcd, throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';

export interface RemoveMember extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  readonly limit: number;
}

/** Another member answers within a moment, or etcd has no majority. */
const removalMs = 20_000;

/**
 * Removes the etcd member of the machine that is gone, by the id recorded before. By its name a later attempt could remove
 * the new machine's member. One that is gone already is what was wanted: a machine that joins removes its own name's.
 */
export async function removeMember(settings: ActivitySettings, step: RemoveMember): Promise<string> {
  const { node, facts, limit } = step;
  const id = facts.memberId;
  // An earlier run was gone on with, and had removed it; or the machine that goes had never become one.
  if (id === undefined && (node.rebuild?.continues || node.back))
    return 'no member of the old machine is left';
  if (id === undefined) throw new Error(`no etcd member of ${node.name} was recorded`);
  return inCluster(settings, step, describeStep('remove-member', node.name), async (access, wait) => {
    let asked = false;
    const waitedFor = `member ${id} of the old machine of ${node.name} to leave etcd`;
    return wait.until(limit, gaveUp(waitedFor, limit), async (): Promise<Look<string>> => {
      const etcd = await observeEtcd(access, { avoid: node.name, signal: wait.signal });
      if (etcd.kind === 'unreachable')
        return { kind: 'waiting', reason: { kind: 'etcd-unreachable', why: etcd.why } };
      const removal = memberRemoval(id, etcd.value);
      if (removal.kind === 'gone')
        return { kind: 'done', value: asked ? `removed member ${id}` : `member ${id} was gone already` };
      if (removal.kind === 'wait') return { kind: 'waiting', reason: removal.reason };
      await refuseLiving(access, wait, step);
      const failed = asked ? undefined : await ask(access, wait, node, id);
      asked = failed === undefined;
      const reason: Reason = { kind: 'etcd-unreachable', why: failed ?? `member ${id} is still in the list` };
      return { kind: 'waiting', reason, againMs: failed === undefined ? 200 : 1_000 };
    });
  });
}

/** @throws Refusal `machine-not-replaced`: its member may be the one that is needed */
async function refuseLiving(access: ClusterAccess, wait: Wait, { node, facts }: RemoveMember): Promise<void> {
  const seen = await machineAt(access, node.name, wait.signal);
  if (seen.kind !== 'silent' && seen.uuid === facts.systemUuid)
    throw new Refusal({ kind: 'machine-not-replaced', node: node.name, uuid: seen.uuid });
}

/** Asks one of the other control planes, and the next where one does not answer. @returns why nobody took it */
async function ask(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
  id: string,
): Promise<string | undefined> {
  const others = access.inventory.nodes.filter(
    (one) => one.role === 'control-plane' && one.name !== node.name,
  );
  const limits = { timeoutMs: removalMs, signal: wait.signal };
  let why = 'there is no other control plane to ask';
  for (const other of others) {
    const targets = access.targets(other.name, node.name);
    try {
      const version = await throughOthers(targets, (target) => access.talos.version(target, limits));
      const admin = await access.talosctlAdmin(version);
      await throughOthers(targets, (target) => admin.etcdRemoveMember(target, id, limits));
      return undefined;
    } catch (error) {
      if (wait.signal.aborted) throw error;
      why = whyNot(error);
    }
  }
  return why;
}
