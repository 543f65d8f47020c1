import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MatrixCell, MatrixResult } from '../../../lab/chaos/matrix-result.js';
import { shapeNamed, shapeNames, type ShapeName } from '../../../lab/chaos/shapes.js';
import { Interrupter } from '../../../lab/interruptions/interrupter.js';
import { stepOrders, type StepName, type StepsName } from '../../../src/planning/node-steps.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { cellOf, columns, orders } from '../kill-matrix/cells.js';
import { columnsToPlay, playColumn, prepareForMatrix } from '../kill-matrix/play-matrix.js';
import { ways } from '../kill-matrix/ways.js';

/** One order alone: `SLIPWAY_MATRIX=legacy`. */
const chosen = process.env['SLIPWAY_MATRIX'];
const played = new Map<string, MatrixCell>();
const resumedMs: number[] = [];
const violations: string[] = [];
const ordersOn = (shape: ShapeName): readonly StepsName[] =>
  orders.filter((order) => ways[order]?.shape === shape && (!chosen || chosen === order));
const shapes = shapeNames.filter((shape) => ordersOn(shape).length > 0);
const keyOf = (order: StepsName, step: StepName, column: string): string => `${order} ${step} ${column}`;

/** Only here: a worker that dies, an answer that is lost, a failure and an abort, at every step of every order. */
describe.each(shapes)('on a lab of the shape %s', (shape) => {
  const todo = ordersOn(shape).flatMap((order) => columnsToPlay(order).map((column) => ({ order, column })));
  let stage: Interrupter;

  beforeAll(async () => {
    const { lab, prepare } = shapeNamed(shape);
    stage = await Interrupter.start({ name: `matrix-${shape.replaceAll('.', '-')}`, ...lab });
    await prepare?.(stage.world);
    await prepareForMatrix(stage.world);
  }, 240_000);

  afterAll(async () => {
    await stage.stop();
  }, 120_000);

  it.each(todo)(
    '$order, $column: the same end, or a halt with a name, at each step',
    async ({ order, column }) => {
      const result = await playColumn(stage, { order, column });
      resumedMs.push(...result.resumedMs);
      for (const [step, cell] of result.cells) played.set(keyOf(order, step, column), cell);
      const bad = [...result.cells].filter(([, { kind }]) => kind === 'broken' || kind === 'not reached');
      expect(bad).toEqual([]);
    },
    3_600_000,
  );

  it('keeps every promise the watcher can see', async () => {
    const { violations: found } = await stage.stop();
    violations.push(...found.map(({ promise, at, what }) => `${promise} at ${at}: ${what}`));
    expect(found).toEqual([]);
  }, 180_000);
});

afterAll(() => {
  const result: MatrixResult = {
    endedAt: new Date().toISOString(),
    columns,
    orders: orders.map((name) => ({
      name,
      rows: stepOrders[name].map((step) => ({
        step,
        cells: columns.map((column) => cellShown(name, step, column)),
      })),
    })),
    violations,
    resumedMs,
  };
  const folder = path.join(projectRoot, '.slipway');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'kill-matrix.json'), `${JSON.stringify(result, null, 2)}\n`);
});

function cellShown(order: StepsName, step: StepName, column: (typeof columns)[number]): MatrixCell {
  const planned = cellOf(order, step, column);
  if (planned.kind === 'elsewhere') return { kind: 'elsewhere', note: planned.note };
  return played.get(keyOf(order, step, column)) ?? { kind: 'not reached', note: 'it was not played' };
}
