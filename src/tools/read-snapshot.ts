import type { ClusterAccess } from './cluster-access.js';
import { observeEtcd, whyNot } from './observe-cluster.js';
import { Refusal } from './refusal.js';

/** Limits of reading a snapshot. */
export interface ReadLimits {
  /** All attempts together, in milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads a snapshot from a healthy member into `file`, with the reader's credentials; tries the next member where one fails. Returns the
 * member that provided it.
 *
 * @throws Refusal `snapshot-failed` when no member is healthy, or none provides it.
 */
export async function readSnapshot(
  access: ClusterAccess,
  file: string,
  { limitMs, signal }: ReadLimits,
): Promise<string> {
  const end = Date.now() + limitMs;
  const members = await healthyMembers(access, signal);
  const read = await readFromMembers(access, members, file, { timeoutMs: () => end - Date.now(), signal });
  if (read.kind === 'read') return read.from;
  const causes = read.causes.map(({ why, names }) => `${names.join(', ')}: ${why}`);
  const why = causes.length > 0 ? causes.join('; ') : 'no etcd member is healthy';
  throw new Refusal({ kind: 'snapshot-failed', why });
}

/** The result of trying the members one after the other. */
export type MembersRead =
  | { readonly kind: 'read'; readonly from: string }
  /** Each cause once, with the members that reported it: a full disk is the same for every member. */
  | {
      readonly kind: 'failed';
      readonly causes: readonly { readonly why: string; readonly names: readonly string[] }[];
    };

/**
 * Reads a snapshot into `file` from the first of these members that provides it, each tried through every endpoint.
 *
 * @param limits `timeoutMs`: for the next attempt, in milliseconds; zero or less: there is none.
 */
export async function readFromMembers(
  access: ClusterAccess,
  members: readonly string[],
  file: string,
  limits: { readonly timeoutMs: () => number; readonly signal: AbortSignal },
): Promise<MembersRead> {
  const failures = new Map<string, Set<string>>();
  for (const name of members) {
    for (const target of access.targets(name)) {
      const timeoutMs = limits.timeoutMs();
      if (timeoutMs <= 0) break;
      try {
        await access.talosctl.etcdSnapshot(target, file, { timeoutMs, signal: limits.signal });
        return { kind: 'read', from: name };
      } catch (error) {
        if (limits.signal.aborted) throw error;
        const why = whyNot(error);
        failures.set(why, (failures.get(why) ?? new Set()).add(name));
      }
    }
  }
  return { kind: 'failed', causes: [...failures].map(([why, names]) => ({ why, names: [...names] })) };
}

/** Voters that follow a leader and report no error; the leader has the highest load and comes last. */
async function healthyMembers(access: ClusterAccess, signal: AbortSignal): Promise<string[]> {
  const etcd = await observeEtcd(access, { signal });
  if (etcd.kind === 'unreachable') throw new Refusal({ kind: 'snapshot-failed', why: etcd.why });
  const healthy = etcd.value.statuses.flatMap((status) => {
    if (status.kind !== 'answered') return [];
    const { memberId, leaderId, learner, errors } = status.value;
    const follows = leaderId !== '' && !/^0+$/.test(leaderId);
    return follows && !learner && errors.length === 0
      ? [{ node: status.node, leads: leaderId === memberId }]
      : [];
  });
  return healthy.toSorted((a, b) => Number(a.leads) - Number(b.leads)).map(({ node }) => node);
}
