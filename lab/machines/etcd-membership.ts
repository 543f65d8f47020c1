import { status } from '@grpc/grpc-js';
import { EtcdClient, EtcdError, askAnyMember } from './etcd-client.js';
import { etcdEndpoint, etcdEndpoints } from './etcd-upgrade-check.js';
import { pause } from './interruptible.js';
import type { Machine } from './machine.js';
import { Refusal } from './refusal.js';
import { stopEtcd } from './stop-parts.js';

const NOT_FOUND = 'etcdserver: member not found';
/** A member that has just lost a peer accepts no change; one that is being stopped none at all. */
const AGAIN = ['etcdserver: unhealthy cluster', 'etcdserver: server stopped'];

/**
 * Removes a member by its id (decimal), as any control plane does. It does not check whether the member runs; etcd itself rejects a removal
 * that would cost it its majority.
 *
 * @throws Refusal NotFound when there is no such member, EtcdError in Talos' words otherwise
 */
export async function removeEtcdMember(machine: Machine, memberId: string): Promise<void> {
  try {
    await askAnyMember(etcdEndpoints(machine), (client) => client.removeMember(memberId));
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    const said = error.wrapped(`failed to remove member ${memberId}`);
    if (error.message === NOT_FOUND) throw new Refusal(status.NOT_FOUND, said.message);
    throw said.wrapped('failed to remove member');
  }
}

/** Removes the machine's own member, stops its etcd and wipes its data. */
export async function leaveEtcd(machine: Machine, signal: AbortSignal): Promise<void> {
  const { header } = await new EtcdClient(etcdEndpoint(machine)).status();
  for (;;) {
    try {
      await askAnyMember(etcdEndpoints(machine), (client) => client.removeMember(header.member_id));
      break;
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (error.message === NOT_FOUND) break;
      if (!AGAIN.includes(error.message)) throw error.wrapped(`failed to remove member ${header.member_id}`);
    }
    await pause(machine.durations.quorumCheck / 10, signal);
  }
  machine.record('etcd-left', header.member_id);
  await stopEtcd(machine);
  await machine.parts.wipeEtcd(machine);
}
