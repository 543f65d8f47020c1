import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { stepOrders, steps, type StepName } from '../../../src/planning/node-steps.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { cellOf, columns, orders } from '../../scenarios/kill-matrix/cells.js';
import { ways } from '../../scenarios/kill-matrix/ways.js';

const all = orders.flatMap((order) =>
  stepOrders[order].flatMap((step) =>
    columns.map((column) => ({ order, step, column, cell: cellOf(order, step, column) })),
  ),
);

describe('the kill matrix', () => {
  test.each(Object.keys(steps) as StepName[])(
    'plays %s in each of its columns, or names who does',
    (step) => {
      const mine = all.filter((one) => one.step === step);
      for (const column of columns)
        expect(mine.filter((one) => one.column === column && !isSameElsewhere(one.cell))).not.toEqual([]);
    },
  );

  test.each(orders)('knows how a node comes to go through %s, where it plays anything of it', (order) => {
    const isPlayed = all.some((one) => one.order === order && one.cell.kind === 'played');
    expect(ways[order] !== undefined).toBe(isPlayed);
  });

  test('kills the worker at every step that is played, whoever else does', () => {
    const kills = all.filter(({ column, cell }) => column.startsWith('killed') && !isSameElsewhere(cell));
    expect(kills.filter(({ cell }) => cell.kind !== 'played')).toEqual([]);
  });

  const cited = all.flatMap(({ cell }) => (cell.kind === 'elsewhere' && cell.file ? [cell] : []));
  test.each(cited.map(({ file = '', words = '' }) => [file, words] as const))('%s has %s', (file, words) => {
    expect(readFileSync(path.join(projectRoot, file), 'utf8')).toContain(words);
  });
});

function isSameElsewhere(cell: ReturnType<typeof cellOf>): boolean {
  return cell.kind === 'elsewhere' && cell.note.startsWith('the step is the same');
}
