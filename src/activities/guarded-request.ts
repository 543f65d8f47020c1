import type { RecordedFacts } from '../planning/node/classify-node.js';
import { installedInThisBoot } from '../planning/node/kernel-log.js';
import { preflightCheck, stillAsLooked } from '../planning/node/preflight-check.js';
import type { Answer, ClusterObservation, NodeObject } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { observeCluster, throughOthers, whyNot } from '../tools/observe-cluster.js';
import type { markAnnotations } from '../tools/kubernetes-observation.js';
import { Refusal } from '../tools/refusal.js';
import type { CommandFailed } from '../tools/run-command.js';
import type { TalosTarget } from '../tools/talos-target.js';
import { runId } from '../workflows/messages.js';
import type { RunReference, Wait } from './activity-context.js';
import { removeMark, setMarks } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

/** A one-shot request, sent only right after a preflight check. */
export interface GuardedRequest extends RunReference {
  readonly node: PlannedNode;
  readonly facts: RecordedFacts;
  /** Milliseconds of all attempts together. */
  readonly limit: number;
  /** For people: `before k8s-work-1 is upgraded`. */
  readonly before: string;
  /** The longest the request may take, in milliseconds from its sending. It is not sent where it could be cut off in the middle. */
  readonly requestMs: number;
  /** The intent annotation that marks the Node before the request is sent, and its text for this attempt; its time is added. */
  readonly mark: keyof typeof markAnnotations;
  readonly intent: string;
  /** Whether an annotation on the Node is this request's, from an earlier attempt. */
  readonly isMine: (mark: string | undefined) => boolean;
  /** It may repair a node that is not well. */
  readonly repairs?: true;
}

/** The preflight check may be this old when the request goes out (I2). */
export const lookAgeMsMax = 5_000;

/** After a request: time to stop its process where necessary, and to observe and record its result. Milliseconds. */
const afterRequestMs = 15_000;

/** The target to send to, and until when. */
export interface MaySend {
  /** A target that responded just now. */
  readonly target: TalosTarget;
  /** Milliseconds since the epoch: after that the preflight check is too old. */
  readonly before: number;
}

/** The result of sending: `late` was not sent, since its preflight check grew too old. */
export type Sent<T> = { readonly kind: 'sent'; readonly value: T } | { readonly kind: 'late' };

/**
 * Takes a preflight check, writes the intent to the Node if it is still as observed, and only then sends the request. An attempt that
 * finds the intent of another one, or a frozen worker that wakes up, sends nothing (I6).
 *
 * @param send sends it; `late` when it could not start in time: the intent is removed, and another preflight check follows.
 * @returns undefined when an earlier attempt may have sent it.
 * @throws Refusal with what forbids it now.
 */
export async function sendGuarded<T>(
  access: ClusterAccess,
  wait: Wait,
  request: GuardedRequest,
  send: (may: MaySend) => Promise<Sent<T>>,
): Promise<T | undefined> {
  const { node, mark, limit } = request;
  let first: NodeObject | undefined;
  for (;;) {
    const { lookedAt, target, object } = await lookWell(access, wait, request);
    first ??= object;
    requireTime(wait, request);
    const intent = await writeIntent(access, wait, request, { object, before: first.marks[mark] });
    if (intent === 'earlier') return undefined;
    if (intent === 'written') {
      const sent = await wait.staysFor(() => send({ target, before: lookedAt + lookAgeMsMax }));
      if (sent.kind === 'sent') return sent.value;
    }
    await takeIntentBack(access, request);
    if (Date.now() > wait.endOf(limit))
      throw new Refusal({
        kind: 'gave-up',
        waitedFor: `a preflight check at ${node.name} that is quick enough`,
        limit,
        reason: undefined,
      });
  }
}

/**
 * A request sent with too little time left would be cut off, and the node stopped while it still works on it.
 *
 * @throws Refusal `gave-up` before anything is written or sent
 */
