import type { NodeEvidence } from './node-evidence.js';
import type { LoggedMoment, LoggedRequest } from './lab-logs.js';
import type { ActivitySpan, NodeHistory } from './node-history.js';
import { within, type Span } from './spans.js';

/** What a node's upgrade waits for and nobody can hurry: it is no overhead. */
export interface TimeApart {
  /** The machine pulls the image, installs, goes down, boots, and is ready; or it is destroyed, made, boots, and is ready. */
  readonly machine: readonly Span[];
  /** From the first eviction until the last pod was gone. */
  readonly drain: readonly Span[];
  /** The time the plan has the node watched. */
  readonly soak: readonly Span[];
  /** From the first look that may have found a gate closed to the last one that did: what comes after it is polling, and ours. */
  readonly gates: readonly Span[];
}

/** Requests a machine is busy with until their answer. */
const machineWorks = new Set([
  'machine.MachineService/ImagePull',
  'machine.ImageService/Pull',
  'machine.LifecycleService/Upgrade',
  'machine.MachineService/EtcdForfeitLeadership',
]);

/** Requests after which a machine goes down, and comes back. */
const machineLeaves = new Set(['machine.MachineService/Upgrade', 'machine.MachineService/Reboot']);

/** Each look at the gates asks once for the members of etcd. */
const oneALook = 'EtcdMemberList';

/** The times apart of one node. @throws Error when it was sent down and never became ready. */
export function timeApart(evidence: NodeEvidence): TimeApart {
  const { history } = evidence;
  const last = history.activities.find(({ type }) => type === 'soakNode');
  return {
    machine: machineSpans(evidence),
    drain: drainSpan(evidence),
    // Its place within the step is not known, and its length alone counts.
    soak: last && evidence.soak > 0 ? [soakSpan(last, evidence.soak)] : [],
    gates: history.activities.flatMap((activity) => gatesHeld(activity, evidence)),
  };
}

/**
 * When the node that went down for its upgrade was ready again; of a control plane replaced, when its member had its vote, too.
 * @throws Error when it never was.
 */
export function readyAgainAt(evidence: NodeEvidence): number {
  const made = plannedReplacementBack(evidence);
  if (made) return made.wellAt;
  const { node, history, logs } = evidence;
  const left = requestsTo(node, logs.requests, history).filter(({ fullMethod }) =>
    machineLeaves.has(fullMethod),
  );
  const since = left.at(-1)?.at;
  if (since === undefined) throw new Error(`${node} was never asked to upgrade or to reboot`);
  const after = logs.machines.filter(({ machine, at }) => machine === node && at > since);
  const booted = after.find(({ event }) => event === 'booting');
  const ready = after.find(
    ({ event, at }) => event === 'ready' && at > (booted?.at ?? Number.POSITIVE_INFINITY),
  );
  if (!ready) throw new Error(`${node} went down for its upgrade and was never ready again`);
  return ready.at;
}

/** Requests for one node while its workflow ran, in the order of time. */
export function requestsTo(
  node: string,
  requests: readonly LoggedRequest[],
  { startedAt, endedAt }: NodeHistory,
): LoggedRequest[] {
  return requests.filter((one) => one.node === node && one.at >= startedAt && one.at <= endedAt);
}

/** What a machine that is replaced does automatically. Milliseconds since the epoch. */
interface ReplacedNode {
  /** Terraform destroys the old one and makes the new one. */
  readonly apply: Span;
  /** It boots, and waits for its configuration or goes on automatically. */
  readonly createdAt: number;
  readonly wellAt: number;
  /** A new etcd member answers once it has made itself known to the others, which may take it ten seconds. */
  readonly etcdAnswers: readonly Span[];
}

