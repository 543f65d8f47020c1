import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { steps, type StepName } from '../../../src/planning/steps/node-steps.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { cellOf, columns, type PlannedCell } from '../../scenarios/kill-matrix/cells.js';
import { orderNames, orders } from '../../scenarios/kill-matrix/orders.js';
import { shares } from '../../scenarios/kill-matrix/shares.js';
import { ways } from '../../scenarios/kill-matrix/ways.js';

const all = orderNames.flatMap((order) =>
  orders[order].flatMap((step) =>
    columns.map((column) => ({ order, step, column, cell: cellOf(order, step, column) })),
  ),
);

describe('the kill matrix', () => {
  test.each(Object.keys(steps) as StepName[])(
    'plays %s in each of its columns, or names the test that does',
    (step) => {
      const mine = all.filter((one) => one.step === step);
      for (const column of columns)
        expect(mine.filter((one) => one.column === column && !isOtherCell(one.cell))).not.toEqual([]);
    },
  );

  test.each(orderNames)('knows how a node gets to %s, where it plays any of it', (order) => {
    const isPlayed = all.some((one) => one.order === order && one.cell.kind === 'played');
    expect(ways[order] !== undefined).toBe(isPlayed);
  });

  test('kills the worker at every played step, also where other tests do', () => {
    const kills = all.filter(({ column, cell }) => column.startsWith('killed') && !isOtherCell(cell));
    expect(kills.filter(({ cell }) => cell.kind !== 'played')).toEqual([]);
  });

  test('says why another cell covers each cell that is not played', () => {
    const others = all.filter(({ cell }) => isOtherCell(cell));
    expect(others.length).toBeGreaterThan(0);
    for (const { cell } of others)
      expect(cell).toMatchObject({
        where: expect.stringMatching(/\w/),
        note: expect.stringMatching(/\w+ \w+/),
      });
  });

  test('lets a cell cover others only where it or a separate test is played', () => {
    const hollow = all.filter(({ cell, column }) => {
      if (cell.kind !== 'elsewhere' || 'file' in cell.at) return false;
      return isOtherCell(cellOf(cell.at.order, cell.at.step, column));
    });
    expect(hollow).toEqual([]);
  });

  test.each(orderNames)('shares out only steps that %s has, each once', (order) => {
    const { deaths = [], ends = {} } = shares[order] ?? {};
    const named = Object.entries(ends).flatMap(([step, standsFor]) => [step, ...standsFor]);
    expect(orders[order]).toEqual(expect.arrayContaining([...deaths, ...named]));
    expect(new Set(named).size).toBe(named.length);
  });

  const cited = all.flatMap(({ cell }) => (cell.kind === 'elsewhere' && 'file' in cell.at ? [cell.at] : []));
  test.each(cited.map(({ file, words }) => [file, words] as const))('%s has %s', (file, words) => {
    expect(readFileSync(path.join(projectRoot, file), 'utf8')).toContain(words);
  });
});

function isOtherCell(cell: PlannedCell): boolean {
  return cell.kind === 'elsewhere' && 'order' in cell.at;
}
