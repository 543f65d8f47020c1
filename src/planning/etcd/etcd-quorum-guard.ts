import { quorumSize, survivesLosingOne } from './etcd-quorum.js';
import type {
  ClusterObservation,
  EtcdMember,
  EtcdMemberStatus,
  EtcdObservation,
  NodeObservation,
} from '../node/observation.js';
import type { EtcdReason } from '../reasons/etcd.js';
import type { Reason } from '../reasons/reason.js';

/**
 * How many applied entries a member may lag behind the furthest one. etcd itself rejects writes at a lag of 5,000. A busy cluster writes
 * some hundreds a second, and the members are asked within about a second of each other.
 */
export const entriesBehindMax = 1_000;

/** The leader id of a member that follows no leader. */
const noLeader = '0';

/**
 * Whether every voter of the inventory's control planes is present, healthy and caught up behind one leader, with no learner, unstarted
 * member or alarm. Otherwise the first violation.
 */
export function etcdHealthy(observation: ClusterObservation): EtcdReason | undefined {
  const { etcd } = observation;
  if (etcd.kind === 'unreachable') return { kind: 'etcd-unreachable', why: etcd.why };
  const controlPlanes = namesOf(observation);
  return (
    membershipBroken(controlPlanes, etcd.value) ??
    alarmRaised(etcd.value) ??
    memberUnhealthy(controlPlanes, etcd.value) ??
    leadershipBroken(etcd.value) ??
    memberBehind(etcd.value)
  );
}

/** Why a control plane may not be disrupted. */
export type ForbidsDisruption = EtcdReason | Extract<Reason, { kind: 'two-voters' | 'single-control-plane' }>;

/**
 * Whether this control plane may be disrupted now (I1, I2). etcd must be healthy, this node must not lead, and a majority must be left
 * without it. No other control plane may be cordoned, not Ready, not running or unreachable. What does not respond forbids the disruption.
 *
 * @param options `outageAccepted`: the only voter may go, and Kubernetes with it.
 */
export function mayDisruptControlPlane(
  observation: ClusterObservation,
  node: string,
  options: { readonly outageAccepted: boolean },
): ForbidsDisruption | undefined {
  const unhealthy = etcdHealthy(observation);
  if (unhealthy) return unhealthy;
  if (observation.etcd.kind === 'unreachable') return { kind: 'etcd-unreachable', why: observation.etcd.why };
  const { members, statuses } = observation.etcd.value;
  if (!members.some((member) => member.name === node)) return { kind: 'etcd-member-missing', node };
  const voting = members.length;
  if (voting === 1) return options.outageAccepted ? undefined : { kind: 'single-control-plane', node };
  // Talos refuses this too, but only in its own legacy upgrade request.
  if (voting === 2) return { kind: 'two-voters', members: voting };
  if (leads(node, statuses)) return { kind: 'etcd-node-leads', node };
  if (!survivesLosingOne(voting, voting)) {
    return { kind: 'etcd-quorum-at-risk', healthy: voting, voting, quorum: quorumSize(voting) };
  }
  return otherDisrupted(observation, node);
}

/**
 * The quorum guard for a step that may make its own member healthy again. That member and its node may be unhealthy; all others must do
 * without it (I2).
 */
export function mayRepairControlPlane(
  observation: ClusterObservation,
  node: string,
  options: { readonly outageAccepted: boolean },
): ForbidsDisruption | undefined {
  const { etcd } = observation;
  if (etcd.kind === 'unreachable') return { kind: 'etcd-unreachable', why: etcd.why };
  const { members, statuses } = etcd.value;
  const own = members.find((member) => member.name === node);
  const voting = members.length;
  if (voting === 1 && own) return options.outageAccepted ? undefined : { kind: 'single-control-plane', node };
  if (own && answered(statuses).some(({ leaderId }) => sameId(leaderId, own.id)))
    return { kind: 'etcd-node-leads', node };
  const others = members.filter((member) => member !== own);
  const unhealthy = etcdHealthy({
    ...observation,
    nodes: observation.nodes.filter(({ name }) => name !== node),
    etcd: {
      ...etcd,
      value: { ...etcd.value, members: others, statuses: statuses.filter((status) => status.node !== node) },
    },
  });
  if (unhealthy) return unhealthy;
  const quorum = quorumSize(voting);
  if (others.length < quorum) return { kind: 'etcd-quorum-at-risk', healthy: others.length, voting, quorum };
  return otherDisrupted(observation, node);
}

function namesOf({ nodes }: ClusterObservation): string[] {
  return nodes.filter((node) => node.role === 'control-plane').map((node) => node.name);
}

function membershipBroken(
  controlPlanes: readonly string[],
  { members }: EtcdObservation,
): EtcdReason | undefined {
  const unstarted = members.find((member) => member.name === '');
  if (unstarted) return { kind: 'etcd-member-unstarted', memberId: unstarted.id };
  const missing = controlPlanes.find((name) => !members.some((member) => member.name === name));
  if (missing !== undefined) return { kind: 'etcd-member-missing', node: missing };
  const learner = members.find((member) => member.learner);
  return learner && { kind: 'etcd-learner', node: learner.name };
}

