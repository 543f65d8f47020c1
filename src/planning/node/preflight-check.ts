import { cordonOwner, cordonOwnerText } from './cordon.js';
import {
  type ForbidsDisruption,
  mayDisruptControlPlane,
  mayRepairControlPlane,
} from '../etcd/etcd-quorum-guard.js';
import { expectationBroken, type NotAsPlanned } from './expectations.js';
import type {
  Answer,
  ClusterObservation,
  NodeObject,
  NodeObservation,
  WorkloadObservation,
} from './observation.js';
import type { PlannedNode } from '../plan/plan.js';
import { isProtected } from '../gates/protected-pods.js';
import type { Reason } from '../reasons/reason.js';

/** What the preflight check compares with. */
export interface PreflightContext {
  /** The run as its annotations name it: `run/<cluster>/<n>`. */
  readonly run: string;
  /** The boot its facts were recorded in. */
  readonly bootId: string;
  readonly outageAccepted: boolean;
  /** The request may repair an unhealthy node: the node's own state does not forbid it. */
  readonly repairs?: true;
}

/** Possible results of a preflight check. */
export type ForbidsSending =
  | NotAsPlanned
  | ForbidsDisruption
  | Extract<Reason, { kind: 'talos-not-ready' | 'cordon-lost' | 'protected-pods' }>;

/** How many pods are named. */
const named = 5;

/**
 * The preflight check before the request that stops a node (I2, I14). The node must still be what the plan was made for, cordoned as this
 * run left it, and free of pods a budget protects. For a control plane, etcd must be able to do without it. What does not respond forbids
 * the request.
 */
export function preflightCheck(
  observation: ClusterObservation,
  node: PlannedNode,
  context: PreflightContext,
): ForbidsSending | undefined {
  const seen = observation.nodes.find((candidate) => candidate.name === node.name);
  if (!seen) return { kind: 'node-missing', node: node.name };
  const broken = expectationBroken(node, seen);
  if (broken) return broken;
  const object = seen.kubernetes.kind === 'answered' ? seen.kubernetes.value : undefined;
  if (!object) return { kind: 'node-missing', node: node.name };
  const moved = ownState(node.name, seen, context);
  if (moved) return moved;
  const lost = cordonLost(node, object, context.run) ?? podsLeft(node.name, observation.workloads);
  if (lost || node.role === 'worker') return lost;
  const may = context.repairs ? mayRepairControlPlane : mayDisruptControlPlane;
  return may(observation, node.name, context);
}

/**
 * The preflight check before a rollback recreates a machine that never joined, or became unreachable after it had. Of that node only the
 * Node object can be read, and its kubelet must not respond; the others must do without it (I2).
 */
export function preflightCheckOfLeftovers(
  observation: ClusterObservation,
  node: PlannedNode,
  context: Omit<PreflightContext, 'bootId'>,
): ForbidsSending | undefined {
  const seen = observation.nodes.find((candidate) => candidate.name === node.name);
  if (seen?.kubernetes.kind === 'unreachable')
    return { kind: 'kubernetes-unreachable', endpoints: [], why: seen.kubernetes.why };
  const object = seen?.kubernetes.value;
  if (!object) return { kind: 'node-missing', node: node.name };
  if (object.ready)
    return {
      kind: 'expectation-broken',
      node: node.name,
      what: 'kubelet',
      expected: 'unreachable',
      found: 'heard again',
    };
  const lost = cordonLost(node, object, context.run);
  if (lost || node.role === 'worker') return lost;
  return mayRepairControlPlane(observation, node.name, context);
}

/**
 * Whether the Node that the intent annotation is written on still has the cordon, its owner and the boot that the preflight check saw.
 * Somebody may have uncordoned or upgraded the node in between; then the preflight check runs again.
 *
 * @param looked the Node as the preflight check observed it.
 */
export function stillAsLooked(node: PlannedNode, run: string, looked: NodeObject, now: NodeObject): boolean {
  return now.bootId === looked.bootId && cordonLost(node, now, run) === undefined;
}

/** The node itself: still in its recorded boot, and not being rebooted by another user. */
function ownState(
  node: string,
  { talos }: NodeObservation,
  context: PreflightContext,
): ForbidsSending | undefined {
  if (talos.kind === 'unreachable')
    return { kind: 'talos-unreachable', node, endpoint: node, why: talos.why };
  const { stage, ready, unmet, bootId } = talos.value;
  if (bootId !== undefined && bootId !== context.bootId)
    return { kind: 'expectation-broken', node, what: 'boot id', expected: context.bootId, found: bootId };
  return context.repairs || (stage === 'running' && ready)
    ? undefined
    : { kind: 'talos-not-ready', node, stage, unmet };
}

function cordonLost(
  { name, keepCordon }: PlannedNode,
  object: NodeObject,
  run: string,
): ForbidsSending | undefined {
  const owner = cordonOwner(object);
  if (owner.by === 'nobody') return { kind: 'cordon-lost', node: name, found: 'it is schedulable' };
  if (owner.by === 'run' && owner.run === run) return undefined;
  if (owner.by === 'somebody' && keepCordon && object.marks.run === run) return undefined;
  return { kind: 'cordon-lost', node: name, found: `the cordon of ${cordonOwnerText(owner)}` };
}

function podsLeft(node: string, workloads: Answer<WorkloadObservation>): ForbidsSending | undefined {
  if (workloads.kind === 'unreachable')
    return { kind: 'kubernetes-unreachable', endpoints: [], why: workloads.why };
  const left = workloads.value.pods.filter((pod) => pod.node === node && isProtected(pod));
  if (left.length === 0) return undefined;
  return {
    kind: 'protected-pods',
    node,
    pods: left.slice(0, named).map((pod) => `${pod.namespace}/${pod.name}`),
  };
}
