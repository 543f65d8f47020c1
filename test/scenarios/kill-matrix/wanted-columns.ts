import type { Interruption } from '../../../lab/interruptions/interruption.js';
import { columns } from './cells.js';
import { orderNames, type MatrixOrder } from './orders.js';
import type { Column } from './play-matrix.js';

/** Of all words this one alone is no part of the matrix. */
const rest = 'rest';

/**
 * Reads which part of the matrix is wanted: `legacy`, `back: killed before`, several with commas between. `rest`: all but the columns
 * that ended well before. Empty: all.
 *
 * @param isWhole whether a column of an order ended well before.
 * @throws Error when a word names no order, or no column.
 */
export function wantedColumns(
  text: string,
  isWhole: (order: MatrixOrder, column: Interruption) => boolean,
): (column: Column) => boolean {
  const words = text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  const parts = words.filter((word) => word !== rest).map(partOf);
  const onlyRest = words.includes(rest);
  return ({ order, column }) =>
    (parts.length === 0 ||
      parts.some((one) => one.order === order && (one.column === undefined || one.column === column))) &&
    !(onlyRest && isWhole(order, column));
}

function partOf(word: string): { readonly order: string; readonly column: string | undefined } {
  const [order = '', column] = word.split(':').map((one) => one.trim());
  const names: readonly string[] = orderNames;
  const known: readonly string[] = columns;
  if (!names.includes(order))
    throw new Error(
      `SLIPWAY_MATRIX: no order is called "${order}". There are: ${names.join(', ')}, ${rest}.`,
    );
  if (column !== undefined && !known.includes(column))
    throw new Error(`SLIPWAY_MATRIX: no column is called "${column}". There are: ${known.join(', ')}.`);
  return { order, column };
}
