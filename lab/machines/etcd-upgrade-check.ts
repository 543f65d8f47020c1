import { status } from '@grpc/grpc-js';
import { EtcdError, askAnyMember, deadlineExceeded } from './etcd-client.js';
import { membersShown, ownerOf, proveMember } from './etcd-faults.js';
import { pause, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';

const MUTEX = 'talos:v1:etcdUpgradeMutex/slipway-lab';
const MUTEX_SECONDS = 60;

/** A control plane's etcd client URL: `http://127.77.67.1:2379`. */
export function etcdEndpoint(machine: Machine): string {
  return `http://${machine.definition.loopback}:2379`;
}

/** The etcd endpoints of all control planes, this machine's own first. */
export function etcdEndpoints(machine: Machine): string[] {
  const others = machine.cluster.filter((other) => other.role === 'control-plane' && other !== machine);
  return [machine, ...others].map(etcdEndpoint);
}

/**
 * Talos' etcd check before it accepts an upgrade on a control plane: one check at a time in the cluster, not two members, every member
 * named and responding through consensus. Rejects in Talos' words. It covers only this moment: nothing prevents two machines from upgrading
 * at once after it. `signal` cancels it.
 */
export async function validateEtcdForUpgrade(machine: Machine, signal: AbortSignal): Promise<void> {
  const endpoints = etcdEndpoints(machine);
  const unlock = await lockMutex(endpoints);
  try {
    await validateMembers(machine, endpoints, signal);
  } catch (error) {
    throw wrapped('error validating etcd for upgrade', error);
  } finally {
    await unlock();
  }
}

async function lockMutex(endpoints: readonly string[]): Promise<() => Promise<void>> {
  let lease: string;
  try {
    lease = await askAnyMember(endpoints, (client) => client.grantLease(MUTEX_SECONDS));
  } catch (error) {
    throw wrapped('failed to acquire upgrade mutex: error establishing etcd concurrency session', error);
  }
  const unlock = (): Promise<void> =>
    askAnyMember(endpoints, (client) => client.revokeLease(lease)).catch(() => {
      // The lease expires a minute later; Talos only logs this.
    });
  try {
    const locked = await askAnyMember(endpoints, (client) => client.create(MUTEX, lease));
    if (!locked) throw new Error('mutex: Locked by another session');
  } catch (error) {
    await unlock();
    throw wrapped('failed to acquire upgrade mutex: error trying to lock etcd upgrade mutex', error);
  }
  return unlock;
}

async function validateMembers(
  machine: Machine,
  endpoints: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const timeoutMs = machine.durations.quorumCheck;
  const members = membersShown(machine, await askAnyMember(endpoints, (client) => client.members()));
  if (members.length === 2) {
    throw new Error('etcd member count(2) is insufficient to maintain quorum if upgrade commences');
  }
  for (const member of members) {
    const id = memberIdInHex(member.ID);
    if (member.name === '') {
      throw new Error(`etcd member ${id} is not started, all members must be running to perform an upgrade`);
    }
    try {
      await proveMember(ownerOf(machine, member), timeoutMs, signal);
      await proveQuorum(member.clientURLs, timeoutMs, signal);
    } catch (error) {
      const what = `etcd member ${id} is not healthy; all members must be healthy to perform an upgrade`;
      throw wrapped(what, error);
    }
  }
}

/** Retries while the member cannot be reached, as Talos' client does, until the time is over. */
async function proveQuorum(urls: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    try {
      await askAnyMember(urls, (client) => client.proveQuorum(timeoutMs));
      return;
    } catch (error) {
      if (!(error instanceof EtcdError) || !error.unreachable) throw error;
      if (Date.now() >= until) throw deadlineExceeded();
    }
    await pause(timeoutMs / 30, signal);
  }
}

/** A member id as Talos prints it: sixteen hex digits. */
export function memberIdInHex(decimal: string): string {
  return BigInt(decimal).toString(16).padStart(16, '0');
}

function wrapped(prefix: string, error: unknown): Error {
  if (error instanceof EtcdError) return error.wrapped(prefix);
  return new EtcdError(status.UNKNOWN, `${prefix}: ${reasonOf(error)}`);
}
