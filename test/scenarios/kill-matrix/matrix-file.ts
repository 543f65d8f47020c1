import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { MatrixCell, MatrixResult, PlayedColumn } from '../../../lab/chaos/matrix-result.js';
import { writeAtomically } from '../../../lab/processes/write-atomically.js';
import type { Interruption } from '../../../lab/interruptions/interruption.js';
import type { StepName } from '../../../src/planning/steps/node-steps.js';
import { cellOf, columns } from './cells.js';
import { orderNames, orders, type MatrixOrder } from './orders.js';

/** Columns that were played before, of a file that may not be there. */
export function playedBefore(file: string): readonly PlayedColumn[] {
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as MatrixResult).played;
}

/** Adds columns to a file: a column that was played before is replaced. */
export function addPlayed(file: string, now: readonly PlayedColumn[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeAtomically(file, `${JSON.stringify(matrixOf(merged(playedBefore(file), now)), null, 2)}\n`);
}

/** The later of each. Pure. */
export function merged(before: readonly PlayedColumn[], now: readonly PlayedColumn[]): PlayedColumn[] {
  const isNow = ({ order, column }: PlayedColumn): boolean =>
    now.some((one) => one.order === order && one.column === column);
  return [...before.filter((one) => !isNow(one)), ...now];
}

/** The whole matrix, with what was played of it. Pure. */
export function matrixOf(played: readonly PlayedColumn[]): MatrixResult {
  return {
    columns,
    orders: orderNames.map((name) => ({
      name,
      rows: orders[name].map((step) => ({
        step,
        cells: columns.map((column) => shown(played, name, step, column)),
      })),
    })),
    played,
  };
}

/** Whether each step that a column plays itself has been played, and ended well. Pure. */
export function isWhole(played: readonly PlayedColumn[], order: MatrixOrder, column: Interruption): boolean {
  const found = played.find((one) => one.order === order && one.column === column);
  return (
    found?.violations.length === 0 &&
    orders[order]
      .filter((step) => cellOf(order, step, column).kind === 'played')
      .every((step) => good.has(found.cells[step]?.kind ?? 'not played'))
  );
}

const good: ReadonlySet<MatrixCell['kind']> = new Set<MatrixCell['kind']>(['same end', 'named halt']);

function shown(
  played: readonly PlayedColumn[],
  order: MatrixOrder,
  step: StepName,
  column: Interruption,
): MatrixCell {
  const planned = cellOf(order, step, column);
  if (planned.kind === 'elsewhere') {
    const { kind, where, note } = planned;
    return { kind, where, note };
  }
  const found = played.find((one) => one.order === order && one.column === column);
  return found?.cells[step] ?? { kind: 'not played' };
}
