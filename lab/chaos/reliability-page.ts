import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { describePoint } from '../interruptions/interruption.js';
import { figuresOf, type ChaosFigures, type ChaosResult, type JudgedRun } from './chaos-result.js';
import { matrixFigures, type MatrixFigures, type MatrixResult } from './matrix-result.js';
import { matrixText } from './matrix-text.js';
import { commandOf, counted, seconds } from './run-text.js';

/** Writes docs/reliability.md from what was really played. @param matrix left out: the kill matrix was not played with it. */
export function writeReliabilityPage(chaos: ChaosResult, matrix: MatrixResult | undefined): void {
  writeFileSync(path.join(projectRoot, 'docs/reliability.md'), reliabilityPage(chaos, matrix));
}

/** The whole page. */
export function reliabilityPage(chaos: ChaosResult, matrix: MatrixResult | undefined): string {
  const cells = matrix && matrixFigures(matrix);
  return [
    '# Reliability, as it was tried last',
    '',
    ...intro(chaos),
    '',
    ...figures(chaos, cells),
    '',
    ...runs(chaos),
    '',
    ...(matrix ? matrixText(matrix) : ['## The kill matrix', '', 'It was not played with these runs.', '']),
  ].join('\n');
}

function intro({ sessions, runs: played }: ChaosResult): string[] {
  const minutes = sessions.reduce(
    (sum, { startedAt, endedAt }) => sum + (Date.parse(endedAt) - Date.parse(startedAt)) / 60_000,
    0,
  );
  const seeds = [...new Set(played.map(({ drawn }) => drawn.seed))].toSorted((a, b) => a - b);
  const dates = datesOf(sessions.map(({ startedAt }) => startedAt));
  return [
    `\`npm run chaos\` wrote this of what it played ${dates}: ${counted(played.length, 'run')} of ${seeds.length === 1 ? 'seed' : 'seeds'} ` +
      `${seeds.join(', ')}, ${Math.round(minutes)} minutes, on ${os.availableParallelism()} cores, Node.js ${process.version}. Nobody edits it.`,
    '',
    'Each run upgrades machines of the lab while faults, deaths of the worker, aborts and people come in the way, drawn from seed and number ' +
      'alone; every point is one of the story, none a time. An independent watcher judges the promises (ARCHITECTURE) from outside; at the end ' +
      'of each run nothing may be cordoned that nobody was told of, no node in a state without a name or in another one than it is told to be, ' +
      'no process left.',
  ];
}

/** `on 2026-01-01`, `from 2026-01-01 to 2026-01-03` @param times ISO */
function datesOf(times: readonly string[]): string {
  const days = times.map((time) => time.slice(0, 10)).toSorted();
  const [first = 'no day', last = first] = [days[0], days.at(-1)];
  return first === last ? `on ${first}` : `from ${first} to ${last}`;
}

function figures(
  { runs: played, notPlayed, unobserved }: ChaosResult,
  matrix: MatrixFigures | undefined,
): string[] {
  const all = figuresOf(played);
  const outcomes = Object.entries(all.outcomes).map(([name, count]) => `${count} ${name}`);
  const rows: readonly (readonly [string, string])[] = [
    [
      'promises broken',
      `${all.broken} in ${counted(all.runs, 'run')}${matrix ? `, ${matrix.broken} in the matrix` : ''}`,
    ],
    ['runs ended', outcomes.join(', ')],
    ['could not be played, or judged in part', `${notPlayed.length}, ${unobserved.length}`],
    [
      'what came in the way',
      `${all.faults} faults, ${all.kills} killed workers, ${all.hung} hung ones that came back, ${all.answersLost} lost answers, ${all.aborts} aborts`,
    ],
    ...(matrix ? [['the kill matrix', matrixRow(matrix)] as const] : []),
    [
      'worker killed → work goes on (same host)',
      resumedRow([...all.resumedMs, ...(matrix?.resumedMs ?? [])]),
    ],
    ['processes that outlived their worker', String(all.orphans)],
    ['things sent, made or installed twice', String(all.twice)],
    ['rollbacks that restored the node', rollbacksRow(all)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`)];
}

function matrixRow({ cells, from, until }: MatrixFigures): string {
  const played = cells['same end'] + cells['named halt'] + cells.broken + cells['not reached'];
  const when = from === undefined ? '' : ` ${datesOf([from, until ?? from])}`;
  const left = cells['not played'] === 0 ? '' : `, ${cells['not played']} not played yet`;
  return (
    `${counted(played, 'cell')} played${when}: ${cells['same end']} ended as without it, ${cells['named halt']} halted with a name; ` +
    `${cells.elsewhere} are played elsewhere${left}`
  );
}

function resumedRow(resumedMs: readonly number[]): string {
  const sorted = resumedMs.toSorted((a, b) => a - b);
  const last = sorted.at(-1);
  if (last === undefined) return 'nobody was killed';
  return `${seconds(quantile(sorted, 0.5))} median, ${seconds(quantile(sorted, 0.95))} p95, ${seconds(last)} at most (${counted(sorted.length, 'kill')})`;
}

function rollbacksRow({ rollbacks }: ChaosFigures): string {
  const { taken, byThemselves, restored, fromNew } = rollbacks;
  return `${restored} of ${taken}: ${byThemselves} by themselves; ${fromNew} from the new version, the others from what had come in between`;
}

/** @param sorted not empty. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function runs({ runs: played }: ChaosResult): string[] {
  const sorted = played.toSorted((a, b) => a.drawn.seed - b.drawn.seed || a.drawn.index - b.drawn.index);
  const several = new Set(played.map(({ drawn }) => drawn.seed)).size > 1;
  const rows = sorted.map((run) => {
    const { seed, index, shape } = run.drawn;
    return `| ${several ? `${seed}/${index}` : index} | ${shape} | ${inTheWay(run)} | ${endOf(run)} |`;
  });
  const [first] = sorted;
  return [
    '## The runs',
    '',
    ...(first ? [`One of them again: \`${commandOf(first.drawn)}\`.`, ''] : []),
    `| ${several ? 'seed/run' : 'run'} | lab | what came in the way | end |`,
    '|---|---|---|---|',
    ...rows,
  ];
}

function inTheWay({ happened, fired, decided }: JudgedRun): string {
  const all = [...new Set(fired), ...happened.map(({ point }) => describePoint(point)), ...decided];
  return all.length === 0 ? 'nothing that was drawn was reached' : inTable(all.join('; '));
}

function endOf({ outcome, says, broken, from, until }: JudgedRun): string {
  const bad = broken.map(({ promise, what }) => `**${promise}: ${what}**`);
  const end = says === '' ? outcome : `${outcome}: ${says}`;
  return inTable([end, `${Math.round((until - from) / 1_000)} s`, ...bad].join('; '));
}

/** A sentence inside a table. */
function inTable(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
