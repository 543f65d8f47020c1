import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { describePoint } from '../interruptions/interruption.js';
import { figuresOf, type ChaosFigures, type ChaosResult, type JudgedRun } from './chaos-result.js';
import { datesOf, resumedRow } from './page-figures.js';
import { commandOf, counted } from './run-text.js';

/** Writes docs/reliability.md from the recorded results. */
export function writeReliabilityPage(chaos: ChaosResult): void {
  writeFileSync(path.join(projectRoot, 'docs/reliability.md'), reliabilityPage(chaos));
}

/** The whole page. */
export function reliabilityPage(chaos: ChaosResult): string {
  return [
    '# Reliability, as it was tried last',
    '',
    ...intro(chaos),
    '',
    ...figures(chaos),
    '',
    'What becomes of every step when its worker dies before, during and after it: [the kill matrix](kill-matrix.md).',
    '',
    ...runs(chaos),
    '',
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
      `${seeds.join(', ')}, ${Math.round(minutes)} minutes, ${commitsOf(sessions)}on ${os.availableParallelism()} cores, Node.js ${process.version}. Nobody edits it.`,
    '',
    'Each run upgrades machines of the lab while faults, deaths of the worker, aborts and people come in the way, drawn from seed and number ' +
      'alone; every point is one of the story, none a time. An independent watcher judges the promises (ARCHITECTURE) from outside. At the end ' +
      'of each run no node may be cordoned without a report, each node must be in a named state that matches its report, and no process may be ' +
      'left.',
  ];
}

/** The commit of the results: it shows when a page is older than its code. */
function commitsOf(sessions: ChaosResult['sessions']): string {
  const commits = [...new Set(sessions.flatMap(({ commit }) => commit ?? []))];
  return commits.length === 0 ? '' : `commit ${commits.join(', ')}, `;
}

function figures({ runs: played, notPlayed, unobserved }: ChaosResult): string[] {
  const all = figuresOf(played);
  const outcomes = Object.entries(all.outcomes).map(([name, count]) => `${count} ${name}`);
  const rows: readonly (readonly [string, string])[] = [
    ['promises broken', `${all.broken} in ${counted(all.runs, 'run')}`],
    ['runs ended', outcomes.join(', ')],
    ['could not be played, or judged in part', `${notPlayed.length}, ${unobserved.length}`],
    [
      'what came in the way',
      `${all.faults} faults, ${all.kills} killed workers, ${all.hung} hung ones that came back, ${all.answersLost} lost answers, ${all.aborts} aborts`,
    ],
    ['worker killed → work goes on (same host)', resumedRow(all.resumedMs)],
    ['processes that outlived their worker', String(all.orphans)],
    ['things sent, made or installed twice', String(all.twice)],
    ['rollbacks that restored the node', rollbacksRow(all)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`)];
}

function rollbacksRow({ rollbacks }: ChaosFigures): string {
  const { taken, byThemselves, restored, fromNew } = rollbacks;
  return `${restored} of ${taken}: ${byThemselves} by themselves; ${fromNew} from the new version, the others from what had come in between`;
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
