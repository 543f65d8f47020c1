import type { Interruption } from '../interruptions/interruption.js';
import type { Verdict } from '../watcher/watch.js';
import type { Broken } from './judge-run.js';
import type { PlayedRun } from './play-run.js';

/** All runs of one `npm run chaos`. */
export interface ChaosResult {
  readonly seed: number;
  /** ISO times. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly runs: readonly JudgedRun[];
  /** Runs that came to nothing because of the lab. */
  readonly notPlayed: readonly { readonly index: number; readonly why: string }[];
  /** What the watcher could not judge, in sentences. */
  readonly unobserved: readonly string[];
}

/** A run with what the watcher says of it, too. */
export type JudgedRun = PlayedRun;

/** Puts what the watcher found to the runs in which it happened. What came between two of them is the earlier one's. */
export function withVerdict(runs: readonly PlayedRun[], { violations }: Verdict): JudgedRun[] {
  const after = violations.map(({ at, promise, what }) => {
    const index = runs.findLastIndex(({ from }) => from <= Date.parse(at));
    return { index: Math.max(0, index), broken: { promise, what } satisfies Broken };
  });
  return runs.map((run, index) => ({
    ...run,
    broken: [...run.broken, ...after.filter((one) => one.index === index).map(({ broken }) => broken)],
  }));
}

/** What `docs/reliability.md` says in figures. */
export interface ChaosFigures {
  readonly runs: number;
  readonly broken: number;
  /** How many runs ended how. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly answersLost: number;
  readonly hung: number;
  readonly aborts: number;
  readonly faults: number;
  /** Milliseconds from each kill until the next worker was given a step, the fewest first. */
  readonly resumedMs: readonly number[];
  readonly orphans: number;
  /** Findings that something was sent, made or installed twice. */
  readonly twice: number;
  readonly rollbacks: { readonly taken: number; readonly restored: number };
}

/** Promises that speak of doing a thing twice. */
const onceOnly = new Set(['I4', 'I6']);

export function figuresOf(runs: readonly JudgedRun[]): ChaosFigures {
  const happened = runs.flatMap((run) => run.happened);
  const broken = runs.flatMap((run) => run.broken);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of runs) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const count = (what: Interruption): number => happened.filter(({ point }) => point.what === what).length;
  const sum = (of: (run: JudgedRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    runs: runs.length,
    broken: broken.length,
    outcomes,
    kills: happened.filter(({ point }) => point.what.startsWith('killed')).length,
    answersLost: count('twice'),
    hung: count('hung'),
    aborts: count('aborted'),
    faults: sum((run) => run.fired.length),
    resumedMs: happened.flatMap(({ resumedMs }) => resumedMs ?? []).toSorted((a, b) => a - b),
    orphans: happened.reduce((total, { orphans }) => total + orphans.length, 0),
    twice: broken.filter(({ promise, what }) => onceOnly.has(promise) && !what.includes('outlived')).length,
    rollbacks: {
      taken: sum(({ rollbacks }) => rollbacks.taken),
      restored: sum(({ rollbacks }) => rollbacks.restored),
    },
  };
}
