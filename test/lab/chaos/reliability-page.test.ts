import { describe, expect, test } from '@jest/globals';
import {
  figuresOf,
  stillToPlay,
  together,
  withVerdict,
  type ChaosResult,
  type JudgedRun,
} from '../../../lab/chaos/chaos-result.js';
import type { MatrixResult } from '../../../lab/chaos/matrix-result.js';
import { matrixPage } from '../../../lab/chaos/matrix-page.js';
import { reliabilityPage } from '../../../lab/chaos/reliability-page.js';
import { brokenText, drawnText, lastLine, outcomeText } from '../../../lab/chaos/run-text.js';
import type { Verdict } from '../../../lab/watcher/watch.js';

const node = 'k8s-work-1';
const point = { node, step: 'drain', what: 'killed during' } as const;

function run(index: number, more: Partial<JudgedRun> = {}): JudgedRun {
  const drawn = {
    seed: 7,
    index,
    shape: 'small',
    nodes: [node],
    faults: [],
    points: [point],
    decisions: [],
    onFailure: 'ask',
  } as const;
  const from = Date.UTC(2026, 0, 1, 0, index);
  return {
    drawn,
    from,
    until: from + 20_000,
    outcome: 'done',
    says: '',
    happened: [{ point, sign: 'change', resumedMs: 2_500, orphans: [] }],
    notReached: [],
    fired: [],
    decided: [],
    rollbacks: { taken: 0, byThemselves: 0, restored: 0, fromNew: 0 },
    broken: [],
    ...more,
  };
}

