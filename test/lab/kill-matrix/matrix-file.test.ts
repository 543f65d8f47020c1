import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, test } from '@jest/globals';
import type { MatrixCell, MatrixResult, PlayedColumn } from '../../../lab/chaos/matrix-result.js';
import { cellOf, columns } from '../../scenarios/kill-matrix/cells.js';
import {
  addPlayed,
  isWhole,
  matrixOf,
  merged,
  playedBefore,
} from '../../scenarios/kill-matrix/matrix-file.js';
import { matrixLabs, withViolations } from '../../scenarios/kill-matrix/matrix-labs.js';
import { orderNames, orders, type MatrixOrder } from '../../scenarios/kill-matrix/orders.js';
import { columnsToPlay } from '../../scenarios/kill-matrix/play-matrix.js';
import { wantedColumns } from '../../scenarios/kill-matrix/wanted-columns.js';

const well: MatrixCell = { kind: 'same end' };

/** A column whose cells all succeeded, except for the given ones. */
function played(
  order: MatrixOrder,
  column: PlayedColumn['column'] = 'twice',
  more: Partial<PlayedColumn> = {},
): PlayedColumn {
  const own = orders[order].filter((step) => cellOf(order, step, column as 'twice').kind === 'played');
  const { cells = {}, ...rest } = more;
  return {
    order,
    column,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:10:00.000Z',
    cells: { ...Object.fromEntries(own.map((step) => [step, well])), ...cells },
    resumedMs: [],
    violations: [],
    ...rest,
  };
}

const cellIn = (matrix: MatrixResult, order: string, step: string, column: string): MatrixCell | undefined =>
  matrix.orders
    .find(({ name }) => name === order)
    ?.rows.find((row) => row.step === step)
    ?.cells.at(matrix.columns.indexOf(column));

describe('the file of the matrix', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-matrix-file-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps earlier results, and replaces repeated ones', () => {
    const file = path.join(folder, 'deeper', 'matrix.json');
    expect(playedBefore(file)).toEqual([]);
    const bad = played('legacy', 'twice', { cells: { drain: { kind: 'broken', note: 'x' } } });
    addPlayed(file, [bad, played('rollback-in-place')]);
    addPlayed(file, [played('legacy')]);
    expect(playedBefore(file)).toEqual([played('rollback-in-place'), played('legacy')]);
    const matrix = JSON.parse(readFileSync(file, 'utf8')) as MatrixResult;
    expect(cellIn(matrix, 'legacy', 'drain', 'twice')).toEqual(well);
  });

  it('has a cell for each step of each order in each column, whoever plays it', () => {
    const matrix = matrixOf([]);
    expect(matrix.orders.map(({ name }) => name)).toEqual(orderNames);
    const cells = matrix.orders.flatMap(({ rows }) => rows.map((row) => row.cells.length));
    expect(new Set(cells)).toEqual(new Set([columns.length]));
    expect(cellIn(matrix, 'legacy', 'drain', 'killed before')).toEqual({ kind: 'not played' });
    expect(cellIn(matrix, 'legacy', 'install', 'fails')?.kind).toBe('elsewhere');
  });

  it('reports the last result of a piece that was played twice', () => {
    const again = played('legacy', 'twice', { endedAt: '2026-01-02T00:00:00.000Z' });
    expect(merged([played('legacy'), played('rollback-in-place')], [again])).toEqual([
      played('rollback-in-place'),
      again,
    ]);
  });
});

describe('a column has come to a good end', () => {
  test.each<[string, boolean, readonly PlayedColumn[]]>([
    ['where each of its cells has', true, [played('legacy')]],
    ['not where nobody played it', false, [played('rollback-in-place')]],
    ['not where a cell broke', false, [played('legacy', 'twice', { cells: { drain: { kind: 'broken' } } })]],
    ['not where a promise was broken meanwhile', false, [played('legacy', 'twice', { violations: ['I2'] })]],
    ['not where a step is new', false, [{ ...played('legacy'), cells: { drain: well } }]],
  ])('%s', (_name, whole, all) => expect(isWhole(all, 'legacy', 'twice')).toBe(whole));
});

describe('the part of the matrix that is wanted', () => {
  const some = (text: string, whole = false): string[] =>
    matrixLabs(wantedColumns(text, () => whole)).flatMap(({ columns: all }) =>
      all.map(({ order, column }) => `${order}: ${column}`),
    );

  it('is all of it where nothing is said, each column on one lab', () => {
    const every = orderNames.flatMap((order) => columnsToPlay(order).map((column) => `${order}: ${column}`));
    expect(some('').toSorted()).toEqual(every.toSorted());
  });

  it('is an order, a column of one, or several', () => {
    expect(some('rollback-in-place: twice')).toEqual(['rollback-in-place: twice']);
    expect(new Set(some('rollback-run, probed').map((one) => one.split(':')[0]))).toEqual(
      new Set(['rollback-run', 'probed']),
    );
  });

  it('is what is left where that is wanted', () => {
    expect(some('rest')).toEqual(some(''));
    expect(some('rest', true)).toEqual([]);
    expect(some('rollback-in-place: twice, rest', true)).toEqual([]);
    expect(some('rollback-in-place: twice', true)).toEqual(['rollback-in-place: twice']);
  });

  test.each(['lifecycles', 'rollback-in-place: killed'])('is nothing that nobody knows: %s', (text) => {
    expect(() => wantedColumns(text, () => false)).toThrow(/SLIPWAY_MATRIX: no (order|column) is called/);
  });
});

describe('the watcher’s findings', () => {
  it('are assigned to the column during which they happened', () => {
    const second = played('rollback-in-place', 'twice', { startedAt: '2026-01-01T00:20:00.000Z' });
    const found = [
      { promise: 'I2', at: '2026-01-01T00:21:00.000Z', what: 'no quorum' },
      { promise: 'I5', at: '2025-12-31T23:59:00.000Z', what: 'cordoned' },
    ];
    expect(withViolations([played('legacy'), second], found).map(({ violations }) => violations)).toEqual([
      ['I5 at 2025-12-31T23:59:00.000Z: cordoned'],
      ['I2 at 2026-01-01T00:21:00.000Z: no quorum'],
    ]);
  });
});