function alarmRaised({ alarms, members }: EtcdObservation): EtcdReason | undefined {
  const [first] = alarms;
  if (!first) return undefined;
  const member = members.find(({ id }) => sameId(id, first.memberId));
  return { kind: 'etcd-alarm', node: member?.name ?? `member ${first.memberId}`, alarm: first.alarm };
}

/** Every member must report that it is healthy. A member outside the inventory is not asked, and counts as unhealthy. */
function memberUnhealthy(controlPlanes: readonly string[], etcd: EtcdObservation): EtcdReason | undefined {
  const ills = etcd.members.map((member) => ({
    node: member.name,
    why: whyUnhealthy(member, controlPlanes, etcd.statuses),
  }));
  const healthy = ills.filter((ill) => ill.why === undefined).length;
  const first = ills.find((ill) => ill.why !== undefined);
  if (first?.why === undefined) return undefined;
  return {
    kind: 'etcd-member-unhealthy',
    node: first.node,
    why: first.why,
    healthy,
    voting: etcd.members.length,
  };
}

function whyUnhealthy(
  member: EtcdMember,
  controlPlanes: readonly string[],
  statuses: readonly EtcdMemberStatus[],
): string | undefined {
  if (!controlPlanes.includes(member.name))
    return 'it is no control plane of slipway.yaml, so nobody asked it';
  const status = statuses.find(({ node }) => node === member.name);
  if (!status) return 'nobody asked it';
  if (status.kind === 'unreachable') return `it does not answer: ${status.why}`;
  if (!sameId(status.value.memberId, member.id)) {
    return `it calls itself member ${status.value.memberId}, and the cluster knows it as ${member.id}`;
  }
  if (status.value.learner) return 'it says that it is a learner';
  return status.value.errors.length > 0 ? `it reports ${status.value.errors.join(', ')}` : undefined;
}

function leadershipBroken({ members, statuses }: EtcdObservation): EtcdReason | undefined {
  const leaders = [...new Set(answered(statuses).map((status) => plainId(status.leaderId)))];
  if (leaders.length === 0 || leaders.includes(noLeader)) return { kind: 'etcd-no-leader' };
  const named = leaders.map(
    (id) => members.find((member) => plainId(member.id) === id)?.name ?? `member ${id}`,
  );
  if (leaders.length > 1) return { kind: 'etcd-leaders-disagree', leaders: named };
  // A leader that is no longer a member is about to be replaced.
  return members.some((member) => plainId(member.id) === leaders[0]) ? undefined : { kind: 'etcd-no-leader' };
}

function memberBehind({ statuses }: EtcdObservation): EtcdReason | undefined {
  const all = answered(statuses);
  const furthest = Math.max(...all.map((status) => status.raftIndex));
  for (const { node, raftAppliedIndex } of all) {
    const entries = furthest - raftAppliedIndex;
    // Written so that an index that could not be read (NaN) does not pass.
    if (!(entries <= entriesBehindMax))
      return { kind: 'etcd-behind', node, entries, allowed: entriesBehindMax };
  }
  return undefined;
}

function leads(node: string, statuses: readonly EtcdMemberStatus[]): boolean {
  const own = answered(statuses).find((status) => status.node === node);
  return own !== undefined && sameId(own.leaderId, own.memberId);
}

function otherDisrupted({ nodes }: ClusterObservation, node: string): EtcdReason | undefined {
  for (const other of nodes) {
    if (other.role !== 'control-plane' || other.name === node) continue;
    const why = whyDisrupted(other);
    if (why !== undefined) return { kind: 'control-plane-disrupted', node: other.name, why };
  }
  return undefined;
}

function whyDisrupted({ kubernetes, talos }: NodeObservation): string | undefined {
  if (kubernetes.kind === 'unreachable') return `its Node cannot be read: ${kubernetes.why}`;
  if (!kubernetes.value) return 'Kubernetes has no Node of that name';
  // A cordon is the earliest sign of work on the node: a rebooting node stays Ready for most of a minute.
  if (kubernetes.value.unschedulable) return 'it is cordoned';
  if (!kubernetes.value.ready) return `its Node is not Ready: ${kubernetes.value.readyMessage}`;
  if (talos.kind === 'unreachable') return `its Talos API does not answer: ${talos.why}`;
  const { stage, ready, unmet } = talos.value;
  if (stage === 'running' && ready) return undefined;
  return unmet.length > 0
    ? `Talos is ${stage} and waits for ${unmet.join(', ')}`
    : `Talos is ${stage}${ready ? '' : ', not ready'}`;
}

function answered(statuses: readonly EtcdMemberStatus[]) {
  return statuses.flatMap((status) =>
    status.kind === 'answered' ? [{ node: status.node, ...status.value }] : [],
  );
}

/** Hexadecimal ids, with or without leading zeros. */
function sameId(a: string, b: string): boolean {
  return plainId(a) === plainId(b);
}

function plainId(id: string): string {
  return id.toLowerCase().replace(/^0+(?=.)/, '');
}