export function requireTime(
  { attemptEnd }: Pick<Wait, 'attemptEnd'>,
  { node, limit, requestMs }: Pick<GuardedRequest, 'node' | 'limit' | 'requestMs'>,
): void {
  if (Date.now() + lookAgeMsMax + requestMs + afterRequestMs <= attemptEnd) return;
  const waitedFor = `a moment at which what is sent to ${node.name} has time enough`;
  throw new Refusal({ kind: 'gave-up', waitedFor, limit, reason: undefined });
}

/** The text of an intent annotation: the intent and its time. */
function dated(intent: string): string {
  return `${intent} ${new Date().toISOString()}`;
}

/** Whether an annotation is this very attempt's. */
function isOwn(mark: string | undefined, intent: string): boolean {
  return mark?.startsWith(`${intent} `) === true;
}

/**
 * When the request of an intent annotation has ended at the latest, in milliseconds since the epoch.
 *
 * @param requestMs the longest it may take.
 * @param unknown when it was sent at the latest, where a release without the time wrote the annotation.
 */
export function endOfRequest(mark: string | undefined, requestMs: number, unknown: number): number {
  const [, written] = / (\d{4}-\d\d-\d\dT[\d:.]+Z)$/.exec(mark ?? '') ?? [];
  return (written === undefined ? unknown : Date.parse(written) + lookAgeMsMax) + requestMs;
}

/** What a preflight check observed of its node. */
export interface Looked {
  readonly object: NodeObject;
  /** The annotation as this attempt first found it: left by an earlier workflow, and free to overwrite. */
  readonly before: string | undefined;
}

/**
 * Writes the intent, in a patch that holds only if the Node is still as observed. A later attempt finds the intent; an earlier one has
 * changed the Node.
 *
 * @returns `earlier`: an earlier attempt may have sent it. `changed`: the node is not as observed any more.
 * @throws Refusal `expectation-broken` where another workflow has sent its request since: this attempt was given up.
 */
export async function writeIntent(
  access: Pick<ClusterAccess, 'kubernetes'>,
  { signal }: Pick<Wait, 'signal'>,
  {
    node,
    mark,
    intent,
    isMine,
    cluster,
    run,
  }: Pick<GuardedRequest, 'node' | 'mark' | 'intent' | 'isMine' | 'cluster' | 'run'>,
  { object, before }: Looked,
): Promise<'written' | 'earlier' | 'changed'> {
  let came: 'written' | 'earlier' | 'changed' = 'written';
  await patchNodeAsSeen(
    access,
    node.name,
    (seen: NodeObject) => {
      const found = seen.marks[mark];
      const own = isOwn(found, intent);
      if (!own && isMine(found)) came = 'earlier';
      else if (!own && found !== undefined && found !== before)
        throw new Refusal({
          kind: 'expectation-broken',
          node: node.name,
          what: `mark of the ${mark}`,
          expected: before ?? 'none',
          found,
        });
      else came = stillAsLooked(node, runId(cluster, run), object, seen) ? 'written' : 'changed';
      // The patch was applied, and its answer was lost on the way.
      return own || came !== 'written' ? undefined : setMarks(seen, { [mark]: dated(intent) });
    },
    signal,
  );
  return came;
}

/** Removes the intent: the request was not sent, or was rejected before it changed anything. */
export async function takeIntentBack(
  access: Pick<ClusterAccess, 'kubernetes'>,
  { node, mark, intent }: Pick<GuardedRequest, 'node' | 'mark' | 'intent'>,
): Promise<void> {
  await patchNodeAsSeen(access, node.name, (seen) =>
    isOwn(seen.marks[mark], intent) ? removeMark(seen, mark) : undefined,
  );
}

/** Whether a request surely never left: its process was not started, or the connection to the node was refused before. */
export function neverLeft(error: CommandFailed, { endpoint }: TalosTarget): boolean {
  if (error.notStarted !== undefined) return true;
  const refused = /connection refused|no route to host|network is unreachable|i\/o timeout/;
  return error.stderrTail.includes(`dial tcp ${endpoint}:`) && refused.test(error.stderrTail);
}

