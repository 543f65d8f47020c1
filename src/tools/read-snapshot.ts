import type { ClusterAccess } from './cluster-access.js';
import { observeEtcd, whyNot } from './observe-cluster.js';
import { Refusal } from './refusal.js';

/** Limits of reading a snapshot. */
export interface ReadLimits {
  /** All tries together, in milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads a snapshot from a healthy member into `file`, with the reader's credentials; another one is asked where one fails.
 * Answers whose member gave it.
 *
 * @throws Refusal `snapshot-failed` when no member is healthy, or none gave it.
 */
export async function readSnapshot(
  access: ClusterAccess,
  file: string,
  { limitMs, signal }: ReadLimits,
): Promise<string> {
  const end = Date.now() + limitMs;
  const failures: string[] = [];
  for (const name of await healthyMembers(access, signal)) {
    for (const target of access.targets(name)) {
      const timeoutMs = end - Date.now();
      if (timeoutMs <= 0) break;
      try {
        await access.talos.etcdSnapshot(target, file, { timeoutMs, signal });
        return name;
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(`${name}: ${whyNot(error)}`);
      }
    }
  }
  const why = failures.length > 0 ? failures.join('; ') : 'no etcd member is healthy';
  throw new Refusal({ kind: 'snapshot-failed', why });
}

/** Members that vote, follow a leader and report no error; whoever leads has the most to do and is asked last. */
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
