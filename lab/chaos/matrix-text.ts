import { interruptions } from '../interruptions/interruption.js';
import type { MatrixCell, MatrixResult } from './matrix-result.js';

const signs: Readonly<Record<MatrixCell['kind'], string>> = {
  'same end': '✓',
  'named halt': 'halt',
  elsewhere: '→',
  broken: '**✗**',
  'not reached': '**?**',
  'not played': '',
};

/** The kill matrix as Markdown: a table for each order of steps, each note once, below. */
export function matrixText({ columns, orders, played }: MatrixResult): string[] {
  const notes: string[] = [];
  const shown = ({ kind, note, where }: MatrixCell): string => {
    const sign = where === undefined ? signs[kind] : `${signs[kind]} ${where}`;
    if (note === undefined) return sign;
    if (!notes.includes(note)) notes.push(note);
    return `${sign} (${notes.indexOf(note) + 1})`;
  };
  const tables = orders.flatMap(({ name, rows }) => [
    `## ${name}`,
    '',
    `| step | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '---|').join('')}`,
    ...rows.map(({ step, cells }) => `| ${step} | ${cells.map(shown).join(' | ')} |`),
    '',
  ]);
  const seen = played.flatMap(({ order, column, violations }) =>
    violations.map((one) => `* in ${order}, ${column}: ${one}`),
  );
  return [
    '✓: it ended as if nothing had come in the way. halt: with a reason that has a name. →: the cell of another order or step, or a test beside the matrix, plays it. ✗, ?: it ' +
      'was neither, or was not reached. Empty: not played yet. Numbers: below.',
    '',
    ...Object.entries(interruptions)
      .filter(([name]) => columns.includes(name))
      .map(([name, does]) => `* ${name}: ${does}`),
    '',
    ...(seen.length > 0 ? ['Promises that the watcher saw broken meanwhile:', '', ...seen, ''] : []),
    ...tables,
    ...notes.map((note, index) => `${index + 1}. ${note}`),
    '',
  ];
}