const result = (runs: readonly JudgedRun[], more: Partial<ChaosResult> = {}): ChaosResult => ({
  sessions: [{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T01:00:00.000Z' }],
  runs,
  notPlayed: [],
  unobserved: [],
  ...more,
});
const broken = { promise: 'I6', what: 'sent twice' } as const;

describe('the watcher’s findings', () => {
  test('are assigned to the run in which they happened', () => {
    const at = new Date(Date.UTC(2026, 0, 1, 0, 2, 10)).toISOString();
    const verdict = { violations: [{ ...broken, about: node, at }] } as unknown as Verdict;
    expect(withVerdict([run(1), run(2), run(3)], verdict).map((one) => one.broken)).toEqual([
      [],
      [broken],
      [],
    ]);
  });
});

describe('merged results', () => {
  const lost = { seed: 7, index: 3, why: 'no disk' };

  test('have each run once, as it was played last', () => {
    const again = run(1, { outcome: 'halted' });
    const all = together(result([run(1), run(2)], { notPlayed: [lost] }), result([again, run(3)]));
    expect(all).toEqual({
      ...result([run(2), again, run(3)]),
      sessions: [...result([]).sessions, ...result([]).sessions],
    });
  });

  test('keep the result of a run that could not be repeated', () => {
    const all = together(result([run(3)]), result([], { notPlayed: [lost] }));
    expect(all.runs).toEqual([run(3)]);
    expect(all.notPlayed).toEqual([lost]);
  });

  test('leave what they lack to be played', () => {
    const all = [run(1), run(2), run(3)].map(({ drawn }) => drawn);
    const left = stillToPlay(all, result([run(2)], { notPlayed: [lost] }));
    expect(left.map(({ index }) => index)).toEqual([1, 3]);
  });
});

describe('the figures', () => {
  test('count the interruptions, and the ends', () => {
    const rolledBack = run(2, {
      outcome: 'halted',
      fired: ['a', 'b'],
      rollbacks: { taken: 2, byThemselves: 1, restored: 1, fromNew: 1 },
      broken: [broken],
    });
    expect(figuresOf([run(1), rolledBack])).toEqual({
      runs: 2,
      broken: 1,
      outcomes: { done: 1, halted: 1 },
      kills: 2,
      answersLost: 0,
      hung: 0,
      aborts: 0,
      faults: 2,
      resumedMs: [2_500, 2_500],
      orphans: 0,
      twice: 1,
      rollbacks: { taken: 2, byThemselves: 1, restored: 1, fromNew: 1 },
    });
  });
});

describe('the lines', () => {
  test('say what is drawn, and what became of it', () => {
    expect(drawnText(run(3).drawn)).toBe('#3 small: k8s-work-1 · killed during drain of k8s-work-1');
    expect(outcomeText(run(3))).toBe('done · went on after 2.5 s · 20 s');
  });

  test('say how a run that broke a promise is played again', () => {
    expect(brokenText(run(3))).toEqual([]);
    expect(brokenText(run(3, { broken: [broken] }))).toEqual([
      '#3 broke I6: sent twice',
      '#3 again: npm run chaos -- --seed 7 --only 3',
    ]);
  });

  test.each([
    [result([run(1), run(2)]), '2 runs, 0 promises broken'],
    [result([run(1, { broken: [broken] })]), '1 run, 1 promise broken'],
    [
      result([run(1)], { notPlayed: [{ seed: 7, index: 2, why: 'no disk' }] }),
      '1 run, 0 promises broken, 1 could not be played',
    ],
  ])('end with how many promises were broken', (all, line) => {
    expect(lastLine(all)).toBe(line);
  });
});

describe('the page', () => {
  const matrix: MatrixResult = {
    columns: ['killed before', 'fails'],
    orders: [
      {
        name: 'legacy',
        rows: [
          {
            step: 'drain',
            cells: [{ kind: 'same end' }, { kind: 'named halt', note: 'the node is undone' }],
          },
          {
            step: 'soak',
            cells: [{ kind: 'not played' }, { kind: 'named halt', note: 'the node is undone' }],
          },
        ],
      },
    ],
    played: [
      {
        order: 'legacy',
        column: 'fails',
        startedAt: '2026-01-02T00:00:00.000Z',
        endedAt: '2026-01-03T00:00:00.000Z',
        cells: {},
        resumedMs: [4_000],
        violations: [],
      },
    ],
  };

  test('shows date, seed, figures and runs', () => {
    const page = reliabilityPage(
      result([run(2), run(1, { says: 'a | b', outcome: 'halted', broken: [broken] })]),
    );
    expect(page).toContain('played on 2026-01-01: 2 runs of seed 7, 60 minutes, on');
    expect(page).toContain('| promises broken | 1 in 2 runs |');
    expect(page).toContain(
      '| 1 | small | killed during drain of k8s-work-1 | halted: a \\| b; 20 s; **I6: sent twice** |\n| 2 |',
    );
    expect(page).toContain('2.5 s median, 2.5 s p95, 2.5 s at most (2 kills)');
  });

  test('names the commit: it shows when a page is older than its code', () => {
    const [session] = result([]).sessions;
    if (!session) throw new Error('there is no session');
    const sessions = [session, { ...session, commit: 'e6b046c' }, { ...session, commit: '0b058e2+' }];
    expect(reliabilityPage(result([run(1)], { sessions }))).toContain(
      '180 minutes, commit e6b046c, 0b058e2+, on',
    );
  });

  test('of the matrix has its dates, its kills, and how many cells there are', () => {
    const page = matrixPage(matrix);
    expect(page).toContain(
      '| cells | 3 cells played from 2026-01-02 to 2026-01-03: 1 ended as without it, 2 halted with a name; 0 are played elsewhere, 1 not played yet |',
    );
    expect(page).toContain('4.0 s median, 4.0 s p95, 4.0 s at most (1 kill)');
  });

  test('shows the matrix, each note once', () => {
    const page = matrixPage(matrix);
    expect(page).toContain('| drain | ✓ | halt (1) |\n| soak |  | halt (1) |');
    expect(page.match(/the node is undone/g)).toHaveLength(1);
  });

  test('shows of a cell that is played elsewhere where, and why that is the same', () => {
    const cell = { kind: 'elsewhere', where: 'back: drain', note: 'it is the same' } as const;
    const orders = [{ name: 'legacy', rows: [{ step: 'cordon', cells: [cell, cell] }] }];
    const page = matrixPage({ ...matrix, orders });
    expect(page).toContain('| cordon | → back: drain (1) | → back: drain (1) |');
    expect(page).toContain('\n1. it is the same\n');
  });

  test('counts what broke in the matrix, and names what the watcher saw', () => {
    const [legacy] = matrix.orders;
    const [fails] = matrix.played;
    if (!legacy || !fails) throw new Error('there is no matrix');
    const rows = [
      { step: 'drain', cells: [{ kind: 'broken', note: 'x' } as const, { kind: 'same end' } as const] },
    ];
    const page = matrixPage({
      ...matrix,
      orders: [{ ...legacy, rows }],
      played: [{ ...fails, violations: ['I2 at noon: no quorum'] }],
    });
    expect(page).toContain('| broken | 2 |');
    expect(page).toContain('* in legacy, fails: I2 at noon: no quorum');
  });

  test('shows runs of several seeds, played on several days', () => {
    const other = run(1);
    const later = [
      ...result([]).sessions,
      { startedAt: '2026-02-01T00:00:00.000Z', endedAt: '2026-02-01T00:30:00.000Z' },
    ];
    const page = reliabilityPage(
      result([{ ...other, drawn: { ...other.drawn, seed: 9 } }, run(1)], { sessions: later }),
    );
    expect(page).toContain('from 2026-01-01 to 2026-02-01: 2 runs of seeds 7, 9, 90 minutes');
    expect(page).toMatch(/\| 7\/1 \| small[^\n]*\n\| 9\/1 \| small/);
  });
});
