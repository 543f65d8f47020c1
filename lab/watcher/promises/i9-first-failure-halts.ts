import type { Evidence, Moment } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { text } from '../moments/payload.js';
import {
  attemptAt,
  endedClean,
  goesBackByItself,
  goesOnWithout,
  personSaid,
  runAt,
  runsOf,
  takesBack,
  watchedRuns,
  type Attempt,
  type Run,
} from '../moments/runs.js';
import { touches } from '../moments/touches.js';

/** The decisions with which a person makes a run continue after a failed node. */
const DECISIONS = ['retry', 'skip', 'rollback'];

/**
 * I9: after its first failed node, a run starts no other node, and touches none that it had not started. Nodes in progress may be
 * completed, up to three workers at a time. A failed node rolls back, and a worker that cannot be drained is left out, where slipway.yaml
 * declares so. After a run that did not end clean, none starts before a person released the cluster, except one that rolls it back.
 */
export function firstFailureHalts(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const watched = new Set(watchedRuns(evidence).map(({ id }) => id));
  const pairs = runs.slice(1).flatMap((run, index) => {
    const before = runs[index];
    return before !== undefined && watched.has(run.id) ? [{ before, run }] : [];
  });
  return [
    ...runs.flatMap((run) => afterFailure(evidence, runs, run)),
    ...pairs.flatMap(({ before, run }) => [
      ...startedWhileHeld(evidence, before, run),
      ...sideBySide(before, run),
    ]),
  ];
}

function afterFailure(evidence: Evidence, runs: readonly Run[], run: Run): Finding[] {
  const begun = run.attempts.flatMap((attempt) => {
    const failed = failedBefore(evidence, run, attempt.startedAt);
    if (failed === undefined) return [];
    if (attempt.back && failed.node === attempt.node && goesBackByItself(run)) return [];
    const words = `${attempt.id} began after ${failed.node} had failed in ${run.id}`;
    return [violation('I9', attempt.startedAt, attempt.node, words)];
  });
  const touched = touches(evidence)
    .filter(({ at }) => runAt(runs, at)?.id === run.id)
    .flatMap(({ at, node, name }) => {
      // For a node without a workflow by then, the touch itself counts.
      const beganAt = attemptAt([run], node, at)?.startedAt ?? at;
      const failed = failedBefore(evidence, run, beganAt);
      if (failed === undefined || failed.node === node) return [];
      return [violation('I9', at, node, `${name} of ${node} after ${failed.node} had failed in ${run.id}`)];
    });
  return [...begun, ...touched];
}

/** A node that had failed by a moment, without a decision to continue since. */
function failedBefore(evidence: Evidence, run: Run, moment: Moment): Attempt | undefined {
  return run.attempts.find(
    (attempt) =>
      attempt.endedAt !== undefined &&
      attempt.endedAt < moment &&
      !endedWell(attempt) &&
      !goesOnWithout(run, attempt, evidence) &&
      !personSaid(run, DECISIONS, attempt.endedAt, moment),
  );
}

function startedWhileHeld(evidence: Evidence, before: Run, run: Run): Finding[] {
  const { endedAt } = before;
  if (endedAt === undefined || endedClean(before)) return [];
  // A person who requests the rollback of a run knows what it left.
  if (takesBack(run).length > 0) return [];
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