/** Undefined where the node was upgraded in place. @throws Error when the new machine never was a node again. */
function plannedReplacementBack({ node, role, history, logs }: NodeEvidence): ReplacedNode | undefined {
  const whole = { from: history.startedAt, to: history.endedAt };
  const apply = logs.terraform.find((one) => one.command === 'apply' && within([one], whole).length > 0);
  if (!apply) return undefined;
  const first = (event: LoggedMoment['event'], since: number): number | undefined =>
    logs.machines.find((one) => one.machine === node && one.event === event && one.at >= since)?.at;
  const createdAt = first('created', apply.from);
  const ready = createdAt === undefined ? undefined : first('ready', createdAt);
  const votes = role === 'worker' || createdAt === undefined ? ready : first('etcd-voter', createdAt);
  if (createdAt === undefined || ready === undefined || votes === undefined)
    throw new Error(`${node} was replaced and was never ready again`);
  const wellAt = Math.max(ready, votes);
  const asked = requestsTo(node, logs.requests, history).find(
    ({ method, code, endedAt }) => method === 'EtcdStatus' && code === 0 && endedAt > wellAt,
  );
  const etcdAnswers = role === 'worker' || !asked ? [] : [{ from: asked.at, to: asked.endedAt }];
  return { apply, createdAt, wellAt, etcdAnswers };
}

/** Between the two parts of its boot it waits for its configuration: that is Slipway's to send. */
function madeAnewSpans({ node, logs }: NodeEvidence, made: ReplacedNode): Span[] {
  const { apply, createdAt, wellAt, etcdAnswers } = made;
  const during = logs.machines.filter(
    ({ machine, at }) => machine === node && at >= createdAt && at <= wellAt,
  );
  const waits = during.find(({ event }) => event === 'maintenance')?.at ?? wellAt;
  const configured = during.find(({ event }) => event === 'configured')?.at ?? wellAt;
  return [
    { from: apply.from, to: apply.to },
    { from: createdAt, to: waits },
    { from: configured, to: wellAt },
    ...etcdAnswers,
  ];
}

function machineSpans(evidence: NodeEvidence): Span[] {
  const own = requestsTo(evidence.node, evidence.logs.requests, evidence.history);
  const works = own
    .filter(({ fullMethod }) => machineWorks.has(fullMethod))
    .map(({ at, endedAt }): Span => ({ from: at, to: endedAt }));
  const made = plannedReplacementBack(evidence);
  if (made) return [...works, ...madeAnewSpans(evidence, made)];
  const leaves = own.findLast(({ fullMethod }) => machineLeaves.has(fullMethod));
  return leaves ? [...works, { from: leaves.at, to: readyAgainAt(evidence) }] : works;
}

/** When the pods began to leave and when the last of them had; none where no pod was to leave. */
export function drainSpan({ node, history, logs }: NodeEvidence): Span[] {
  const step = history.activities.find(({ type }) => type === 'drainNode');
  if (!step) return [];
  const during = logs.pods.filter(({ at }) => at >= step.startedAt && at <= step.endedAt);
  const first = during.find(({ what }) => what === 'eviction-asked');
  const gone = during.findLast((one) => one.what === 'gone' && one.node === node);
  return first && gone && gone.at > first.at ? [{ from: first.at, to: gone.at }] : [];
}

function gatesHeld({ type, startedAt, endedAt }: ActivitySpan, { logs, soak }: NodeEvidence): Span[] {
  // A soak looks again and again with open gates: what it was held by closed ones cannot be told, and counts as overhead.
  if (type !== 'awaitGates' && !(type === 'soakNode' && soak === 0)) return [];
  const looks = logs.requests.filter(
    ({ method, at }) => method === oneALook && at >= startedAt && at <= endedAt,
  );
  const [first] = looks;
  const lastClosed = looks.at(-2);
  return first && lastClosed ? [{ from: first.at, to: lastClosed.at }] : [];
}

function soakSpan({ startedAt, endedAt }: ActivitySpan, soak: number): Span {
  return { from: Math.max(startedAt, endedAt - soak), to: endedAt };
}
