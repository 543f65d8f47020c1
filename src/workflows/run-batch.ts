import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { NodeEnding } from '../planning/report/run-result.js';
import type { NodeAttempt } from './decided-run.js';
import { isStopped } from './node-results.js';

/**
 * Upgrades the nodes of one batch at the same time. The first that does not end `done` stops the others at their next safe
 * point: what was not installed is undone, what was is finished (I9).
 *
 * @param upgrade carries one node to its end, and answers how it ended.
 * @param notBegun how a node ended that was stopped before its workflow began.
 */
export async function upgradeBatch(
  turns: readonly NodeAttempt[],
  upgrade: (turn: NodeAttempt) => Promise<NodeEnding>,
  notBegun: (turn: NodeAttempt) => NodeEnding,
): Promise<NodeEnding[]> {
  const [only, ...others] = turns;
  if (only && others.length === 0) return [await upgrade(only)];
  const scope = new CancellationScope();
  let first: string | undefined;
  const stop = (name: string): void => {
    first ??= name;
    scope.cancel();
  };
  const settled = await scope.run(() =>
    Promise.allSettled(
      turns.map(async (turn) => {
        const { name } = turn.node;
        try {
          const result = await upgrade(turn);
          if (isStopped(result)) stop(name);
          return result;
        } catch (error) {
          const before = first;
          stop(name);
          if (before !== undefined && isCancellation(error)) return notBegun(turn);
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

/** A node that was stopped because of another one says so, not that somebody aborted it. */
function withCause(result: NodeEnding, first: string | undefined): NodeEnding {
  if (first === undefined || result.node === first || result.reason?.kind !== 'aborted') return result;
  return { ...result, reason: { kind: 'fleet-halted', because: `${first} stopped first` } };
}

/** The one that failed first is told first. */
function inOrderOfBlame(results: readonly NodeEnding[], first: string | undefined): NodeEnding[] {
  return results.toSorted((one, other) => Number(other.node === first) - Number(one.node === first));
}
