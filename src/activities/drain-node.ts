import { Context } from '@temporalio/activity';
import { describe, describeStep } from '../planning/reasons/describe.js';
import type { NodeObject, WorkloadObservation } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { podsToMove, whatStays } from '../planning/node/undrained-pods.js';
import { toolPath } from '../tools/tool-path.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { drainSlice, type DrainSliceResult } from '../tools/kubectl.js';
import { workloadObservation } from '../tools/kubernetes-observation.js';
import { Refusal } from '../tools/refusal.js';
import { runId } from '../workflows/messages.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen, requireNodeObject } from './patch-node.js';

export interface DrainNode extends RunReference {
  readonly node: PlannedNode;
  /** Milliseconds of one attempt. */
  readonly limit: number;
  /** Milliseconds of one `kubectl drain`, at most 60 s. */
  readonly slice: number;
  readonly attempts: number;
  readonly deleteEmptyDirData: boolean;
}

/** How often a denied eviction is retried. */
const againMs = 5_000;

/** How often the Node is read while kubectl drains it: an uncordon stops kubectl within 5 s. */
const watchMs = 500;

/**
 * Drains a node in short slices of `kubectl drain`, so that a worker that died leaves at most one slice running.
 * Before each slice and during it the cordon must still be this run's: a person's uncordon stops the drain.
 */
export async function drainNode(settings: ActivitySettings, step: DrainNode): Promise<string> {
  const { node, limit, attempts } = step;
  return inCluster(settings, step, describeStep('drain', node.name), async (access, wait) => {
    const end = wait.endOf(limit * attempts);
    const before = await podsToLeave(access, node.name);
    if (before === 0) {
      requireOurCordon(step, await requireNodeObject(access, node.name));
      return 'no pod was to move';
    }
    for (;;) {
      const attempt = attemptAt(step, end);
      requireOurCordon(step, await requireNodeObject(access, node.name));
      const begun = Date.now();
      const result = await oneSlice(access, wait, step, end);
      if (result.outcome === 'drained') return `${before} pods moved`;
      if (result.outcome === 'impossible') {
        throw new Refusal({ kind: 'drain-failed', node: node.name, why: result.why, attempts: attempt });
      }
      const reason = await reasonToStay(access, node.name, attempt, result.lastWords);
      if (!reason) continue;
      wait.says(describe(reason), end, reason);
      if (Date.now() + Math.min(1_000, step.slice / 4) > end) throw new Refusal(reason);
      // A slice whose eviction was denied ends at once.
      await Context.current().sleep(Math.max(0, begun + Math.min(againMs, step.slice / 4) - Date.now()));
    }
  });
}

/** One `kubectl drain` under observation: it is stopped when the cordon is no longer this run's. */
async function oneSlice(
  access: ClusterAccess,
  wait: Wait,
  step: DrainNode,
  end: number,
): Promise<DrainSliceResult> {
  const { node } = step;
  const [endpoint] = access.kubernetes.endpoints(node.name);
  if (!endpoint) throw new Error(`there is no control plane but ${node.name} to drain it through`);
  const stop = new AbortController();
  let lost: Refusal | undefined;
  let cordonedByKubectl = false;
  let empty = false;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      empty = await lookBeside(access, wait, step, end);
      // The pods are gone: kubectl would notice at its next poll, up to a second later.
      if (empty) stop.abort();
    } catch (error) {
      // An unreachable API says nothing about the cordon; the next read will.
      if (!(error instanceof Refusal) || error.reason.kind !== 'cordon-lost') return;
      lost = error;
      stop.abort();
    } finally {
      looking = false;
    }
  };
  const watch = setInterval(() => void look(), watchMs);
  try {
    const result = await drainSlice(await toolPath('kubectl'), {
      node: node.name,
      endpoint,
      kubeconfig: await access.kubeconfigFile(),
      timeoutMs: Math.min(step.slice, Math.max(1_000, end - Date.now())),
      deleteEmptyDirData: step.deleteEmptyDirData,
      signal: AbortSignal.any([wait.signal, stop.signal]),
      onLine: (line) => {
        // "already cordoned" is our own cordon. "cordoned" means somebody uncordoned it in the instant before.
        if (line.trim() === `node/${node.name} cordoned`) {
          cordonedByKubectl = true;
          stop.abort();
        }
      },
    });
    // It may have ended before it could be stopped.
    if (cordonedByKubectl) throw await takeBackCordon(access, step);
    return result;
  } catch (error) {
    if (cordonedByKubectl && !(error instanceof Refusal)) throw await takeBackCordon(access, step);
    if (lost) throw lost;
    if (empty && !wait.signal.aborted) return { outcome: 'drained' };
    throw error;
  } finally {
    clearInterval(watch);
  }
}

/** While kubectl drains: reads whether the cordon is still ours, which pod remains, and why. Returns whether none remains. */
async function lookBeside(access: ClusterAccess, wait: Wait, step: DrainNode, end: number): Promise<boolean> {
  requireOurCordon(step, await requireNodeObject(access, step.node.name));
  const reason = await reasonToStay(access, step.node.name, attemptAt(step, end), '');
  if (reason?.kind === 'drain-blocked') wait.says(describe(reason), end, reason);
  else wait.says(describeStep('drain', step.node.name), end);
  return reason === undefined;
}

/** Which attempt this is, from 1: attempts follow each other without a pause. */
function attemptAt({ limit, attempts }: DrainNode, end: number): number {
  return Math.min(attempts, 1 + Math.floor((limit * attempts - (end - Date.now())) / limit));
}

async function takeBackCordon(access: ClusterAccess, { node }: DrainNode): Promise<Refusal> {
  if (!node.keepCordon) await patchNodeAsSeen(access, node.name, (seen) => setUnschedulable(seen, false));
  return new Refusal({
    kind: 'cordon-lost',
    node: node.name,
    found: 'somebody uncordoned it as the drain began',
  });
}

function requireOurCordon({ node, cluster, run }: DrainNode, seen: NodeObject): void {
  const found = seen.unschedulable
    ? `the cordon of ${seen.marks.cordonedBy ?? 'somebody without a mark'}`
    : 'it is schedulable';
  const mark = node.keepCordon ? seen.marks.run : seen.marks.cordonedBy;
  if (!seen.unschedulable || mark !== runId(cluster, run))
    throw new Refusal({ kind: 'cordon-lost', node: node.name, found });
}

/** How many pods a drain of the node would move. */
export async function podsToLeave(access: ClusterAccess, node: string): Promise<number> {
  return podsToMove(await podsOn(access, node)).length;
}

async function podsOn(access: ClusterAccess, node: string): Promise<WorkloadObservation> {
  const [pods, budgets] = await Promise.all([
    access.kubernetes.listPods({ node, avoid: node }),
    access.kubernetes.listBudgets({ avoid: node }),
  ]);
  return workloadObservation(pods, budgets);
}

async function reasonToStay(
  access: ClusterAccess,
  node: string,
  attempts: number,
  lastWords: string,
): Promise<Reason | undefined> {
  return whatStays(await podsOn(access, node), { node, attempts, lastWords, now: Date.now() });
}
