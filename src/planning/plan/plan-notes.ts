import { impossibleBudgets } from '../gates/budgets-can-be-met-gate.js';
import { evaluateGates } from '../gates/evaluate-gates.js';
import { listed } from '../text/phrases.js';
import type { BlockedNode, Hop, PlannedNode } from './plan.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import { nodesOnce } from './planned-nodes.js';
import { armedWith } from '../node/armed.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { replacementNotes } from './replacement-notes.js';
import { schematicNotes } from '../versions/schematic-change.js';
import { settingNotes } from './setting-notes.js';
import { overridden } from './node-strategy.js';

/** The blocked nodes, and how many more there are. */
export interface Blocked {
  readonly blocked: readonly BlockedNode[];
  readonly notNamed: number;
}

/** A plan is read, and kept in history: beyond this many, blocked nodes are only counted. */
const blockedMax = 50;
/** Phases of finished pods: losing them loses nothing. */
const finished = new Set(['Succeeded', 'Failed']);

/** What would stop the run if it stayed as it is: closed gates at the first node, and undrainable pods at their own node. */
export function blockedNodes(
  { observation, inventory, now }: PlanInput,
  nodes: readonly PlannedNode[],
): Blocked {
  const toDrain = nodes.filter((node) => !node.skip).map((node) => node.name);
  const [first] = toDrain;
  if (first === undefined) return { blocked: [], notNamed: 0 };
  const { criticalNamespaces } = inventory.gates;
  // While a machine is incomplete the gates are closed; resuming it opens them.
  if (nodes.some(({ replacement }) => replacement?.continues)) return { blocked: [], notNamed: 0 };
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

/** Pods without a controller would be lost for good, so `kubectl drain` does not evict them, and fails. */
function ownerless({
  observation,
  toDrain,
}: {
  observation: PlanInput['observation'];
  toDrain: readonly string[];
}): BlockedNode[] {
  if (observation.workloads.kind === 'unreachable') return [];
  const drained = new Set(toDrain);
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

/** Notes for the operator; the hash does not cover them. */
export function planNotes(
  input: PlanInput,
  seen: readonly SeenNode[],
  hops: readonly Hop[],
  { notNamed }: Blocked,
): string[] {
  const { request } = input;
  const nodes = nodesOnce(hops);
  return [
    ...hops.flatMap(({ to, why }, at) =>
      why === undefined ? [] : [`${at === 0 ? `Talos ${to} comes first` : `then Talos ${to}`}: ${why}`],
    ),
    ...declaredNotes(input),
    ...strategyNotes(input, seen),
    ...terraformNotes(input, seen, nodes),
    ...skipNotes(request.talos, nodes),
    ...(request.back ? [] : leaderNotes(input, nodes)),
    ...cordonNotes(nodes),
    ...armedNotes(nodes),
    ...leftArmedNotes(input, seen),
    ...installNotes(seen, nodes),
    ...schematicNotes(input, seen),
    ...replacementNotes(input, seen, hops),
    ...outageNotes(input, nodes),
    ...(request.back ? [] : staysBehind(seen, request.talos)),
    ...settingNotes(input, nodes),
    ...(notNamed > 0 ? [`${notNamed} more are blocked, beside those that are named`] : []),
  ];
}

/** Differences from git. */
function declaredNotes({ request, inventory }: PlanInput): string[] {
  if (request.declared) return [];
  const declares = `slipway.yaml declares Talos ${inventory.versions.talos}`;
  return request.back
    ? [`${declares}: until that is reverted there, the next upgrade brings it again`]
    : [`${declares}; ${request.talos} was given on the command line`];
}

/** A machine that was upgraded in place no longer matches what Terraform made. */
function strategyNotes(input: PlanInput, seen: readonly SeenNode[]): string[] {
  const { terraform } = input.inventory;
  if (!terraform || overridden(input, seen)?.asked !== 'in-place') return [];
  return [
    `slipway.yaml has these machines replaced; upgraded in place they stay as ${terraform.tool} made them, and once git names ` +
      `${input.request.talos}, a plan of its own wants to replace them`,
  ];
}

/** A version in git that was installed in place leaves every machine for Terraform to change. */
function terraformNotes(
  input: PlanInput,
  seen: readonly SeenNode[],
  nodes: readonly PlannedNode[],
): string[] {
  const { terraform } = input.inventory;
  const inPlace = nodes.some((node) => !node.skip && !node.replacement);
  if (!terraform || !inPlace || overridden(input, seen)?.asked === 'in-place') return [];
  return [
    `what is upgraded in place ${terraform.tool} does not see: once git names ${input.request.talos}, a plan of its own may want to replace these ` +
      'machines; it is asked after the last node, and the report names them',
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
    `${leading.node} leads etcd now; whoever leads as the run starts goes last among the control planes, and transfers its leadership first`,
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
      (node) => `${node.name} carries the marks of ${node.adopts}: they are ${whatBecomesOfMarks(node)}`,
    ),
  ];
}

function whatBecomesOfMarks({ keepCordon, skip }: PlannedNode): string {
  if (keepCordon) return 'taken away; its cordon is newer than they are, and stays';
  return skip ? 'taken over, and it is returned to service' : 'taken over';
}

/** An install that an earlier run sent, or was about to send. A person has released the cluster since, so it may be sent again. */
function installNotes(seen: readonly SeenNode[], nodes: readonly PlannedNode[]): string[] {
  const armed = new Set(nodes.flatMap((node) => (node.armed ? [node.name] : [])));
  return seen.flatMap(({ node, object }) => {
    if (armed.has(node.name)) return [];
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

function armedNotes(nodes: readonly PlannedNode[]): string[] {
  return nodes
    .filter((node) => node.armed)
    .map(
      ({ name }) =>
        `${name} has the version installed, or may have: it is not installed again, only rebooted in its turn`,
    );
}

/** Nodes that this run does not touch, and that boot another version at their next reboot. */
function leftArmedNotes(input: PlanInput, seen: readonly SeenNode[]): string[] {
  return seen.flatMap((node) => {
    const armed =
      node.object && node.talos && flowOf(node.talos.version) === 'lifecycle' && armedWith(node.object);
    if (!armed || (node.selected && !runsTarget(input, node))) return [];
    const has = armed.sure ? 'has' : 'may have';
    return [
      `${node.node.name} ${has} ${armed.version} installed, which its next reboot boots, whatever causes it`,
    ];
  });
}

/** Pods that may run on one node only are down while that node is upgraded. */
function outageNotes({ observation }: PlanInput, nodes: readonly PlannedNode[]): string[] {
  if (observation.workloads.kind === 'unreachable') return [];
  const touched = new Set(nodes.filter((node) => !node.skip).map((node) => node.name));
  const pinned = new Map<string, Set<string>>();
  for (const { pinnedTo, daemonSet, mirror, phase, namespace, name, owner } of observation.workloads.value
    .pods) {
    if (pinnedTo === undefined || daemonSet || mirror || finished.has(phase) || !touched.has(pinnedTo))
      continue;
    const named = pinned.get(pinnedTo) ?? new Set();
    pinned.set(pinnedTo, named.add(`${namespace}/${owner ?? name}`));
  }
  return [...pinned].map(
    ([node, pods]) =>
      `may run on ${node} only, so it is away while that node is upgraded: ${listed([...pods], 8)}`,
  );
}
