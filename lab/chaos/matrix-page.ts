import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { matrixFigures, type MatrixFigures, type MatrixResult } from './matrix-result.js';
import { matrixText } from './matrix-text.js';
import { datesOf, resumedRow } from './page-figures.js';
import { counted } from './run-text.js';

/** Writes docs/kill-matrix.md from the recorded results. */
export function writeMatrixPage(matrix: MatrixResult): void {
  writeFileSync(path.join(projectRoot, 'docs/kill-matrix.md'), matrixPage(matrix));
}

/** The whole page. */
export function matrixPage(matrix: MatrixResult): string {
  const figures = matrixFigures(matrix);
  return [
    '# The kill matrix, as it was played last',
    '',
    'The scenario `kill-matrix` wrote this of what it played. Nobody edits it. Each cell has a run of its own, in which something comes in the way of ' +
      'that step; an independent watcher judges the promises (ARCHITECTURE) from outside.',
    '',
    '| | |',
    '|---|---|',
    `| broken | ${figures.broken} |`,
    `| cells | ${matrixRow(figures)} |`,
    `| worker killed → work goes on (same host) | ${resumedRow(figures.resumedMs)} |`,
    '',
    ...matrixText(matrix),
  ].join('\n');
}

function matrixRow({ cells, from, until }: MatrixFigures): string {
  const played = cells['same end'] + cells['named halt'] + cells.broken + cells['not reached'];
  const when = from === undefined ? '' : ` ${datesOf([from, until ?? from])}`;
  const left = cells['not played'] === 0 ? '' : `, ${cells['not played']} not played yet`;
  return (
    `${counted(played, 'cell')} played${when}: ${cells['same end']} ended as without it, ${cells['named halt']} halted with a name; ` +
    `${cells.elsewhere} are played elsewhere${left}`
  );
}
