import { describe } from '../../planning/reasons/describe.js';
import type { Hold } from '../../planning/report/run-result.js';
import { count, moment } from '../../planning/text/phrases.js';
import type { RunLine } from '../../runs/temporal/list-runs.js';
import { endedLine, type OpenRun, type QueueView } from '../../runs/view/queue-view.js';
import { sentence } from '../../planning/text/sentence.js';
import { durationText } from '../../runs/view/time-text.js';

/** A queue with its last runs. `now` in milliseconds. */
export function queueText(view: QueueView, now: number): string {
  const { cluster, running, open, hold, waiting, frozen, blockedVersions, lifted, runs } = view;
  return [
    running ? headLine(view) : endedLine(cluster),
    ...(open ? openLines(cluster, open, now) : []),
    ...(hold ? [`  ✗ ${hold.sentence}`, ...more(hold), ...hold.advice.map((line) => `      ${line}`)] : []),
    ...(frozen ? [`  ✗ ${frozen.sentence}`, ...frozen.advice.map((line) => `      ${line}`)] : []),
    ...(waiting ? [waitingLine(waiting, now)] : []),
    ...(waiting?.blockedVersion
      ? []
      : blockedVersions.slice(0, 3).map(({ sentence: text }) => `  ○ ${text}`)),
    ...lifted.map((line) => `  ${line}`),
    ...runLines(runs),
  ].join('\n');
}

function waitingLine({ since, sentence: text }: NonNullable<QueueView['waiting']>, now: number): string {
  return `  ○ for ${durationText(now - Date.parse(since))}: ${text}`;
}

function headLine({ cluster, open, hold, frozen, runs }: QueueView): string {
  if (hold) return `${cluster}  held: no run is taken until somebody releases it`;
  if (open)
    return `${cluster}  run ${open.run} is open; another is refused until it ends, and what is merged waits`;
  if (frozen) return `${cluster}  frozen: no run begins until somebody lifts it`;
  return `${cluster}  free: takes the next run${runs.length === 0 ? ', its first that is still on record' : ''}`;
}

function openLines(cluster: string, { run, target, since, phase, waitsFor }: OpenRun, now: number): string[] {
  const time = durationText(now - Date.parse(since));
  return [
    `  ● run ${run} to Talos ${target}, for ${time}: ${phase ? `${phase}, ` : ''}waits for ${waitsFor}`,
    `      slipway status ${cluster}  # which node, for what in particular, and until when`,
  ];
}

/** The sentence of a hold names its first reason already. */
function more({ reasons }: Hold): string[] {
  return reasons.slice(1).map((reason) => `    ${sentence(describe(reason))}`);
}

function runLines(runs: readonly RunLine[]): string[] {
  if (runs.length === 0) return ['  no run of it is on record'];
  const rows = runs.map(({ run, target, outcome, startedAt, endedAt }) => [
    `run ${run}`,
    target ?? '',
    outcome,
    moment(startedAt),
    endedAt ? durationText(Date.parse(endedAt) - Date.parse(startedAt)) : '',
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    `  ${runs.length === 1 ? 'its last run' : `its last ${count(runs.length, 'run')}, the newest first`}`,
    ...rows.map((row) =>
      `    ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
    ),
  ];
}
