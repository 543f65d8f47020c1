import { describe, stateWords } from '../../planning/describe.js';
import { indent, rowWithText, type Page } from './page.js';
import type { NodeView } from './run-view.js';
import { durationText } from './time-text.js';
import { sentence } from '../sentence.js';
import { workText } from './work-text.js';

/** Lines kept for everything that is not a finished node. */
const linesForTheRest = 14;

/** Every node of the hop that is under way: finished ones side by side, the others with their sentences. */
export function nodeRows(page: Page): string[] {
  const nodes = currentHop(page.view.nodes);
  const finished = nodes.filter((node) => node.state === 'done' || node.state === 'skipped');
  const roles = [...new Set(finished.map((node) => node.role))];
  return [
    // Each role begins on a row of its own.
    ...roles.flatMap((role) =>
      finishedRows(
        page,
        finished.filter((node) => node.role === role),
      ),
    ),
    ...nodes.filter((node) => node.state === 'running').flatMap((node) => runningRow(page, node)),
    ...nodes
      .filter((node) => node.state === 'halted' || node.state === 'undone')
      .flatMap((node) => stoppedRow(page, node)),
  ];
}

/** `○ k8s-work-3 … k8s-work-16   next: k8s-work-3`: what has not been touched. */
export function waitingRow({ view, width, paint }: Page): string[] {
  const names = view.nodes.filter((node) => node.state === 'waiting').map((node) => node.name);
  const [first] = names;
  if (first === undefined) return [];
  const all = names.join(' ');
  const shown = all.length < width / 2 ? all : `${first} … ${names.at(-1) ?? ''} (${names.length})`;
  return [
    `${indent}${paint.dim('○')} ${shown}   ${paint.dim(view.outcome ? 'not started' : `next: ${first}`)}`,
  ];
}

function currentHop(nodes: readonly NodeView[]): NodeView[] {
  const unfinished = nodes.find((node) => node.state !== 'done' && node.state !== 'skipped');
  const hop = (unfinished ?? nodes.at(-1))?.hop;
  return nodes.filter((node) => node.hop === hop);
}

function finishedRows(page: Page, nodes: readonly NodeView[]): string[] {
  const { width, height, paint } = page;
  const rowsMax = Math.max(2, Math.floor((height - linesForTheRest) / 2));
  const cells = nodes.map((node) => finishedCell(page, node));
  const cellWidth = cells.reduce((widest, cell) => Math.max(widest, cell.text.length), 0) + 6;
  const perRow = Math.max(1, Math.floor((width - indent.length) / cellWidth));
  const rows: string[] = [];
  let row: string[] = [];
  for (const { text, note } of cells) {
    row.push(`${paint.green('✓')} ${text.padEnd(cellWidth - 2)}`);
    // A note ends its row, so that it stands beside its node; or under it, where there is no room.
    if (note !== '' || row.length === perRow) {
      const beside = indent.length + row.length * cellWidth + note.length <= width;
      rows.push(`${indent}${row.join('')}${beside ? paint.dim(note) : ''}`.trimEnd());
      if (!beside) rows.push(`${indent}${indent}${paint.dim(note)}`);
      row = [];
    }
  }
  if (row.length > 0) rows.push(`${indent}${row.join('').trimEnd()}`);
  if (rows.length <= rowsMax) return rows;
  const role = nodes[0]?.role === 'worker' ? 'workers' : 'control planes';
  return [
    `${indent}${paint.green('✓')} ${nodes.length} ${role} finished, the last ones:`,
    ...rows.slice(1 - rowsMax),
  ];
}

/** What stands of a finished node, and what is special about it. */
function finishedCell({ columns }: Page, node: NodeView): { readonly text: string; readonly note: string } {
  const name = node.name.padEnd(columns.name);
  if (node.state === 'skipped') return { text: `${name}  ${node.to}`, note: 'ran it already' };
  const { canary, keepCordon, soak } = node.plan;
  const notes = [
    ...(node.leads ? ['led etcd'] : []),
    ...(canary ? [soak > 0 ? `canary, soaked ${durationText(soak)}` : 'canary'] : []),
    ...(keepCordon ? ['left cordoned, as a person had it'] : []),
  ];
  return { text: `${name}  ${node.to}  ${took(node).padStart(6)}`, note: notes.join(', ') };
}

function runningRow(page: Page, node: NodeView): string[] {
  const { view, clock, paint } = page;
  const [work] = node.work;
  const since = work?.since ?? node.steps.at(-1)?.endedAt ?? node.startedAt ?? view.startedAt;
  // A step has failed: what runs now takes the earlier ones back.
  const why = node.reason ? `${sentence(describe(node.reason))} Undone: ` : '';
  const text = work ? workText(work, view, clock) : 'the run decides what comes next.';
  const row = {
    sign: paint.cyan('●'),
    name: node.name,
    label: work?.name ?? '',
    time: durationText(clock.now - Date.parse(since)),
  };
  return rowWithText(page, row, why + text);
}

function stoppedRow(page: Page, node: NodeView): string[] {
  const { red, yellow } = page.paint;
  const sign = node.state === 'undone' ? yellow('✗') : red('✗');
  const why = node.reason ? `${sentence(describe(node.reason))} ` : '';
  const left = node.leftAs ? `It ${stateWords[node.leftAs]}.` : '';
  return rowWithText(
    page,
    { sign, name: node.name, label: node.failedStep ?? '', time: took(node) },
    `${why}${left}`,
  );
}

function took(node: NodeView): string {
  return node.startedAt && node.endedAt
    ? durationText(Date.parse(node.endedAt) - Date.parse(node.startedAt))
    : '';
}
