import type { Interruption } from '../interruptions/interruption.js';
import type { Verdict } from '../watcher/watch.js';
import type { DrawnRun } from './draw-run.js';
import type { Broken } from './judge-run.js';
import type { PlayedRun } from './play-run.js';

/** All runs of one `npm run chaos`, or of several merged results. */
export interface ChaosResult {
  /** ISO times and commits of each session; a `+` marks uncommitted changes. */
  readonly sessions: readonly {
    readonly startedAt: string;
    readonly endedAt: string;
    readonly commit?: string;
  }[];
  readonly runs: readonly JudgedRun[];
  /** Runs without a result because the lab failed. */
  readonly notPlayed: readonly NotPlayed[];
  /** What the watcher could not judge, in sentences. */
  readonly unobserved: readonly string[];
}

/** A run with the watcher's findings. */
export type JudgedRun = PlayedRun;

export interface NotPlayed extends Pick<DrawnRun, 'seed' | 'index'> {
  readonly why: string;
}

export const nothingPlayed: ChaosResult = { sessions: [], runs: [], notPlayed: [], unobserved: [] };

/** Merges earlier and new results. A run that was played twice counts as it was played last. */
export function together(before: ChaosResult, now: ChaosResult): ChaosResult {
  const again = keysOf(now);
  const played = keysOf({ runs: now.runs, notPlayed: [] });
  return {
    sessions: [...before.sessions, ...now.sessions],
    runs: [...before.runs.filter(({ drawn }) => !played.has(keyOf(drawn))), ...now.runs],
    notPlayed: [...before.notPlayed.filter((one) => !again.has(keyOf(one))), ...now.notPlayed],
    unobserved: [...before.unobserved, ...now.unobserved],
  };
}

/** The drawn runs that a result does not have yet. */
export function stillToPlay(drawn: readonly DrawnRun[], { runs }: ChaosResult): readonly DrawnRun[] {
  const played = keysOf({ runs, notPlayed: [] });
  return drawn.filter((one) => !played.has(keyOf(one)));
}

function keysOf({ runs, notPlayed }: Pick<ChaosResult, 'runs' | 'notPlayed'>): ReadonlySet<string> {
  return new Set([...runs.map(({ drawn }) => keyOf(drawn)), ...notPlayed.map(keyOf)]);
}

function keyOf({ seed, index }: Pick<DrawnRun, 'seed' | 'index'>): string {
  return `${seed}/${index}`;
}

/** Assigns the watcher's findings to the runs in which they happened. A finding between two runs belongs to the earlier one. */
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

/** The figures of `docs/reliability.md`. */
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
  /** Milliseconds from each kill until the next worker was given a step, the shortest first. */
  readonly resumedMs: readonly number[];
  readonly orphans: number;
  /** Findings of a duplicate request, replacement or install. */
  readonly twice: number;
  readonly rollbacks: PlayedRun['rollbacks'];
}

/** Promises about duplicates. */
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
      byThemselves: sum(({ rollbacks }) => rollbacks.byThemselves),
      restored: sum(({ rollbacks }) => rollbacks.restored),
      fromNew: sum(({ rollbacks }) => rollbacks.fromNew),
    },
  };
}
