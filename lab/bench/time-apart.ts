import type { NodeEvidence } from './node-evidence.js';
import type { LoggedMoment, LoggedRequest } from './lab-logs.js';
import type { ActivitySpan, NodeHistory } from './node-history.js';
import { within, type Span } from './spans.js';

/** Necessary waits of a node's upgrade: they are no overhead. */
export interface TimeApart {
  /** The machine pulls the image, installs, shuts down, boots, and is ready; or it is destroyed, created, boots, and is ready. */
  readonly machine: readonly Span[];
  /** From the first eviction until the last pod was gone. */
  readonly drain: readonly Span[];
  /** The soak of the plan. */
  readonly soak: readonly Span[];
  /** From the first observation that may have found a gate closed to the last one that did: later time is polling, and Slipway's own. */
  readonly gates: readonly Span[];
}

/** Requests during which a machine is busy. */
const machineWorks = new Set([
  'machine.MachineService/ImagePull',
  'machine.ImageService/Pull',
  'machine.LifecycleService/Upgrade',
  'machine.MachineService/EtcdForfeitLeadership',
]);

/** Requests after which a machine shuts down, and comes back. */
const machineLeaves = new Set(['machine.MachineService/Upgrade', 'machine.MachineService/Reboot']);

/** Each check of the gates reads the members of etcd once. */
const oneALook = 'EtcdMemberList';

/** The necessary waits of one node. @throws Error when it was shut down and never became ready. */
export function timeApart(evidence: NodeEvidence): TimeApart {
  const { history } = evidence;
  const last = history.activities.find(({ type }) => type === 'soakNode');
  return {
    machine: machineSpans(evidence),
    drain: drainSpan(evidence),
    // Its position within the step is unknown, so only its length counts.
    soak: last && evidence.soak > 0 ? [soakSpan(last, evidence.soak)] : [],
    gates: history.activities.flatMap((activity) => gatesHeld(activity, evidence)),
  };
}

/**
 * When the node was ready again after its upgrade; of a replaced control plane, also when its member had its vote.
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

/** What a replaced machine does on its own. Milliseconds since the epoch. */
interface ReplacedNode {
  /** Terraform destroys the old machine and creates the new one. */
  readonly apply: Span;
  /** It boots, and waits for its configuration or continues without it. */
  readonly createdAt: number;
  readonly wellAt: number;
  /** A new etcd member responds once the others know it, which may take ten seconds. */
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

/** Between the two parts of its boot it waits for its configuration: sending that is Slipway's part. */
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

/** When the pods began to leave and when the last one had left; none where no pod had to leave. */
export function drainSpan({ node, history, logs }: NodeEvidence): Span[] {
  const step = history.activities.find(({ type }) => type === 'drainNode');
  if (!step) return [];
  const during = logs.pods.filter(({ at }) => at >= step.startedAt && at <= step.endedAt);
  const first = during.find(({ what }) => what === 'eviction-asked');
  const gone = during.findLast((one) => one.what === 'gone' && one.node === node);
  return first && gone && gone.at > first.at ? [{ from: first.at, to: gone.at }] : [];
}

function gatesHeld({ type, startedAt, endedAt }: ActivitySpan, { logs, soak }: NodeEvidence): Span[] {
  // A soak polls repeatedly with open gates: its time with closed gates cannot be separated, and counts as overhead.
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
