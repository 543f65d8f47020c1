import { status } from '@grpc/grpc-js';
import { EtcdError, deadlineExceeded, type EtcdMember, type EtcdStatus } from './etcd-client.js';
import { pause } from './interruptible.js';
import type { Machine } from './machine.js';

/** How many entries a member with the fault `etcd-behind` has not applied; etcd itself accepts no more writes then. */
const ENTRIES_BEHIND = 5_000n;

/** An added learner that never started: it has no name and no client address. */
const EXTRA_LEARNER: EtcdMember = {
  ID: '1234605616436508552',
  name: '',
  peerURLs: ['http://127.0.0.1:2380'],
  clientURLs: [],
  isLearner: true,
};

/** The members, changed by the armed faults. */
export function membersShown({ faults }: Machine, members: readonly EtcdMember[]): readonly EtcdMember[] {
  return faults.standing('etcd:member-list') ? [...members, EXTRA_LEARNER] : members;
}

/** The machine of a member; undefined for one that no machine of the lab runs. */
export function ownerOf(machine: Machine, member: EtcdMember): Machine | undefined {
  const hosts = [...member.peerURLs, ...member.clientURLs].map((url) => new URL(url).hostname);
  return machine.cluster.find(({ definition }) => hosts.includes(definition.loopback));
}

/** Waits as long as a machine's member takes to respond, and rejects where it does not. */
export async function awaitMember(machine: Machine, signal: AbortSignal): Promise<void> {
  if (machine.faults.standing('etcd:answer', machine.name)) await pause(machine.durations.etcdSlow, signal);
}

/** Rejects as a read through consensus at that machine's member does; `timeoutMs` is the caller's time limit. */
export async function proveMember(
  machine: Machine | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  if (machine === undefined) return;
  followsLeader(machine);
  if (!machine.faults.standing('etcd:answer', machine.name)) return;
  await pause(Math.min(timeoutMs, machine.durations.etcdSlow), signal);
  if (machine.durations.etcdSlow > timeoutMs) throw deadlineExceeded();
}

/** Throws etcd's error when a machine's member follows no leader. */
export function followsLeader(machine: Machine): void {
  if (machine.faults.standing('etcd:health', machine.name))
    throw new EtcdError(status.UNKNOWN, 'etcdserver: no leader');
}

/** A member's status, changed by the armed faults. */
export function statusShown(machine: Machine, answer: EtcdStatus): EtcdStatus {
  const { faults, name } = machine;
  const leaderless = faults.standing('etcd:health', name);
  const behind = machine.cluster.filter((one) => faults.standing('etcd:applied', one.name));
  const further = behind.length > 0 ? ENTRIES_BEHIND : 0n;
  const applied = behind.includes(machine) ? 0n : further;
  return {
    ...answer,
    leader: leaderless ? '0' : answer.leader,
    errors: leaderless ? ['etcdserver: no leader'] : answer.errors,
    raftIndex: String(BigInt(answer.raftIndex) + further),
    raftAppliedIndex: String(BigInt(answer.raftAppliedIndex) + applied),
    isLearner: answer.isLearner || faults.standing('etcd:members', name),
  };
}
