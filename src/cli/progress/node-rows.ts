import { describe } from '../../planning/reasons/describe.js';
import { listed } from '../../planning/text/phrases.js';
import { indent, rowWithText, type Page } from './page.js';
import { leftText, nodeText } from '../../runs/view/node-text.js';
import { hopUnderWay, nextBatch, nodesOfHop } from '../../runs/view/run-nodes.js';
import type { NodeView } from '../../runs/view/run-view.js';
import { durationText } from '../../runs/view/time-text.js';
import { waitAdvice } from '../../runs/view/wait-advice.js';
import { sentence } from '../../planning/text/sentence.js';

/** Lines kept for everything that is not a finished node. */
const linesForTheRest = 14;

/** Every node of the current hop: finished ones side by side, the others with their sentences. */
export function nodeRows(page: Page): string[] {
  const nodes = nodesOfHop(page.view, hopUnderWay(page.view));
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

/** `○ k8s-work-3 … k8s-work-16   next: k8s-work-3`: untouched nodes of this hop and of those that follow. */
export function waitingRow(page: Page): string[] {
  const { view, width, paint } = page;
  const hop = hopUnderWay(view);
  const waiting = nodesOfHop(view, hop).filter((node) => node.state === 'waiting');
  const names = waiting.map((node) => node.name);
  const all = names.join(' ');
  const shown = all.length < width / 2 ? all : `${names[0]} … ${names.at(-1) ?? ''} (${names.length})`;
  const next = nextBatch(view).map((node) => node.name);
  const together = next.length > 1 ? ' together' : '';
  const when = view.outcome ? 'not started' : `next: ${listed(next)}${together}`;
  return [
    ...(names.length > 0 ? [`${indent}${paint.dim('○')} ${shown}   ${paint.dim(when)}`] : []),
    ...armedRow(page, waiting),
    ...laterHops(page, hop),
  ];
}

/** Armed nodes that have not been started yet: any reboot would boot the new version. */
function armedRow({ view, paint }: Page, waiting: readonly NodeView[]): string[] {
  const armed = waiting.filter((node) => node.plan.armed).map((node) => node.name);
  if (armed.length === 0) return [];
  const how = view.outcome ? '' : '; in its turn only rebooted';
  return [
    `${indent}${paint.yellow('!')} ${listed(armed)}: installed already, boots it with its next reboot${how}`,
  ];
}

function laterHops({ view, paint }: Page, now: number): string[] {
  return (view.plan?.hops ?? []).slice(now + 1).map(({ to, nodes }) => {
    const count = nodes.filter((node) => !node.skip).length;
    return `${indent}${paint.dim('○')} then Talos ${to}: ${count === 1 ? '1 node' : `${count} nodes`}`;
  });
}

function finishedRows(page: Page, nodes: readonly NodeView[]): string[] {
  const { width, height, paint } = page;
  const rowsMax = Math.max(2, Math.floor((height - linesForTheRest) / 2));
  const cells = nodes.map((node) => finishedCell(page, node));
  const cellWidth = cells.reduce((widest, cell) => Math.max(widest, cell.text.length), 0) + 6;
  const perRow = Math.max(1, Math.floor((width - indent.length) / cellWidth));
  const rows: string[] = [];
  let row: string[] = [];
  for (const { sign, text, note } of cells) {
    row.push(`${sign} ${text.padEnd(cellWidth - 2)}`);
    // A note ends its row, so that it is beside its node; in a narrow terminal it is under the row.
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

/** The row of a finished node, and its notes. */
function finishedCell(
  { columns, view, paint }: Page,
  node: NodeView,
): { readonly sign: string; readonly text: string; readonly note: string } {
  const name = node.name.padEnd(columns.name);
  const sign = paint.green('✓');
  if (node.skippedBy !== undefined) {
    const runsIt = node.leftAs === 'on-target';
    const text = `${name}  ${runsIt ? node.to : node.from}`;
    return { sign: runsIt ? sign : paint.yellow('–'), text, note: leftOut(node.skippedBy) };
  }
  if (node.state === 'skipped') return { sign, text: `${name}  ${node.to}`, note: 'ran it already' };
  const { canary, keepCordon, soak, armed, rebootMode } = node.plan;
  const special = view.nodes.some((one) => !one.plan.skip && one.plan.rebootMode !== 'powercycle');
  const notes = [
    ...(node.leads ? ['led etcd'] : []),
    ...(canary ? [soak > 0 ? `canary, soaked ${durationText(soak)}` : 'canary'] : []),
    ...(armed ? ['was installed already'] : []),
    ...(rebootMode === 'powercycle' && special ? ['booted through its firmware'] : []),
    ...(keepCordon ? ['left cordoned, as a person had it'] : []),
  ];
  return { sign, text: `${name}  ${node.to}  ${took(node).padStart(6)}`, note: notes.join(', ') };
}

function runningRow(page: Page, node: NodeView): string[] {
  const { view, clock, paint } = page;
  const [work] = node.work;
  const since = work?.since ?? node.steps.at(-1)?.endedAt ?? node.startedAt ?? view.startedAt;
  const row = {
    sign: paint.cyan('●'),
    name: node.name,
    label: work?.name ?? '',
    time: durationText(clock.now - Date.parse(since)),
  };
  return [
    ...rowWithText(page, row, nodeText(node, view, clock)),
    // Not wrapped: people paste them.
    ...waitAdvice(node, view, clock).map((line) => `${indent}${indent}${line}`),
  ];
}

function stoppedRow(page: Page, node: NodeView): string[] {
  const { red, yellow } = page.paint;
  const sign = node.state === 'undone' ? yellow('✗') : red('✗');
  const why = node.reason ? [sentence(describe(node.reason))] : [];
  const skip = node.skippedBy === undefined ? [] : [sentence(`Left out by ${node.skippedBy}`)];
  return rowWithText(
    page,
    { sign, name: node.name, label: node.failedStep ?? '', time: took(node) },
    [...why, ...leftText(node), ...skip].join(' '),
  );
}

function leftOut(skippedBy: string): string {
  return `left out by ${skippedBy}`;
}

function took(node: NodeView): string {
  return node.startedAt && node.endedAt
    ? durationText(Date.parse(node.endedAt) - Date.parse(node.startedAt))
    : '';
}
