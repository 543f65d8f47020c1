import type { Budget, Figure } from './figure.js';
import type { NodeOverhead } from './node-overhead.js';
import { quantile } from './figure.js';

type Row = readonly string[];

const head: Row = ['', 'unit', 'n', 'median', 'p95', 'budget', 'ok', 'load'];

/** The figures as a table for a terminal. */
export function figuresText(figures: readonly Figure[]): string {
  return aligned([head, ...figures.map(rowOf)]);
}

/** The figures as a table in Markdown. */
export function figuresMarkdown(figures: readonly Figure[]): string {
  return markdown([head, ...figures.map(rowOf)]);
}

/** The overhead of each step of a node, and its starts of talosctl: medians over the nodes of each role. */
export function stepsText(nodes: readonly NodeOverhead[]): string {
  return aligned(stepRows(nodes));
}

/** The same in Markdown. */
export function stepsMarkdown(nodes: readonly NodeOverhead[]): string {
  return markdown(stepRows(nodes));
}

function rowOf({ name, unit, n, median, p95, budget, ok, load }: Figure): Row {
  const verdict = budget === null ? '' : ok ? 'yes' : 'NO';
  return [name, unit, String(n), String(median), String(p95), budgetText(budget), verdict, String(load)];
}

function budgetText(budget: Budget | null): string {
  const { median, p95 } = budget ?? {};
  return [
    ...(median === undefined ? [] : [`median ≤ ${median}`]),
    ...(p95 === undefined ? [] : [`${median === undefined ? '' : 'p95 '}≤ ${p95}`]),
  ].join(', ');
}

const roles = ['control-plane', 'worker'] as const;

function stepRows(nodes: readonly NodeOverhead[]): Row[] {
  const steps = [...new Set(nodes.flatMap(({ byStep }) => byStep.map(({ step }) => step)))];
  const cells = (step: string): string[] =>
    roles.flatMap((role) => {
      const own = nodes
        .filter((node) => node.role === role)
        .flatMap(({ byStep }) => byStep.filter((one) => one.step === step));
      if (own.length === 0) return ['', ''];
      const ms = quantile(
        own.map(({ overhead }) => overhead),
        0.5,
      );
      return [
        String(Math.round(ms)),
        String(
          quantile(
            own.map(({ starts }) => starts),
            0.5,
          ),
        ),
      ];
    });
  const columns = roles.flatMap((role) => [`${role}, ms`, 'starts']);
  return [['step', ...columns], ...steps.map((step) => [step, ...cells(step)])];
}

/** First column aligned left, numbers right. */
function aligned(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function markdown(rows: readonly Row[]): string {
  const [first = [], ...rest] = rows;
  const line = (row: Row): string => `| ${row.map((cell) => cell.trim()).join(' | ')} |`;
  const rule = `|${first.map((_, column) => (column === 0 ? '---' : '---:')).join('|')}|`;
  return [line(first), rule, ...rest.map(line)].join('\n');
}
