import { describePoint } from '../interruptions/interruption.js';
import type { ChaosResult, JudgedRun } from './chaos-result.js';
import type { DrawnRun } from './draw-run.js';
import { machinesOf } from './shapes.js';

/** What was drawn, in one line: cluster, nodes, faults and interruptions. */
export function drawnText({ index, shape, nodes, faults, points, decisions, onFailure }: DrawnRun): string {
  const whom = nodes.length === machinesOf(shape).length ? 'all nodes' : nodes.join(', ');
  const inTheWay = [
    ...faults.map(({ name, node, after }) =>
      [
        name,
        ...(node === undefined ? [] : [`on ${node}`]),
        ...(after === undefined ? [] : [`after ${after}`]),
      ].join(' '),
    ),
    ...points.map(describePoint),
    ...decisions.map(({ what, repaired }) => `at a halt: ${repaired ? 'repaired, ' : ''}${what}`),
    ...(onFailure === 'rollback' ? ['rolls back automatically'] : []),
  ];
  return `#${index} ${shape}: ${whom} · ${inTheWay.join(' · ')}`;
}

/** The result of the run. */
export function outcomeText({
  outcome,
  says,
  happened,
  notReached,
  decided,
  from,
  until,
}: JudgedRun): string {
  const resumed = happened.flatMap(({ resumedMs }) => (resumedMs === undefined ? [] : [seconds(resumedMs)]));
  return [
    `${outcome}${says === '' ? '' : `: ${says}`}`,
    ...(decided.length > 0 ? [`people said ${decided.join(', ')}`] : []),
    ...(resumed.length > 0 ? [`went on after ${resumed.join(', ')}`] : []),
    ...(notReached.length > 0 ? [`never came to ${notReached.map(describePoint).join(', ')}`] : []),
    `${Math.round((until - from) / 1_000)} s`,
  ].join(' · ');
}

/** The promises that a run broke, and the command that repeats it. */
export function brokenText({ drawn, broken }: JudgedRun): readonly string[] {
  if (broken.length === 0) return [];
  return [
    ...broken.map(({ promise, what }) => `#${drawn.index} broke ${promise}: ${what}`),
    againText(drawn),
  ];
}

/** The command that repeats a run. */
export function againText(drawn: Pick<DrawnRun, 'seed' | 'index'>): string {
  return `#${drawn.index} again: ${commandOf(drawn)}`;
}

/** Plays that run alone. */
export function commandOf({ seed, index }: Pick<DrawnRun, 'seed' | 'index'>): string {
  return `npm run chaos -- --seed ${seed} --only ${index}`;
}

/** The last line: `60 runs, 0 promises broken`. */
export function lastLine({ runs, notPlayed }: ChaosResult): string {
  const broken = runs.reduce((sum, run) => sum + run.broken.length, 0);
  const lost = notPlayed.length === 0 ? '' : `, ${notPlayed.length} could not be played`;
  return `${counted(runs.length, 'run')}, ${counted(broken, 'promise')} broken${lost}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
