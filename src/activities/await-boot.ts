import { describe, describeStep } from '../planning/reasons/describe.js';
import { classifyNode, type NodeClass, type RecordedFacts } from '../planning/node/classify-node.js';
import { classifyReplaced } from '../planning/node/classify-replaced.js';
import type { NodeObservation } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { MachineIdentity } from '../planning/terraform/machine-identity.js';
import { observeNode, throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { runId } from '../workflows/messages.js';
import {
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
  type Wait,
} from './activity-context.js';
import { keepCordoned } from './keep-cordoned.js';

export interface AwaitBoot extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  readonly limit: number;
  /** Milliseconds a node may show no sign of the request before it counts as unanswered. */
  readonly answerLimit: number;
  /** The identity of a replaced machine; left out: it is the one that was upgraded. */
  readonly machine?: MachineIdentity;
}

export interface Booted {
  readonly bootId: string;
  readonly note: string;
}

/**
 * Waits until the node runs the wanted version: new boot id, version, schematic, extensions. Only observes: it never sends the
 * request again, whatever became of it.
 */
export async function awaitBoot(settings: ActivitySettings, step: AwaitBoot): Promise<Booted> {
  const { node, facts, limit, answerLimit } = step;
  return inCluster(settings, step, describeStep('await-boot', node.name), async (access, wait) => {
    const since = new Date().toISOString();
    const run = runId(step.cluster, step.run);
    let cordonedAgain = false;
    let last: NodeClass = { kind: 'untouched', note: `was asked to boot ${facts.wantedVersion}` };
    return wait.until<Booted>(
      limit,
      () => givenUp(step, since, last),
      async () => {
        const seen = await seenWithBootId(access, wait, node);
        const { machine } = step;
        const state = machine ? classifyReplaced(facts, machine, seen) : classifyNode(facts, seen, node.back);
        last = state;
        if (machine && seen.kubernetes.kind === 'answered' && seen.kubernetes.value)
          cordonedAgain = (await keepCordoned(access, node, facts, run, wait.signal)) || cordonedAgain;
        if (state.kind === 'on-target') {
          const more = cordonedAgain ? '; it was schedulable when it joined, and was cordoned again' : '';
          return { kind: 'done', value: { bootId: state.bootId, note: state.note + more } };
        }
        if (state.kind === 'failed') throw new Refusal(state.reason);
        if (state.kind === 'untouched' && Date.now() > wait.endOf(answerLimit))
          throw new Refusal(unanswered(step, since));
        return waitingFor(step, state.note, seen);
      },
      { sooner: () => kubeletReports(access, node, facts) },
    );
  });
}

/** Whether its kubelet reports another boot: the node is up. An unreachable Kubernetes API is no sign. */
async function kubeletReports(
  access: ClusterAccess,
  { name }: PlannedNode,
  facts: RecordedFacts,
): Promise<boolean> {
  try {
    const seen = await access.kubernetes.readNode(name, { avoid: name });
    const bootId = seen?.status?.nodeInfo?.bootID;
    return bootId !== undefined && bootId !== facts.bootId;
  } catch {
    return false;
  }
}

/** The reason of a timeout: a node without a sign of the request never went down; one with a sign did not come back. */
function givenUp(step: AwaitBoot, since: string, last: NodeClass): Reason {
  const { node } = step;
  if (node.replacement) return { kind: 'machine-never-joined', node: node.name, since, last: last.note };
  if (last.kind === 'untouched') return unanswered(step, since);
  return { kind: 'node-never-returned', node: node.name, since, last: last.note };
}

function unanswered({ node: { name, flow, back }, facts }: AwaitBoot, since: string): Reason {
  if (back) {
    const whole = back === 'run' ? { whole: true as const } : {};
    return { kind: 'rollback-unanswered', node: name, version: facts.wantedVersion, since, ...whole };
  }
  return { kind: flow === 'lifecycle' ? 'reboot-unanswered' : 'install-unanswered', node: name, since };
}

function waitingFor({ node, facts }: AwaitBoot, note: string, seen: NodeObservation): Look<never> {
  const why = seen.talos.kind === 'unreachable' ? seen.talos.why : note;
  const reason: Reason = { kind: 'talos-unreachable', node: node.name, endpoint: node.address, why };
  const sentence = seen.talos.kind === 'unreachable' ? describe(reason) : `${node.name} ${note}`;
  return { kind: 'waiting', reason, note: `${sentence} (on its way to ${facts.wantedVersion})` };
}

async function seenWithBootId(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
): Promise<NodeObservation> {
  const { name, role, address } = node;
  let seen: NodeObservation;
  try {
    seen = await observeNode(access, name, wait.signal);
  } catch (error) {
    // It boots, perhaps with a wrong clock: it may accept in a moment what it rejects now.
    if (wait.signal.aborted || !(error instanceof Refusal)) throw error;
    const unreachable = { kind: 'unreachable', why: describe(error.reason) } as const;
    return { name, role, address, talos: unreachable, kubernetes: unreachable };
  }
  if (seen.talos.kind === 'unreachable') return seen;
  const admin = await access.talosAdmin();
  try {
    const bootId = await throughOthers(access.targets(node.name), (target) =>
      admin.bootId(target, { signal: wait.signal }),
    );
    return { ...seen, talos: { kind: 'answered', value: { ...seen.talos.value, bootId } } };
  } catch (error) {
    if (wait.signal.aborted) throw error;
    // It went down between two calls.
    return { ...seen, talos: { kind: 'unreachable', why: whyNot(error) } };
  }
}
