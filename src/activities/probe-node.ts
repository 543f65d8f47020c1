import { createHash } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { nodeNamed } from '../inventory/node-named.js';
import type { Probe } from '../inventory/probes.js';
import { describeStep } from '../planning/reasons/describe.js';
import { listed, span } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { probeLook, type ProbeLook } from '../planning/node/smoke-test-end.js';
import {
  probeByHand,
  probeMarks,
  probePod,
  probesFor,
  runLabel,
  type ProbeOwner,
} from '../planning/node/smoke-tests.js';
import type { ProbeReason } from '../planning/reasons/probe.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { Refusal } from '../tools/refusal.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';

export interface ProbeNode extends RunReference {
  readonly node: PlannedNode;
  /** The node's workflow: it identifies its Pods. */
  readonly by: string;
  /** Of all its smoke tests together. Milliseconds. */
  readonly limit: number;
}

interface Probing {
  readonly access: ClusterAccess;
  readonly wait: Wait;
  readonly owner: ProbeOwner;
  readonly node: string;
  readonly limit: number;
}

/** The kubelet ends a Pod at its limit; the API may show that so much later. Milliseconds. */
const reportDelayMs = 10_000;
/** The longest pause between two observations of a Pod that waits or runs. Milliseconds. */
const slowest = 2_000;

/**
 * Runs the node's smoke tests, one after the other, each in a Pod with a name of this workflow only. A Pod that an earlier attempt
 * left is resumed, never doubled. Leftovers of ended runs are deleted first. Each Pod is deleted at its end; if its worker dies, the
 * next attempt finds and deletes it.
 *
 * @throws Refusal `probe-failed`, `probe-not-started`, `probe-refused`
 */
export async function probeNode(
  settings: ActivitySettings,
  { node, by, limit, cluster, run }: ProbeNode,
): Promise<string> {
  const doing = describeStep('probe-node', node.name);
  return inCluster(settings, { cluster, run }, doing, async (access, wait) => {
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    const owner: ProbeOwner = { cluster, run, by, sha256 };
    const probing: Probing = { access, wait, owner, node: node.name, limit };
    const planned = new Set(node.probes?.map(({ name }) => name));
    const known = probesFor(access.inventory, nodeNamed(access.inventory, node.name));
    const notes: string[] = [];
    for (const probe of known.filter(({ name }) => planned.has(name))) {
      await clearLeftOvers(probing, probe);
      notes.push(await tryWith(probing, probe));
    }
    return notes.join('; ');
  });
}

async function tryWith(probing: Probing, probe: Probe): Promise<string> {
  const { wait, node, limit } = probing;
  let pod: V1Pod | undefined;
  try {
    pod = await podOf(probing, probe);
    const ended = await wait.until<ProbeLook>(limit, asLast, looksAt(probing, probe, pod), { slowest });
    if (ended.kind === 'failed') throw new Refusal(whyNotWell(probe, node, pod, ended));
  } catch (error) {
    // If Temporal gave this attempt away, another one may use the Pod by now; the Pod's deadline ends it.
    if (pod && !wait.signal.aborted) await removed(probing, [pod]).catch(() => undefined);
    throw error;
  }
  await removed(probing, [pod]);
  return `the probe ${probe.name} ended well`;
}

/** The Pod of an earlier attempt, or a new one. */
async function podOf({ access, wait, owner, node, limit }: Probing, probe: Probe): Promise<V1Pod> {
  const wanted = probePod(probe, node, owner);
  const { namespace } = probe;
  const name = wanted.metadata?.name ?? '';
  const { ownPods } = access.kubernetes;
  return wait.until<V1Pod>(limit, asLast, () =>
    asked(async () => {
      const there = await ownPods.read(namespace, name, through(node));
      // A Pod under deletion belongs to an attempt that had ended.
      const going = Boolean(there?.metadata?.deletionTimestamp);
      if (there && !going) return { kind: 'done', value: there };
      wait.signal.throwIfAborted();
      const made = going ? undefined : await ownPods.create(wanted, through(node));
      if (made?.kind === 'made') return { kind: 'done', value: made.pod };
      if (made?.kind === 'refused')
        throw new Refusal({ kind: 'probe-refused', node, probe: probe.name, namespace, why: made.why });
      const why = 'the Pod of an attempt before is still there';
      return {
        kind: 'waiting',
        reason: whyNotWell(probe, node, there, { why, started: false }),
        againMs: 300,
      };
    }),
  );
}

