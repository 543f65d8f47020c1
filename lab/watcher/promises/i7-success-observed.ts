import type { Evidence, Moment } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { armedAt, targetOf } from '../moments/boot-slots.js';
import { lastBefore } from '../moments/last-before.js';
import { nodeAt } from '../moments/node-state.js';
import {
  goesOnWithout,
  rollbackWanted,
  personSkipped,
  watchedRuns,
  type Attempt,
  type Run,
} from '../moments/runs.js';

/**
 * I7: a reported success is real: the machine runs that version and schematic, in a new boot unless it did before, and its Node reports the
 * same. A node that is reported as untouched or undone boots its present version again.
 */
export function successIsObserved(evidence: Evidence): Finding[] {
  return watchedRuns(evidence).flatMap((run) => [
    ...run.attempts.flatMap((attempt) => judgeAttempt(evidence, attempt)),
    ...run.attempts.flatMap((attempt) => judgeWayBack(evidence, run, attempt)),
    ...judgeSkipped(evidence, run),
    ...judgeUndone(evidence, run),
    ...judgeRun(evidence, run),
  ]);
}

function judgeAttempt(evidence: Evidence, attempt: Attempt): Finding[] {
  const { node, ending, endedAt, startedAt, to, schematic } = attempt;
  if (ending?.outcome !== 'done' || endedAt === undefined) return [];
  const broken = (what: string): Finding =>
    violation('I7', endedAt, node, `${attempt.id} says done, and ${what}`);
  const now = machineAt(evidence, node, endedAt);
  const before = machineAt(evidence, node, startedAt);
  if (now === undefined || before === undefined) return [broken(`nothing is known of the machine ${node}`)];
  const findings: Finding[] = [];
  if (now.version !== to) findings.push(broken(`${node} runs ${now.version}, not ${to}`));
  if (schematic !== '' && now.schematic !== schematic) {
    findings.push(
      broken(`${node} runs schematic ${now.schematic.slice(0, 12)}…, not ${schematic.slice(0, 12)}…`),
    );
  }
  // A node that an earlier run upgraded is only returned to service.
  const wasThere = before.version === to && (schematic === '' || before.schematic === schematic);
  if (now.bootId === before.bootId && !wasThere)
    findings.push(broken(`${node} has not booted since (boot id ${now.bootId})`));
  const observed = nodeAt(evidence, node, endedAt);
  if (observed !== undefined && observed.bootId !== now.bootId)
    findings.push(broken(`its Node still shows the boot before`));
  if (observed !== undefined && !observed.ready) findings.push(broken(`its Node is not Ready`));
  return findings;
}

/** A node that is reported as rolled back runs the previous version, its workflow's target, and is in service. */
function judgeWayBack(evidence: Evidence, run: Run, { id, node, ending, endedAt, to }: Attempt): Finding[] {
  if (ending?.state !== 'rolled-back' || endedAt === undefined) return [];
  const broken = (what: string): Finding[] => [
    violation('I7', endedAt, node, `${id} says rolled back, and ${what}`),
  ];
  if (!rollbackWanted([run], node, endedAt)) return broken('nobody had said that it should be');
  const now = machineAt(evidence, node, endedAt);
  if (now?.version !== to) return broken(`${node} runs ${now?.version ?? 'nobody knows what'}, not ${to}`);
  const observed = nodeAt(evidence, node, endedAt);
  if (observed === undefined) return [];
  if (observed.bootId !== now.bootId) return broken('its Node still shows the boot before');
  return observed.ready ? [] : broken('its Node is not Ready');
}

/** A node that was left out because it is on target already. */
function judgeSkipped(evidence: Evidence, run: Run): Finding[] {
  return run.skipped.flatMap(({ node, to, endedAt }) => {
    // As planned: a later run may have upgraded it further.
    const then = machineAt(evidence, node, endedAt ?? run.startedAt);
    if (then === undefined || then.version === to) return [];
    const words = `${run.id} skipped ${node} as on target; it ran ${then.version}, not ${to}`;
    return [violation('I7', run.startedAt, node, words)];
  });
}

/** An install that was not booted is a touch: the next boot, for whatever reason, changes the version. */
function judgeUndone(evidence: Evidence, run: Run): Finding[] {
  return run.named
    .filter(({ state }) => state === 'untouched' || state === 'undone')
    .flatMap(({ node, state, endedAt }) => {
      const at = endedAt ?? run.endedAt ?? evidence.watched.to;
      const armed = armedAt(evidence, node, at);
      if (armed === undefined) return [];
      const words = `${run.id} says ${node} is ${state}, and its next boot takes slot ${targetOf(armed) ?? '?'}`;
      return [violation('I7', at, node, words)];
    });
}

function judgeRun(evidence: Evidence, run: Run): Finding[] {
  if (run.outcome !== 'done' && run.outcome !== 'incomplete') return [];
  const at = run.endedAt ?? run.startedAt;
  const says = `${run.id} says ${run.outcome}, and`;
  const stopped = run.named
    .filter(({ outcome }) => outcome !== 'done' && outcome !== 'skipped')
    .filter(({ node, outcome }) => outcome !== 'undone' || !mayBeWithout(evidence, run, node))
    .map(({ node, outcome }) => violation('I7', at, node, `${says} ${node} ended ${outcome}`));
  return [...stopped, ...(run.outcome === 'done' ? judgeWithout(evidence, run, at, says) : [])];
}

/** Nodes that the run continued without: a run may report done only where they already run the target. */
function judgeWithout(evidence: Evidence, run: Run, at: Moment, says: string): Finding[] {
  return run.named
    .filter(({ outcome }) => outcome === 'undone' || outcome === 'skipped')
    .flatMap(({ node, to }) => {
      const now = machineAt(evidence, node, at);
      if (now === undefined || now.version === to) return [];
      return [violation('I7', at, node, `${says} ${node} was skipped and runs ${now.version}, not ${to}`)];
    });
}

/** A person made it continue without that node, or slipway.yaml declares that for workers that cannot be drained. */
function mayBeWithout(evidence: Evidence, run: Run, node: string): boolean {
  const last = run.attempts.findLast((attempt) => attempt.node === node);
  return personSkipped(run, node) || (last !== undefined && goesOnWithout(run, last, evidence));
}

function machineAt({ machineEvents }: Evidence, node: string, at: Moment) {
  return lastBefore(
    machineEvents.filter(({ machine }) => machine === node),
    at,
  );
}
