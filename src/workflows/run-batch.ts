import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { NodeEnding } from '../planning/report/run-result.js';
import type { NodeAttempt } from './decided-run.js';
import { isStopped } from './node-results.js';

/**
 * Upgrades the nodes of one batch at the same time. The first that does not end `done` stops the others at their next safe
 * point: a node without an install is undone, any other is finished (I9).
 *
 * @param upgrade carries one node to its end, and returns its ending.
 * @param notBegun the ending of a node that was stopped before its workflow began.
 */
export async function upgradeBatch(
  attempts: readonly NodeAttempt[],
  upgrade: (attempt: NodeAttempt) => Promise<NodeEnding>,
  notBegun: (attempt: NodeAttempt) => NodeEnding,
): Promise<NodeEnding[]> {
  const [only, ...others] = attempts;
  if (only && others.length === 0) return [await upgrade(only)];
  const scope = new CancellationScope();
  let first: string | undefined;
  const stop = (name: string): void => {
    first ??= name;
    scope.cancel();
  };
  const settled = await scope.run(() =>
    Promise.allSettled(
      attempts.map(async (attempt) => {
        const { name } = attempt.node;
        try {
          const result = await upgrade(attempt);
          if (isStopped(result)) stop(name);
          return result;
        } catch (error) {
          const before = first;
          stop(name);
          if (before !== undefined && isCancellation(error)) return notBegun(attempt);
          throw error;
        }
      }),
    ),
  );
  const lost = settled.find((one) => one.status === 'rejected');
  if (lost?.status === 'rejected') throw lost.reason;
  const results = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return inOrderOfBlame(
    results.map((result) => withCause(result, first)),
    first,
  );
}

/** The reason of a node that another one stopped names that node, not an abort. */
function withCause(result: NodeEnding, first: string | undefined): NodeEnding {
  if (first === undefined || result.node === first || result.reason?.kind !== 'aborted') return result;
  return { ...result, reason: { kind: 'fleet-halted', because: `${first} stopped first` } };
}

/** The node that failed first comes first. */
function inOrderOfBlame(results: readonly NodeEnding[], first: string | undefined): NodeEnding[] {
  return results.toSorted((one, other) => Number(other.node === first) - Number(one.node === first));
}
