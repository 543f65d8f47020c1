import type { RecordedFacts } from '../planning/classify-node.js';
import { describeStep } from '../planning/describe.js';
import { lastLook } from '../planning/last-look.js';
import type { PlannedNode } from '../planning/plan.js';
import { observeCluster, throughOthers, whyNot } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { runId } from '../workflows/messages.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { removeMark, setMarks } from './node-marks.js';
import { patchNodeAsSeen, requireNodeObject } from './patch-node.js';

export interface InstallTalos extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Names this very install: the id of the node's workflow. A person's retry is another one. */
  readonly install: string;
  readonly limit: number;
}

export interface InstallOutcome {
  /** `sent`: Talos answered. `maybe-sent`: an attempt before may have sent it, or the answer was lost. */
  readonly sent: 'sent' | 'maybe-sent';
  readonly note: string;
}

/** The last look may be this old when the request goes out (I2). */
const lookAgeMsMax = 5_000;

/**
 * Takes a last look, then sends the upgrade request: at most once for one install (I6).
 *
 * Before the request, the intent is written on the Node, tested against what was just read. Whoever finds the intent
 * there, whether a later attempt or a frozen worker that wakes up, sends nothing and leaves the rest to observation.
 */
export async function installTalos(settings: ActivitySettings, step: InstallTalos): Promise<InstallOutcome> {
  const { node, facts, install } = step;
  const intent = `${install} ${facts.wantedVersion}`;
  return inCluster(settings, step, describeStep('install', node.name), async (access, wait) => {
    const before = await requireNodeObject(access, node.name);
    if (before.marks.install === intent) {
      return {
        sent: 'maybe-sent',
        note: 'an earlier attempt may have sent the request; it is not sent again',
      };
    }
    const lookedAt = await lookWell(access, wait, step);
    let mine = true;
    await patchNodeAsSeen(access, node.name, (seen) => {
      mine = seen.marks.install !== intent;
      return mine ? setMarks(seen, { install: intent }) : undefined;
    });
    if (!mine) return { sent: 'maybe-sent', note: 'another attempt was faster; nothing is sent twice' };
    if (Date.now() - lookedAt > lookAgeMsMax) await lookAgain(access, wait, step, intent);
    return sendOnce(access, wait, step);
  });
}

/** @throws Refusal with what forbids it. Answers when it looked. */
async function lookWell(
  access: ClusterAccess,
  wait: Wait,
  { node, cluster, run, limit }: InstallTalos,
): Promise<number> {
  wait.says(`a last look before ${node.name} is upgraded`, wait.endOf(limit));
  const lookedAt = Date.now();
  const controlPlanes = access.inventory.nodes
    .filter((one) => one.role === 'control-plane')
    .map((one) => one.name);
  const observation = await observeCluster(access, {
    talosOf: node.role === 'control-plane' ? controlPlanes : [node.name],
    etcd: node.role === 'control-plane',
    avoid: node.name,
    signal: wait.signal,
  });
  const { outageAccepted } = access.inventory.controlPlane;
  const forbids = lastLook(observation, node, { run: runId(cluster, run), outageAccepted });
  if (forbids) throw new Refusal(forbids);
  return lookedAt;
}

/** Writing the intent took too long: looks once more, and takes the intent back when nothing may be sent after all. */
async function lookAgain(
  access: ClusterAccess,
  wait: Wait,
  step: InstallTalos,
  intent: string,
): Promise<void> {
  try {
    await lookWell(access, wait, step);
  } catch (error) {
    await patchNodeAsSeen(access, step.node.name, (seen) =>
      seen.marks.install === intent ? removeMark(seen, 'install') : undefined,
    );
    throw error;
  }
}

async function sendOnce(
  access: ClusterAccess,
  wait: Wait,
  { node, limit }: InstallTalos,
): Promise<InstallOutcome> {
  const admin = await access.talosAdmin();
  const [target] = access.targets(node.name);
  if (!target) throw new Error(`there is no Talos endpoint for ${node.name}`);
  wait.says(`${node.name} answers the upgrade request`, wait.endOf(limit));
  try {
    // One way only: a request that failed on its way may have arrived.
    await admin.upgrade(target, node.image, { timeoutMs: limit, signal: wait.signal });
    return { sent: 'sent', note: `Talos accepted the upgrade to ${node.image}` };
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.cancelled) throw error;
    if (await talosRefused(access, wait, node, error)) {
      throw new Refusal({ kind: 'install-refused', node: node.name, why: whyNot(error) });
    }
    return {
      sent: 'maybe-sent',
      note: `the answer was lost (${whyNot(error)}); the node shows what became of it`,
    };
  }
}

/** Talos checks image and etcd before it touches anything, and says so. Anything else may have been accepted. */
async function talosRefused(
  access: ClusterAccess,
  wait: Wait,
  node: PlannedNode,
  error: CommandFailed,
): Promise<boolean> {
  const refusals =
    /error validating|not authorized|PermissionDenied|InvalidArgument|Unimplemented|failed to acquire upgrade mutex/;
  if (!refusals.test(error.stderrTail)) return false;
  const status = await throughOthers(access.targets(node.name), (target) =>
    access.talos.machineStatus(target, { signal: wait.signal }),
  ).catch(() => undefined);
  return status?.stage === 'running';
}
