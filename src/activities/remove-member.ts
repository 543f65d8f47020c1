import type { RecordedFacts } from '../planning/node/classify-node.js';
import { describeStep } from '../planning/reasons/describe.js';
import { memberRemoval } from '../planning/etcd/member-removal.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { machineAt } from '../tools/machine-seen.js';
import { observeEtcd, throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { TalosTarget } from '../tools/talos-target.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';
import { lookAgeMsMax, neverLeft } from './guarded-request.js';

export interface RemoveMember extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  readonly limit: number;
}

/** Another member responds within a moment, or etcd has no majority. */
const removalMs = 20_000;

/**
 * A request that is too late after its preflight check needs another check, in case the worker was frozen. In case of a slow
 * network, with unreachable addresses that take a timeout each, the next check may be this old.
 */
const slowLookAgeMs = 90_000;

/**
 * Removes the etcd member of the machine that is gone, by the id recorded before. By its name a later attempt could remove the new
 * machine's member. A missing member is a success: a joining machine removes its own name's.
 */
export async function removeMember(settings: ActivitySettings, step: RemoveMember): Promise<string> {
  const { node, facts, limit } = step;
  const id = facts.memberId;
  // An earlier run had removed it before it was resumed; or the replaced machine had never become a member.
  if (id === undefined && (node.replacement?.continues || node.back))
    return 'no member of the old machine is left';
  if (id === undefined) throw new Error(`no etcd member of ${node.name} was recorded`);
  return inCluster(settings, step, describeStep('remove-member', node.name), async (access, wait) => {
    let asked: Asked = 'never';
    let tries = 0;
    let age = lookAgeMsMax;
    const waitedFor = `member ${id} of the old machine of ${node.name} to leave etcd`;
    return wait.until(limit, gaveUp(waitedFor, limit), async (): Promise<Look<string>> => {
      const startBefore = Date.now() + age;
      const etcd = await observeEtcd(access, { avoid: node.name, signal: wait.signal });
      if (etcd.kind === 'unreachable')
        return { kind: 'waiting', reason: { kind: 'etcd-unreachable', why: etcd.why } };
      const removal = memberRemoval(id, etcd.value);
      if (removal.kind === 'gone')
        return {
          kind: 'done',
          value: asked === 'never' ? `member ${id} was gone already` : `removed member ${id}`,
        };
      if (removal.kind === 'wait') return { kind: 'waiting', reason: removal.reason };
      await refuseLiving(access, wait, step);
      let why = `member ${id} is still in the list`;
      if (asked !== 'accepted') {
        const answer = await ask(access, wait, { node, id, startBefore, tries });
        tries += 1;
        if (Date.now() > startBefore) age = slowLookAgeMs;
        if (answer.asked !== 'never') ({ asked } = answer);
        why = answer.why ?? why;
      }
      const reason: Reason = { kind: 'etcd-unreachable', why };
      return { kind: 'waiting', reason, againMs: asked === 'accepted' ? 200 : 1_000 };
    });
  });
}

/** @throws Refusal `machine-not-replaced`: its member may be needed */
async function refuseLiving(access: ClusterAccess, wait: Wait, { node, facts }: RemoveMember): Promise<void> {
  const seen = await machineAt(access, node.name, wait.signal);
  if (seen.kind !== 'unreachable' && seen.uuid === facts.systemUuid)
    throw new Refusal({ kind: 'machine-not-replaced', node: node.name, uuid: seen.uuid });
}

/** `maybe`: the request may have arrived, but had no answer or a failure. */
type Asked = 'never' | 'maybe' | 'accepted';

interface Asking {
  readonly node: PlannedNode;
  readonly id: string;
  /** After that the check is too old: another worker may have asked since, if this one was frozen. */
  readonly startBefore: number;
  /** How often others were asked before: each time another one comes first. */
  readonly tries: number;
}

/**
 * Asks one of the other control plane nodes, and the next where one is unreachable. After a request that may have arrived comes an
 * observation, and no other request (I6).
 */
async function ask(
  access: ClusterAccess,
  wait: Wait,
  { node, id, startBefore, tries }: Asking,
): Promise<{ readonly asked: Asked; readonly why?: string }> {
  const others = access.inventory.nodes.filter(
    (one) => one.role === 'control-plane' && one.name !== node.name,
  );
  const first = others.length === 0 ? 0 : tries % others.length;
  let why = 'there is no other control plane to ask';
  for (const other of [...others.slice(first), ...others.slice(0, first)]) {
    let sentTo: TalosTarget | undefined;
    try {
      const way = await wayTo(access, wait, access.targets(other.name, node.name));
      const admin = await access.talosctlAdmin(way.version);
      sentTo = way.target;
      const limits = { timeoutMs: removalMs, signal: wait.sending, startBefore };
      await admin.etcdRemoveMember(sentTo, id, limits);
      return { asked: 'accepted' };
    } catch (error) {
      if (wait.signal.aborted) throw error;
      why = whyNot(error);
      if (sentTo && !(error instanceof CommandFailed && neverLeft(error, sentTo)))
        return { asked: 'maybe', why };
    }
  }
  return { asked: 'never', why };
}

/** A node's target that responds now, and the Talos it runs. */
async function wayTo(
  access: ClusterAccess,
  wait: Wait,
  targets: readonly TalosTarget[],
): Promise<{ readonly target: TalosTarget; readonly version: string }> {
  const limits = { timeoutMs: removalMs, signal: wait.signal };
  return throughOthers(targets, async (target) => ({
    target,
    version: await access.talos.version(target, limits),
  }));
}
