import { impossibleBudgets } from './gates/budgets-can-be-met-gate.js';
import { evaluateGates } from './gates/evaluate-gates.js';
import { count, listed } from './phrases.js';
import type { BlockedNode, PlannedNode } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';

/** What is blocked, and how many more are. */
export interface Blocked {
  readonly blocked: readonly BlockedNode[];
  readonly notNamed: number;
}

/** A plan is read, and kept in history: beyond this many, what is blocked is counted. */
const blockedMax = 50;

/** What would stop the run if it stayed as it is: closed gates at the first node, and what can never be drained at its own. */
export function blockedNodes(
  { observation, inventory, now }: PlanInput,
  nodes: readonly PlannedNode[],
): Blocked {
  const toDrain = nodes.filter((node) => !node.skip).map((node) => node.name);
  const [first] = toDrain;
  if (first === undefined) return { blocked: [], notNamed: 0 };
  const { criticalNamespaces } = inventory.gates;
  const reports = evaluateGates(observation, { criticalNamespaces, moment: 'before-node', now, toDrain });
  const closed = reports.flatMap(({ name, verdict }): BlockedNode[] =>
    verdict.verdict === 'closed' && name !== 'budgets-can-be-met'
      ? [{ node: first, reason: verdict.reason }]
      : [],
  );
  if (observation.workloads.kind === 'unreachable') return { blocked: closed, notNamed: 0 };
  const workloads = observation.workloads.value;
  const all = [...closed, ...impossibleBudgets(workloads, toDrain), ...ownerless({ observation, toDrain })];
  return { blocked: all.slice(0, blockedMax), notNamed: Math.max(0, all.length - blockedMax) };
}

/** Pods no controller owns would be gone for good, so `kubectl drain` leaves them, and fails. */
function ownerless({
  observation,
  toDrain,
}: {
  observation: PlanInput['observation'];
  toDrain: readonly string[];
}): BlockedNode[] {
  if (observation.workloads.kind === 'unreachable') return [];
  const drained = new Set(toDrain);
  const finished = new Set(['Succeeded', 'Failed']);
  return observation.workloads.value.pods
    .filter(
      (pod) =>
        drained.has(pod.node) &&
        pod.owner === undefined &&
        !pod.mirror &&
        !pod.daemonSet &&
        !finished.has(pod.phase),
    )
    .map(({ node, namespace, name }) => ({
      node,
      reason: {
        kind: 'drain-failed',
        node,
        why: `no controller owns ${namespace}/${name}, so nothing would start it elsewhere`,
        attempts: 0,
      },
    }));
}

/** What a person should know, and nothing that the hash rests on. */
export function planNotes(
  input: PlanInput,
  seen: readonly SeenNode[],
  nodes: readonly PlannedNode[],
  { notNamed }: Blocked,
): string[] {
  const { request, inventory } = input;
  return [
    ...(request.declared
      ? []
      : [
          `slipway.yaml declares Talos ${inventory.versions.talos}; ${request.talos} was given on the command line`,
        ]),
    ...skipNotes(request.talos, nodes),
    ...leaderNotes(input, nodes),
    ...cordonNotes(nodes),
    ...installNotes(seen),
    ...staysBehind(seen, request.talos),
    ...settingNotes(input),
    ...(notNamed > 0 ? [`${notNamed} more are blocked, beside those that are named`] : []),
  ];
}

function skipNotes(target: string, nodes: readonly PlannedNode[]): string[] {
  const skipped = nodes.filter((node) => node.skip && node.adopts === undefined).length;
  if (skipped === 0) return [];
  return [
    `${skipped} of ${nodes.length} nodes ${skipped === 1 ? 'runs' : 'run'} ${target} already and ${skipped === 1 ? 'is' : 'are'} not touched`,
  ];
}

function leaderNotes({ observation, inventory }: PlanInput, nodes: readonly PlannedNode[]): string[] {
  if (observation.etcd.kind === 'unreachable' || inventory.controlPlane.leader !== 'last') return [];
  const leading = observation.etcd.value.statuses.find(
    (status) => status.kind === 'answered' && status.value.leaderId === status.value.memberId,
  );
  const planned = nodes.filter((node) => node.role === 'control-plane' && !node.skip);
  if (!leading || planned.length < 2 || !planned.some((node) => node.name === leading.node)) return [];
  return [
    `${leading.node} leads etcd now; whoever leads as the run starts goes last among the control planes, and hands over first`,
  ];
}

function cordonNotes(nodes: readonly PlannedNode[]): string[] {
  const kept = nodes.filter((node) => node.keepCordon && !node.skip).map((node) => node.name);
  const adopted = nodes.filter((node) => node.adopts !== undefined);
  return [
    ...(kept.length === 0
      ? []
      : [`${listed(kept)}: somebody cordoned it; it is upgraded in its turn and left cordoned`]),
    ...adopted.map(
      ({ name, adopts, skip }) =>
        `${name} carries the marks of ${adopts}: they are taken over${skip ? ', and it is given back' : ''}`,
    ),
  ];
}

/** An install that an earlier run sent, or was about to send. A person released the cluster since, so it may be sent again. */
function installNotes(seen: readonly SeenNode[]): string[] {
  return seen.flatMap(({ node, object }) => {
    const [, version] = object?.marks.install?.split(' ') ?? [];
    if (object?.marks.install === undefined) return [];
    return [
      `${node.name} was sent an install${version ? ` of ${version}` : ''} by an earlier run, or nearly was; what it runs now was looked at`,
    ];
  });
}

function staysBehind(seen: readonly SeenNode[], target: string): string[] {
  const rest = seen.filter((node) => !node.selected && node.talos?.version !== target);
  if (rest.length === 0) return [];
  const versions = [...new Set(rest.map((node) => node.talos?.version ?? 'an unknown version'))];
  const names = rest.map((node) => node.node.name);
  return [
    `only the named nodes are upgraded: ${listed(names, 12)} ${names.length === 1 ? 'stays' : 'stay'} on ${listed(versions)}`,
  ];
}

function settingNotes({ inventory, observation }: PlanInput): string[] {
  const { workers } = inventory.upgrade;
  const batch =
    workers.batch > 1
      ? [`upgrade.workers.batch is ${workers.batch}; this version of Slipway takes workers one at a time`]
      : [];
  const notify =
    inventory.notify.length > 0
      ? [
          `slipway.yaml names ${count(inventory.notify.length, 'receiver')} under notify; this version of Slipway sends no messages`,
        ]
      : [];
  const alone =
    observation.nodes.filter((node) => node.role === 'control-plane').length === 1
      ? ['there is one control plane: the Kubernetes API is away while it reboots']
      : [];
  return [...alone, ...batch, ...notify];
}