/** Observes a Pod until it has ended, or should have. */
function looksAt({ access, node }: Probing, probe: Probe, pod: V1Pod): () => Promise<Look<ProbeLook>> {
  const { name = '', uid, creationTimestamp } = pod.metadata ?? {};
  const late = new Date(creationTimestamp ?? Date.now()).getTime() + probe.limit + reportDelayMs;
  let waitedFor: string | undefined;
  const failed = (why: string, started: boolean): Look<ProbeLook> => ({
    kind: 'done',
    value: { kind: 'failed', why, started },
  });
  return () =>
    asked(async () => {
      const now = await access.kubernetes.ownPods.read(probe.namespace, name, through(node));
      if (!now || now.metadata?.uid !== uid || now.metadata?.deletionTimestamp)
        return failed('somebody deleted its Pod before it ended', true);
      const seen = probeLook(now);
      if (seen.kind === 'succeeded') return { kind: 'done', value: seen };
      // A Pod that has ended no longer shows what its container waited for.
      if (seen.kind === 'failed' && !seen.started && waitedFor !== undefined)
        return failed(`${waitedFor}; then ${seen.why}`, false);
      if (seen.kind === 'failed') return { kind: 'done', value: seen };
      if (!seen.started) waitedFor = seen.said ?? waitedFor;
      const why = seen.started ? `it did not end within ${span(probe.limit)}` : seen.why;
      if (Date.now() > late) return failed(why, seen.started);
      const reason = whyNotWell(probe, node, pod, { why, started: seen.started });
      return { kind: 'waiting', reason, note: `${node}: the probe ${probe.name}: ${seen.why}` };
    });
}

/** Deletes Pods of other runs on any node, and of other attempts on this node: nobody waits for them any more. */
async function clearLeftOvers(probing: Probing, { namespace, name }: Probe): Promise<void> {
  const { access, owner, node, wait, limit } = probing;
  const left = await wait.until<V1Pod[]>(limit, gaveUp(`the probe ${name} on ${node}`, limit), () =>
    asked(async () => {
      const pods = await access.kubernetes.ownPods.list(namespace, probeMarks.probe, through(node));
      return { kind: 'done', value: pods.filter((pod) => isLeftOver(pod, node, owner)) };
    }),
  );
  if (left.length > 0) await removed(probing, left);
}

function isLeftOver({ metadata, spec }: V1Pod, node: string, owner: ProbeOwner): boolean {
  const ofRun = metadata?.labels?.[probeMarks.run] === runLabel(owner);
  return !ofRun || (spec?.nodeName === node && metadata?.annotations?.[probeMarks.by] !== owner.by);
}

/** Deletes Pods of ours, and waits until they are gone. */
async function removed({ access, wait, node, limit }: Probing, pods: readonly V1Pod[]): Promise<void> {
  const { ownPods } = access.kubernetes;
  const names = pods.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`);
  const what = `Pods of probes to be gone: ${listed(names)}`;
  await wait.until<undefined>(limit, gaveUp(what, limit), () =>
    asked(async () => {
      let there = 0;
      for (const { metadata } of pods) {
        const { namespace = '', name = '', uid } = metadata ?? {};
        const now = await ownPods.read(namespace, name, through(node));
        if (!now || now.metadata?.uid !== uid) continue;
        there += 1;
        if (!now.metadata?.deletionTimestamp) await ownPods.remove(now, through(node));
      }
      if (there === 0) return { kind: 'done', value: undefined };
      const reason: Reason = { kind: 'gave-up', waitedFor: what, limit, reason: undefined };
      return { kind: 'waiting', reason, note: `${node}: ${what}`, againMs: 300 };
    }),
  );
}

/** Retries while the API is unreachable, not when it rejects. */
async function asked<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Refusal) || error.reason.kind !== 'kubernetes-unreachable') throw error;
    return { kind: 'waiting', reason: error.reason };
  }
}

/** Fails with what it waited for last. */
function asLast(reason: Reason): Reason {
  return reason;
}

function whyNotWell(
  probe: Probe,
  node: string,
  pod: V1Pod | undefined,
  { why, tail, started }: { readonly why: string; readonly tail?: string; readonly started: boolean },
): ProbeReason {
  const common = { node, probe: probe.name, why, again: probeByHand(probe, node) };
  if (started) return { kind: 'probe-failed', ...common, ...(tail === undefined ? {} : { tail }) };
  const since = new Date(pod?.metadata?.creationTimestamp ?? Date.now()).toISOString();
  return { kind: 'probe-not-started', since, ...common };
}

/** No request goes through the node under test. */
function through(node: string): { readonly avoid: string } {
  return { avoid: node };
}
