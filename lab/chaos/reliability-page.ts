import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { describePoint, interruptions } from '../interruptions/interruption.js';
import { figuresOf, type ChaosResult, type JudgedRun } from './chaos-result.js';
import type { MatrixCell, MatrixResult } from './matrix-result.js';
import { commandOf, seconds } from './run-text.js';

/** Writes docs/reliability.md from what was really played. @param matrix left out: the kill matrix was not played with it. */
export function writeReliabilityPage(chaos: ChaosResult, matrix: MatrixResult | undefined): void {
  writeFileSync(path.join(projectRoot, 'docs/reliability.md'), reliabilityPage(chaos, matrix));
}

/** The whole page. */
export function reliabilityPage(chaos: ChaosResult, matrix: MatrixResult | undefined): string {
  return [
    '# Reliability, as it was tried last',
    '',
    ...intro(chaos),
    '',
    ...figures(chaos, matrix),
    '',
    ...runs(chaos),
    '',
    ...(matrix ? matrixText(matrix) : ['## The kill matrix', '', 'It was not played with these runs.', '']),
  ].join('\n');
}

function intro({ seed, startedAt, endedAt, runs: played }: ChaosResult): string[] {
  const minutes = Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 60_000);
  return [
    `\`npm run chaos\` wrote this on ${endedAt.slice(0, 10)}: ${played.length} runs of seed ${seed}, ${minutes} minutes, on ` +
      `${os.availableParallelism()} cores, Node.js ${process.version}. Nobody edits it.`,
    '',
    'Each run upgrades machines of the lab while faults, deaths of the worker, aborts and people come in the way, drawn from seed and number ' +
      'alone; every point is one of the story, none a time. An independent watcher judges the promises (ARCHITECTURE) from outside; at the end ' +
      'of each run nothing may be cordoned that nobody was told of, no node in a state without a name, no process left.',
  ];
}

function figures(
  { runs: played, notPlayed, unobserved }: ChaosResult,
  matrix: MatrixResult | undefined,
): string[] {
  const all = figuresOf(played);
  const outcomes = Object.entries(all.outcomes).map(([name, count]) => `${count} ${name}`);
  const resumed = [...all.resumedMs, ...(matrix?.resumedMs ?? [])].toSorted((a, b) => a - b);
  const rows: readonly (readonly [string, string])[] = [
    [
      'promises broken',
      `${all.broken} in ${all.runs} runs${matrix ? `, ${matrix.violations.length} in the matrix` : ''}`,
    ],
    ['runs ended', outcomes.join(', ')],
    ['could not be played, or judged in part', `${notPlayed.length}, ${unobserved.length}`],
    [
      'what came in the way',
      `${all.faults} faults, ${all.kills} killed workers, ${all.hung} hung ones that came back, ${all.answersLost} lost answers, ${all.aborts} aborts`,
    ],
    [
      'worker killed → work goes on (same host)',
      resumed.length === 0
        ? 'nobody was killed'
        : `${seconds(quantile(resumed, 0.5))} median, ${seconds(quantile(resumed, 0.95))} p95, ${seconds(resumed.at(-1) ?? 0)} at most (${resumed.length} kills)`,
    ],
    ['processes that outlived their worker', String(all.orphans)],
    ['things sent, made or installed twice', String(all.twice)],
    ['rollbacks that restored the node', `${all.rollbacks.restored} of ${all.rollbacks.taken}`],
  ];
  return ['| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`)];
}

/** @param sorted not empty. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function runs({ seed, runs: played }: ChaosResult): string[] {
  const rows = played
    .toSorted((a, b) => a.drawn.index - b.drawn.index)
    .map((run) => `| ${run.drawn.index} | ${run.drawn.shape} | ${inTheWay(run)} | ${endOf(run)} |`);
  return [
    '## The runs',
    '',
    `One of them again: \`${commandOf({ seed, index: 1 })}\`.`,
    '',
    '| run | lab | what came in the way | end |',
    '|---|---|---|---|',
    ...rows,
  ];
}

function inTheWay({ happened, fired, decided }: JudgedRun): string {
  const all = [...new Set(fired), ...happened.map(({ point }) => describePoint(point)), ...decided];
  return all.length === 0 ? 'nothing that was drawn was reached' : cell(all.join('; '));
}

function endOf({ outcome, says, broken, from, until }: JudgedRun): string {
  const bad = broken.map(({ promise, what }) => `**${promise}: ${what}**`);
  const end = says === '' ? outcome : `${outcome}: ${says}`;
  return cell([end, `${Math.round((until - from) / 1_000)} s`, ...bad].join('; '));
}

const signs: Readonly<Record<MatrixCell['kind'], string>> = {
  'same end': '✓',
  'named halt': 'halt',
  elsewhere: '→',
  senseless: '–',
  broken: '**✗**',
  'not reached': '**?**',
};

function matrixText({ endedAt, columns, orders, violations }: MatrixResult): string[] {
  const notes: string[] = [];
  const shown = ({ kind, note }: MatrixCell): string => {
    if (note === undefined) return signs[kind];
    if (!notes.includes(note)) notes.push(note);
    return `${signs[kind]} ${notes.indexOf(note) + 1}`;
  };
  const tables = orders.flatMap(({ name, rows }) => [
    `### ${name}`,
    '',
    `| step | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map(({ step, cells }) => `| ${step} | ${cells.map(shown).join(' | ')} |`),
    '',
  ]);
  return [
    '## The kill matrix',
    '',
    `Played on ${endedAt.slice(0, 10)}; ${violations.length} promises broken. ✓: it ended as if nothing had come in the way. halt: with a reason that has a ` +
      'name. →: another test plays it. –: it cannot happen. ✗, ?: it was neither, or was not reached. Numbers: below.',
    '',
    ...Object.entries(interruptions).map(([name, does]) => `* ${name}: ${does}`),
    '',
    ...tables,
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
  ];
}

/** A sentence inside a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
