import { status } from '@grpc/grpc-js';
import { EtcdClient, EtcdError, askAnyMember, type EtcdMember } from '../../machines/etcd-client.js';
import {
  awaitMember,
  followsLeader,
  membersShown,
  ownerOf,
  statusShown,
} from '../../machines/etcd-faults.js';
import { leaveEtcd, removeEtcdMember } from '../../machines/etcd-membership.js';
import { etcdEndpoint, etcdEndpoints } from '../../machines/etcd-upgrade-check.js';
import type { Machine } from '../../machines/machine.js';
import type { TalosCall } from '../talos-call.js';
import { TalosError, brokenOff } from '../talos-error.js';

export async function etcdMemberList({
  machine,
  request,
  signal,
}: TalosCall<{ query_local?: boolean }>): Promise<object> {
  requireControlPlane(machine, 'member list');
  const ownView = request.query_local === true;
  if (ownView) {
    followsLeader(machine);
    await awaitMember(machine, signal);
  }
  const endpoints = ownView ? [etcdEndpoint(machine)] : etcdEndpoints(machine);
  const members = membersShown(machine, await askAnyMember(endpoints, (client) => client.members()));
  return {
    messages: [
      {
        legacy_members: members.map(({ name }) => name),
        members: members.map((member) => shown(machine, member)),
      },
    ],
  };
}

export async function etcdStatus({ machine, signal }: TalosCall): Promise<object> {
  requireControlPlane(machine, 'etcd status');
  await awaitMember(machine, signal);
  const answer = statusShown(machine, await wrapped('failed to query etcd status', local(machine).status()));
  return {
    messages: [
      {
        member_status: {
          member_id: answer.header.member_id,
          protocol_version: answer.version,
          storage_version: answer.storageVersion,
          db_size: answer.dbSize,
          db_size_in_use: answer.dbSizeInUse,
          leader: answer.leader,
          raft_index: answer.raftIndex,
          raft_term: answer.raftTerm,
          raft_applied_index: answer.raftAppliedIndex,
          errors: answer.errors,
          is_learner: answer.isLearner,
        },
      },
    ],
  };
}

export async function etcdAlarmList({ machine }: TalosCall): Promise<object> {
  requireControlPlane(machine, 'etcd alarm list');
  const client = local(machine);
  const alarms = await wrapped('failed to list etcd alarms', client.alarms());
  const shownAlarms = alarms.map(({ memberID, alarm }) => ({ member_id: memberID, alarm }));
  for (const other of machine.cluster.filter(({ role }) => role === 'control-plane')) {
    if (!machine.faults.standing('etcd:alarms', other.name)) continue;
    const memberId = await memberIdOf(machine, other);
    if (memberId !== undefined) shownAlarms.push({ member_id: memberId, alarm: 'NOSPACE' });
  }
  return { messages: [{ member_alarms: shownAlarms }] };
}

/** Transfers the leadership to another member; an empty name when this member does not lead. */
export async function etcdForfeitLeadership({ machine }: TalosCall): Promise<object> {
  requireControlPlane(machine, 'etcd forfeit leadership');
  return { messages: [{ member: await wrapped('failed to forfeit leadership', forfeit(machine)) }] };
}

async function forfeit(machine: Machine): Promise<string> {
  const client = local(machine);
  const members = await wrapped(
    'failed to list etcd members',
    askAnyMember(etcdEndpoints(machine), (any) => any.members()),
  );
  if (members.length === 1) throw new EtcdError(status.UNKNOWN, 'cannot forfeit leadership, only one member');
  const { header, leader } = await client.status();
  if (leader !== header.member_id) return '';
  const successor = members.find(({ ID }) => ID !== header.member_id);
  if (successor === undefined) return '';
  await client.moveLeader(successor.ID);
  return successor.name;
}

/** Removes any member of the cluster, dead or alive, by its id. */
export async function etcdRemoveMemberById(call: TalosCall<{ member_id?: string }>): Promise<object> {
  const { machine, request } = call;
  requireControlPlane(machine, 'etcd remove member');
  await removeEtcdMember(machine, request.member_id ?? '0');
  if (machine.faults.take('etcd:member-removed', machine.name) !== undefined) {
    call.breakConnection();
    throw brokenOff();
  }
  return { messages: [{}] };
}

/** Removes the machine's own member and its data; etcd stays stopped until the next boot. */
export async function etcdLeaveCluster({ machine, signal }: TalosCall): Promise<object> {
  requireControlPlane(machine, 'etcd leave');
  await wrapped('failed to leave cluster', leaveEtcd(machine, signal));
  return { messages: [{}] };
}

/** The member's own backend, which etcd serves without quorum too. */
export async function* etcdSnapshot({ machine, signal }: TalosCall): AsyncIterable<object> {
  requireControlPlane(machine, 'etcd snapshot');
  const cut = machine.faults.take('etcd:snapshot', machine.name) !== undefined;
  try {
    for await (const bytes of local(machine).snapshot(signal)) {
      yield { bytes: cut ? bytes.subarray(0, bytes.length / 2) : bytes };
      if (cut) throw brokenOff();
    }
  } catch (error) {
    throw error instanceof EtcdError ? error.wrapped('failed reading etcd snapshot') : error;
  }
}

/** The etcd member id of a machine, decimal; undefined when it is unknown now. */
export async function memberIdOf(asked: Machine, machine: Machine): Promise<string | undefined> {
  try {
    const members = await askAnyMember(etcdEndpoints(asked), (client) => client.members());
    return members.find(({ name }) => name === machine.hostname)?.ID;
  } catch {
    return undefined;
  }
}

function requireControlPlane(machine: Machine, call: string): void {
  if (machine.role === 'control-plane') return;
  throw new TalosError(status.UNIMPLEMENTED, `${call} is only available on control plane nodes`);
}

function local(machine: Machine): EtcdClient {
  return new EtcdClient(etcdEndpoint(machine));
}

async function wrapped<Answer>(prefix: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof EtcdError ? error.wrapped(prefix) : error;
  }
}

/** Members as a real cluster shows them: with https and the machines' true addresses. */
function shown(machine: Machine, member: EtcdMember): object {
  const owner = ownerOf(machine, member);
  const trueUrl = (url: string): string =>
    owner === undefined ? url : `https://${owner.definition.address}:${new URL(url).port}`;
  return {
    id: member.ID,
    hostname: member.name,
    peer_urls: member.peerURLs.map(trueUrl),
    client_urls: member.clientURLs.map(trueUrl),
    is_learner:
      member.isLearner || (owner !== undefined && machine.faults.standing('etcd:members', owner.name)),
  };
}