/** Time and result of the preflight check, and the target that responded. @throws Refusal with what forbids the request. */
async function lookWell(
  access: ClusterAccess,
  wait: Wait,
  { node, facts, cluster, run, limit, before, mark, repairs }: GuardedRequest,
): Promise<{ lookedAt: number; target: TalosTarget; object: NodeObject }> {
  wait.says(`a preflight check ${before}`, wait.endOf(limit));
  if (mark === 'install' && node.flow === 'lifecycle') await nobodyElseInstalled(access, wait, node);
  const lookedAt = Date.now();
  const controlPlanes = access.inventory.nodes
    .filter((one) => one.role === 'control-plane')
    .map((one) => one.name);
  const [observation, boot] = await Promise.all([
    observeCluster(access, {
      talosOf: [node.name],
      statusOf: node.role === 'control-plane' ? controlPlanes.filter((name) => name !== node.name) : [],
      etcd: node.role === 'control-plane',
      avoid: node.name,
      signal: wait.signal,
    }),
    bootSeen(access, node, wait),
  ]);
  const { outageAccepted } = access.inventory.controlPlane;
  const seen = withBootId(observation, node.name, boot);
  const context = {
    run: runId(cluster, run),
    bootId: facts.bootId,
    outageAccepted,
    ...(repairs ? { repairs } : {}),
  };
  const forbids = preflightCheck(seen, node, context);
  if (forbids) throw new Refusal(forbids);
  if (boot.kind === 'unreachable')
    throw new Refusal({ kind: 'talos-unreachable', node: node.name, endpoint: node.address, why: boot.why });
  const kubernetes = seen.nodes.find(({ name }) => name === node.name)?.kubernetes;
  const object = kubernetes?.kind === 'answered' ? kubernetes.value : undefined;
  if (!object) throw new Refusal({ kind: 'node-missing', node: node.name });
  return { lookedAt, target: boot.value.target, object };
}

/**
 * What Slipway's annotations cannot show: an installer that somebody else started in this boot. @throws Refusal `installed-by-others`
 */
async function nobodyElseInstalled(access: ClusterAccess, wait: Wait, node: PlannedNode): Promise<void> {
  let log: string;
  try {
    log = await throughOthers(access.targets(node.name), (target) =>
      access.talos.dmesg(target, { signal: wait.signal }),
    );
  } catch (error) {
    if (wait.signal.aborted) throw error;
    throw new Refusal({
      kind: 'talos-unreachable',
      node: node.name,
      endpoint: node.address,
      why: whyNot(error),
    });
  }
  const image = installedInThisBoot(log);
  if (image !== undefined) throw new Refusal({ kind: 'installed-by-others', node: node.name, image });
}

type Boot = { readonly bootId: string; readonly target: TalosTarget };

/** The boot id as Talos reports it, and the target that responded. */
export async function bootSeen(access: ClusterAccess, node: PlannedNode, wait: Wait): Promise<Answer<Boot>> {
  try {
    const admin = await access.talosAdmin();
    const value = await throughOthers(access.targets(node.name), async (target) => ({
      bootId: await admin.bootId(target, { signal: wait.signal }),
      target,
    }));
    return { kind: 'answered', value };
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return { kind: 'unreachable', why: whyNot(error) };
  }
}

function withBootId(observation: ClusterObservation, name: string, boot: Answer<Boot>): ClusterObservation {
  if (boot.kind === 'unreachable') return observation;
  const { bootId } = boot.value;
  return {
    ...observation,
    nodes: observation.nodes.map((node) =>
      node.name === name && node.talos.kind === 'answered'
        ? { ...node, talos: { kind: 'answered', value: { ...node.talos.value, bootId } } }
        : node,
    ),
  };
}
