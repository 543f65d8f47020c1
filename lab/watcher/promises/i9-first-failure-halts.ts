import type { Evidence } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { text } from '../moments/payload.js';
import { endedClean, runAt, runsOf, watchedRuns, type Attempt, type Run } from '../moments/runs.js';
import { touches } from '../moments/touches.js';

/**
 * I9: after the first node that failed, its run touches no other node; after a run that did not end clean, none starts
 * before a person released the cluster.
 */
export function firstFailureHalts(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const watched = new Set(watchedRuns(evidence).map(({ id }) => id));
  const pairs = runs.slice(1).flatMap((run, index) => {
    const before = runs[index];
    return before !== undefined && watched.has(run.id) ? [{ before, run }] : [];
  });
  return [
    ...touchedAfterFailure(evidence, runs),
    ...pairs.flatMap(({ before, run }) => [
      ...startedWhileHeld(evidence, before, run),
      ...sideBySide(before, run),
    ]),
  ];
}

function touchedAfterFailure(evidence: Evidence, runs: readonly Run[]): Finding[] {
  const all = touches(evidence);
  return runs.flatMap((run) => {
    const failed = run.attempts.find((attempt) => attempt.endedAt !== undefined && !endedWell(attempt));
    if (failed?.endedAt === undefined) return [];
    const { node, endedAt } = failed;
    return all
      .filter((touch) => runAt(runs, touch.at)?.id === run.id && touch.at > endedAt && touch.node !== node)
      .map((touch) =>
        violation(
          'I9',
          touch.at,
          touch.node,
          `${touch.name} of ${touch.node} after ${node} had failed in ${run.id}`,
        ),
      );
  });
}

function startedWhileHeld(evidence: Evidence, before: Run, run: Run): Finding[] {
  const { endedAt } = before;
  if (endedAt === undefined || endedClean(before)) return [];
  const queues = evidence.workflows.filter(({ id }) => id === `cluster/${evidence.cluster}`);
  if (queues.length === 0) {
    const what = `whether ${run.id} waited for a release: the queue's history is not known`;
    return [unobserved('I9', run.startedAt, run.id, what)];
  }
  const released = queues
    .flatMap(({ updates }) => updates)
    .filter(({ name, result }) => name === 'release' && text(result, 'verdict') === 'released')
    .some(({ acceptedAt }) => acceptedAt >= endedAt && acceptedAt <= run.startedAt);
  if (released) return [];
  const how = before.outcome ?? before.status;
  const what = `${run.id} started though ${before.id} had ended ${how} and nobody released the cluster`;
  return [violation('I9', run.startedAt, run.id, what)];
}

/** One run at a time. */
function sideBySide(before: Run, run: Run): Finding[] {
  if (before.endedAt !== undefined && before.endedAt <= run.startedAt) return [];
  return [violation('I9', run.startedAt, run.id, `${run.id} started while ${before.id} was open`)];
}

function endedWell({ status, ending }: Attempt): boolean {
  return status === 'completed' && (ending?.outcome === 'done' || ending?.outcome === 'skipped');
}
