import type colours from 'picocolors';
import { allSteps } from '../../planning/steps/node-steps.js';
import type { RunView } from '../../runs/view/run-view.js';
import { sentence } from '../../planning/text/sentence.js';
import type { Clock } from '../../runs/view/work-text.js';
import { wrapText } from './wrap-text.js';

export type Paint = ReturnType<typeof colours.createColors>;

/** The run, and the size and style of the progress view it is drawn on. */
export interface Page {
  readonly view: RunView;
  readonly clock: Clock;
  /** Characters a line may have. */
  readonly width: number;
  /** Lines the progress view may have. */
  readonly height: number;
  readonly paint: Paint;
  /** Widths of the columns. */
  readonly columns: { readonly name: number; readonly label: number };
}

export const indent = '  ';
/** If fewer characters are left beside a row, its text is printed under the row instead. */
const textWidthMin = 36;

/** A row's columns. */
export interface Row {
  /** Painted already; one character wide. */
  readonly sign: string;
  readonly name: string;
  /** A version, or the step under way. */
  readonly label: string;
  readonly time: string;
}

/** A row with columns, and a text beside it that wraps within its own column. */
export function rowWithText(
  { columns, width }: Page,
  { sign, name, label, time }: Row,
  text: string,
): string[] {
  const row = `${name.padEnd(columns.name)}  ${label.padEnd(columns.label)}  ${time.padStart(6)}`;
  const start = indent.length + 2 + row.length + 2;
  if (width - start >= textWidthMin) {
    const [first, ...rest] = wrapText(text, width - start);
    return [
      `${indent}${sign} ${row}  ${first ?? ''}`.trimEnd(),
      ...rest.map((line) => `${' '.repeat(start)}${line}`),
    ];
  }
  const under = wrapText(text, width - 6).map((line) => `${' '.repeat(6)}${line}`);
  return [`${indent}${sign} ${row}`.trimEnd(), ...(text === '' ? [] : under)];
}

/** A sentence behind a sign. */
export function marked({ width }: Page, sign: string, text: string): string[] {
  return wrapText(sentence(text), width - 4).map(
    (line, index) => `${indent}${index === 0 ? sign : ' '} ${line}`,
  );
}

/** From this width on the longest step fits, so columns do not move from step to step. */
const roomyWidth = 100;

/** Columns wide enough for every name, and for the version and the steps: all of them, or those shown now. */
export function columnsOf(view: RunView, width: number): Page['columns'] {
  const shown = view.nodes.flatMap((node) => [...node.work.map((work) => work.name), node.failedStep ?? '']);
  const labels = width >= roomyWidth ? (view.plan ? allSteps(view.plan) : shown) : shown;
  return {
    name: widest(
      8,
      view.nodes.map((node) => node.name),
    ),
    label: widest(view.target.length, labels),
  };
}

function widest(least: number, texts: readonly string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), least);
}
