import { advise, describe, holdSentence } from '../../planning/describe.js';
import type { Hold } from '../../planning/run-result.js';
import { count, moment } from '../../planning/phrases.js';
import type { Freeze, WaitingOffer } from '../../workflows/messages.js';
import type { QueueSight } from '../temporal/cluster-queue.js';
import type { RunLine } from '../temporal/list-runs.js';
import { sentence } from '../sentence.js';
import { durationText } from './time-text.js';

/** A cluster's queue as `slipway queue` shows it; with `--json` it is printed as it is. */
export interface QueueView {
  readonly cluster: string;
  /** False: somebody ended its queue; the next upgrade starts it again. */
  readonly running: boolean;
  readonly open: OpenRun | null;
  /** What keeps it from taking another run, and what to type. */
  readonly hold: (Hold & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** What was merged and may not begin yet. */
  readonly waiting: WaitingOffer | null;
  /** Who keeps runs from beginning, if anybody does. */
  readonly frozen: (Freeze & { readonly sentence: string; readonly advice: readonly string[] }) | null;
  /** The newest first. */
  readonly runs: readonly RunLine[];
}

export interface OpenRun {
  readonly run: number;
  readonly target: string;
  /** ISO time. */
  readonly since: string;
  /** What it waits for, roughly. */
  readonly waitsFor: string;
  readonly phase: RunLine['phase'] | null;
}

/** Puts together what the queue's memo and the list of runs tell. */
export function queueView(
  { cluster, running, memo }: QueueSight,
  runs: readonly RunLine[],
  address: (node: string) => string | undefined,
): QueueView {
  const { open, hold, waiting = null, frozen = null } = memo;
  const line = open ? runs.find((one) => one.run === open.run && one.outcome === 'open') : undefined;
  return {
    cluster,
    running,
    open: open && {
      ...open,
      phase: line?.phase ?? null,
      waitsFor: line?.waitingFor ?? (line?.phase ? 'its next decision' : 'a worker to begin it'),
    },
    hold: hold && {
      ...hold,
      sentence: sentence(holdSentence(hold, cluster)),
      advice: holdAdvice(hold, cluster, address),
    },
    waiting,
    frozen: frozen && { ...frozen, ...frozenWords(frozen, cluster) },
    runs,
  };
}

function frozenWords(frozen: Freeze, cluster: string): { sentence: string; advice: string[] } {
  const reason = { kind: 'frozen', cluster, ...frozen } as const;
  return { sentence: sentence(describe(reason)), advice: advise(reason, { cluster }) };
}

/** What can be typed about a hold, each line once. */
export function holdAdvice(
  { reasons, run }: Hold,
  cluster: string,
  address?: (node: string) => string | undefined,
): string[] {
  const context = { cluster, run, ...(address ? { address } : {}) };
  const lines = reasons.flatMap((reason) => advise(reason, context));
  return [
    ...new Set(
      lines.length > 0 ? lines : [`slipway release ${cluster} --why "…"  # once the cluster is well`],
    ),
  ];
}

/** A queue in one line, as `status` begins. */
export function queueLine({ cluster, memo, running }: QueueSight): string {
  const { hold, open, lastRun, waiting, frozen } = memo;
  if (!running) return endedLine(cluster);
  const waits = waiting ? ` Talos ${waiting.target} was merged and waits.` : '';
  if (hold) return `${holdSentence(hold, cluster)}.${waits}`;
  if (open) return `${cluster}: run ${open.run} is open, to Talos ${open.target}.${waits}`;
  if (frozen) return `${sentence(describe({ kind: 'frozen', cluster, ...frozen }))}${waits}`;
  return lastRun > 0
    ? `${cluster}: no run is open; the last one was run ${lastRun}.`
    : `${cluster}: no run yet.`;
}

/** A queue with its last runs. `now` in milliseconds. */
export function queueText(view: QueueView, now: number): string {
  const { cluster, running, open, hold, waiting, frozen, runs } = view;
  return [
    running ? headLine(view) : endedLine(cluster),
    ...(open ? openLines(cluster, open, now) : []),
    ...(hold ? [`  ✗ ${hold.sentence}`, ...more(hold), ...hold.advice.map((line) => `      ${line}`)] : []),
    ...(frozen ? [`  ✗ ${frozen.sentence}`, ...frozen.advice.map((line) => `      ${line}`)] : []),
    ...(waiting ? [waitingLine(waiting, now)] : []),
    ...runLines(runs),
  ].join('\n');
}

function waitingLine({ target, since, commit }: WaitingOffer, now: number): string {
  const merged = commit === undefined ? '' : `, commit ${commit.slice(0, 12)}`;
  return `  ○ Talos ${target}${merged}, merged, for ${durationText(now - Date.parse(since))}: begins by itself once it may`;
}

function headLine({ cluster, open, hold, frozen, runs }: QueueView): string {
  if (hold) return `${cluster}  held: no run is taken until somebody releases it`;
  if (open)
    return `${cluster}  run ${open.run} is open; another is refused until it ends, and what is merged waits`;
  if (frozen) return `${cluster}  frozen: no run begins until somebody lifts it`;
  return `${cluster}  free: takes the next run${runs.length === 0 ? ', its first that is still on record' : ''}`;
}

function endedLine(cluster: string): string {
  return `${cluster}: its queue was ended from outside. The next slipway upgrade starts it again, with what it remembers.`;
}

function openLines(cluster: string, { run, target, since, phase, waitsFor }: OpenRun, now: number): string[] {
  const time = durationText(now - Date.parse(since));
  return [
    `  ● run ${run} to Talos ${target}, for ${time}: ${phase ? `${phase}, ` : ''}waits for ${waitsFor}`,
    `      slipway status ${cluster}  # which node, for what in particular, and until when`,
  ];
}

/** A hold's sentence tells its first reason. */
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
