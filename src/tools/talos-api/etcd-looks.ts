import type { CallLimits, TalosTarget } from '../talos-target.js';
import { oneMessage, type Message } from './one-message.js';
import type { Call } from './talos-looks.js';

/** Reads of a control plane's etcd. Ids are hex, as talosctl prints them. */
export interface EtcdLooks {
  /** The members as this node's own member lists them. */
  etcdMembers(
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<{ id: string; name: string; learner: boolean }[]>;
  etcdStatus(target: TalosTarget, limits?: CallLimits): Promise<EtcdStatus>;
  etcdAlarms(target: TalosTarget, limits?: CallLimits): Promise<{ memberId: string; alarm: string }[]>;
}

/** The status of one member, as it reports it itself. */
export interface EtcdStatus {
  readonly memberId: string;
  /** Zeros: it follows no leader. */
  readonly leaderId: string;
  readonly raftTerm: number;
  readonly raftIndex: number;
  readonly raftAppliedIndex: number;
  readonly learner: boolean;
  readonly errors: string[];
  /** The etcd it runs: `3.6.5`. */
  readonly version?: string;
  /** The etcd storage version of its data: `3.6.0`. Members before 3.6 do not report it. */
  readonly storage?: string;
}

interface Members extends Message {
  readonly members: readonly {
    readonly id: string;
    readonly hostname: string;
    readonly is_learner: boolean;
  }[];
}

interface Status extends Message {
  readonly member_status: {
    readonly member_id: string;
    readonly leader: string;
    readonly raft_term: string;
    readonly raft_index: string;
    readonly raft_applied_index: string;
    readonly is_learner: boolean;
    readonly errors: readonly string[];
    readonly protocol_version: string;
    readonly storage_version: string;
  } | null;
}

interface Alarms extends Message {
  readonly member_alarms: readonly { readonly member_id: string; readonly alarm: string }[];
}

export function etcdLooks(call: Call): EtcdLooks {
  const ask = async <T extends Message>(
    what: string,
    request: object,
    target: TalosTarget,
    limits?: CallLimits,
  ): Promise<T> => {
    const path = `/machine.MachineService/${what}`;
    const [answer] = await call<{ messages: T[] }>(path, request, target, limits);
    return oneMessage(what, target, answer?.messages ?? []);
  };
  return {
    etcdMembers: async (target, limits) => {
      const { members } = await ask<Members>('EtcdMemberList', { query_local: true }, target, limits);
      return members.map(({ id, hostname, is_learner }) => ({
        id: inHex(id),
        name: hostname,
        learner: is_learner,
      }));
    },
    etcdStatus: async (target, limits) => {
      const { member_status: seen } = await ask<Status>('EtcdStatus', {}, target, limits);
      if (!seen) throw new Error(`${target.node} reports no etcd status`);
      return {
        memberId: inHex(seen.member_id),
        leaderId: inHex(seen.leader),
        raftTerm: Number(seen.raft_term),
        raftIndex: Number(seen.raft_index),
        raftAppliedIndex: Number(seen.raft_applied_index),
        learner: seen.is_learner,
        errors: [...seen.errors],
        ...(seen.protocol_version === '' ? {} : { version: seen.protocol_version }),
        ...(seen.storage_version === '' ? {} : { storage: seen.storage_version }),
      };
    },
    etcdAlarms: async (target, limits) => {
      const { member_alarms: alarms } = await ask<Alarms>('EtcdAlarmList', {}, target, limits);
      return alarms
        .filter(({ alarm }) => alarm !== 'NONE')
        .map(({ member_id, alarm }) => ({ memberId: inHex(member_id), alarm }));
    },
  };
}

/** An etcd id, converted from decimal. */
function inHex(id: string): string {
  return BigInt(id).toString(16).padStart(16, '0');
}
