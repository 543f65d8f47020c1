import colours from 'picocolors';
import { advise, describe } from '../../planning/describe.js';
import type { PlannedNode } from '../../planning/plan.js';
import { estimateLeft } from './estimate-left.js';
import type { NodeView, RunOutcome, RunView } from './run-view.js';
import { durationText, roughText } from './time-text.js';
import { sentence, troubles, workText, type Clock } from './work-text.js';
import { wrapText } from './wrap-text.js';

export interface BoardOptions {
  /** Characters a line may have. */
  readonly width: number;
  readonly colour: boolean;
  /** Lines the board may have; finished nodes are summed up when there are more. Default 24. */
  readonly height?: number;
  /** An IANA name; default the machine's own. */
  readonly timeZone?: string;
}

const heightOtherwise = 24;
/** Lines kept for everything that is not a finished node. */
const linesForTheRest = 14;
/** Below this many characters a text beside a node's row goes under it instead. */
const textWidthMin = 36;
const indent = '  ';

type Paint = ReturnType<typeof colours.createColors>;

interface Page {
  readonly view: RunView;
  readonly clock: Clock;
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** The board: what a person reads of a run on one screen. Pure; `now` is in milliseconds. */
export function boardText(view: RunView, now: number, options: BoardOptions): string {
  const { width, colour, height = heightOtherwise, timeZone } = options;
  const clock: Clock = timeZone === undefined ? { now } : { now, timeZone };
  const page: Page = { view, clock, width: Math.max(40, width), height, paint: colours.createColors(colour) };
  return [
    ...header(page),
    ...currentHop(page).flatMap((nodes) => finishedRows(page, nodes)),
    ...runningRows(page),
    ...stoppedRows(page),
    ...runWorkRows(page),
    ...waitingRow(page),
    ...troubles(view, clock).flatMap((trouble) => marked(page, page.paint.yellow('!'), trouble)),
    ...abortRows(page),
    ...ending(page),
  ].join('\n');
}

/** How an outcome is told: a sign, and the words. */
export const outcomeWords: Readonly<Record<RunOutcome, { readonly sign: '✓' | '✗'; readonly words: string }>> = {
  done: { sign: '✓', words: 'done' },
  'nothing-to-do': { sign: '✓', words: 'nothing to do' },
  refused: { sign: '✗', words: 'refused, before anything was touched' },
  halted: { sign: '✗', words: 'halted' },
  aborted: { sign: '✗', words: 'aborted' },
  failed: { sign: '✗', words: 'failed' },
  terminated: { sign: '✗', words: 'terminated from outside' },
};

/** `Talos v1.12.1 → v1.12.6`; before the plan is made, where it starts is not known. */
export function versionsText(view: RunView): string {
  const from = [...new Set(view.nodes.filter((node) => !node.plan.skip).map((node) => node.from))].sort();
  return `Talos ${from.length > 0 ? `${from.join(', ')} ` : ''}→ ${view.target}`;
}

function header({ view, clock, width, paint }: Page): string[] {
  const how = view.plan ? `  ${view.plan.strategy.replace('-', ' ')} (${view.plan.strategyReason})` : '';
  const left = `run ${view.run}  ${view.cluster}  ${versionsText(view)}${how}`;
  const right = progressText(view, clock.now);
  const fits = left.length + right.length + 2 <= width;
  const title = paint.bold(left);
  const lines = fits ? [`${title}${' '.repeat(width - left.length - right.length)}${right}`] : [title, `${indent}${right}`];
  if (!view.declared) lines.push(`${indent}${paint.yellow(`git does not declare ${view.target}: it was given on the command line`)}`);
  return lines;
}

/** `node 5 of 15 · about 31 min left`. */
export function progressText(view: RunView, now: number): string {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  const done = touched.filter((node) => node.state === 'done').length;
  if (view.outcome) {
    const took = durationText(Date.parse(view.endedAt ?? view.startedAt) - Date.parse(view.startedAt));
    return touched.length > 0 ? `${done} of ${touched.length} nodes done · took ${took}` : `took ${took}`;
  }
  const since = `for ${durationText(now - Date.parse(view.startedAt))}`;
  if (touched.length === 0) return since;
  const place = touched.some((node) => node.state === 'running')
    ? `node ${done + 1} of ${touched.length}`
    : `${done} of ${touched.length} nodes done`;
  const left = estimateLeft(view, now);
  return left === undefined ? `${place} · ${since}` : `${place} · about ${roughText(left)} left`;
}

/** Finished nodes of the hop that is under way, one group a role: each begins on a row of its own. */
function currentHop({ view }: Page): NodeView[][] {
  const hop = view.nodes.find((node) => ['waiting', 'running', 'halted', 'undone'].includes(node.state))?.hop;
  const last = view.nodes.at(-1)?.hop;
  const finished = view.nodes.filter(
    (node) => node.hop === (hop ?? last) && (node.state === 'done' || node.state === 'skipped'),
  );
  const roles = [...new Set(finished.map((node) => node.role))];
  return roles.map((role) => finished.filter((node) => node.role === role));
}

function finishedRows(page: Page, nodes: readonly NodeView[]): string[] {
  const { width, height, paint } = page;
  const rowsMax = Math.max(2, Math.floor((height - linesForTheRest) / 2));
  const cells = nodes.map((node) => finishedCell(page, node));
  const cellWidth = Math.max(0, ...cells.filter((cell) => cell.note === '').map((cell) => cell.text.length)) + 6;
  const perRow = Math.max(1, Math.floor((width - indent.length) / cellWidth));
  const rows: string[] = [];
  let row = '';
  let inRow = 0;
  for (const { text, note } of cells) {
    row += `${paint.green('✓')} ${text}`;
    inRow += 1;
    // A note ends its row, so that it stands beside its node.
    if (note !== '' || inRow === perRow) {
      rows.push(`${indent}${row}${note === '' ? '' : `  ${paint.dim(note)}`}`.trimEnd());
      row = '';
      inRow = 0;
    } else {
      row += ' '.repeat(Math.max(2, cellWidth - text.length - 2));
    }
  }
  if (row !== '') rows.push(`${indent}${row}`.trimEnd());
  if (rows.length <= rowsMax) return rows;
  const role = nodes[0]?.role === 'worker' ? 'workers' : 'control planes';
  return [`${indent}${paint.green('✓')} ${nodes.length} ${role} finished, the last ones:`, ...rows.slice(1 - rowsMax)];
}

interface Cell {
  readonly text: string;
  /** What is special about it; it ends the row. */
  readonly note: string;
}

function finishedCell({ view }: Page, node: NodeView): Cell {
  const name = node.name.padEnd(nameWidth(view));
  if (node.state === 'skipped') return { text: `${name}  ${node.to}`, note: 'ran it already' };
  return { text: `${name}  ${node.to}  ${nodeTook(node).padStart(6)}`, note: finishedNote(node.plan, node.leads) };
}

function finishedNote(plan: PlannedNode, leads: boolean): string {
  const notes: string[] = [];
  if (leads) notes.push('led etcd');
  if (plan.canary) notes.push(plan.soak > 0 ? `canary, soaked ${roughText(plan.soak)}` : 'canary');
  if (plan.keepCordon) notes.push('left cordoned, as a person had it');
  return notes.join(', ');
}

function runningRows(page: Page): string[] {
  const { view, clock, paint } = page;
  return view.nodes.filter((node) => node.state === 'running').flatMap((node) => {
    const [work] = node.work;
    const undoing = node.failedStep !== undefined;
    const label = work ? `${undoing ? 'undo: ' : ''}${work.name}` : 'between steps';
    const since = work?.since ?? node.steps.at(-1)?.endedAt ?? node.startedAt ?? view.startedAt;
    const why = node.reason ? `${sentence(describe(node.reason))} ` : '';
    const text = why + (work ? workText(work, view, clock) : 'The run decides what comes next.');
    return nodeRow(page, paint.cyan('●'), node.name, label, durationText(clock.now - Date.parse(since)), text);
  });
}

/** Nodes that did not end well. */
function stoppedRows(page: Page): string[] {
  const { view, paint } = page;
  return view.nodes.filter((node) => node.state === 'halted' || node.state === 'undone').flatMap((node) => {
    const left = node.leftAs ? `Left as: ${node.leftAs}.` : '';
    const why = node.reason ? `${sentence(describe(node.reason))} ` : '';
    const sign = node.state === 'undone' ? paint.yellow('✗') : paint.red('✗');
    return nodeRow(page, sign, node.name, node.failedStep ?? node.state, nodeTook(node), `${why}${left}`);
  });
}

function runWorkRows(page: Page): string[] {
  const { view, clock, paint } = page;
  const open = view.work.filter((work) => work.endedAt === undefined);
  const rows = open.flatMap((work) =>
    nodeRow(page, paint.cyan('●'), work.name, '', durationText(clock.now - Date.parse(work.since)), workText(work, view, clock)),
  );
  const idle = !view.outcome && open.length === 0 && !view.nodes.some((node) => node.state === 'running');
  if (idle) rows.push(`${indent}${paint.cyan('●')} the run decides what comes next`);
  return rows;
}

/** `○ k8s-work-3 … k8s-work-16   next: k8s-work-3`. */
function waitingRow({ view, width, paint }: Page): string[] {
  const waiting = view.nodes.filter((node) => node.state === 'waiting').map((node) => node.name);
  const [first] = waiting;
  if (!first) return [];
  const all = waiting.join(' ');
  const names = all.length < width / 2 ? all : `${first} … ${waiting.at(-1)} (${waiting.length})`;
  return [`${indent}${paint.dim('○')} ${names}   ${paint.dim(view.outcome ? 'not started' : `next: ${first}`)}`];
}

function abortRows(page: Page): string[] {
  const { abort, outcome } = page.view;
  if (!abort || outcome) return [];
  const why = abort.why === '' ? '' : `: ${abort.why}`;
  const text = `Abort asked for by ${abort.by}${why}. The node under way is undone, or finished where its install was sent.`;
  return marked(page, page.paint.yellow('!'), text);
}

function ending(page: Page): string[] {
  const { view, paint } = page;
  if (!view.outcome) return [];
  const { sign, words } = outcomeWords[view.outcome];
  const told = new Set(view.nodes.flatMap((node) => (node.reason ? [describe(node.reason)] : [])));
  const reasons = view.reasons.map(describe).filter((text) => !told.has(text));
  const painted = sign === '✓' ? paint.green(sign) : paint.red(sign);
  const lines = [...marked(page, painted, [`run ${view.run} ${words}`, ...reasons].join(': ')), ...advice(page)];
  return lines;
}

function advice(page: Page): string[] {
  const { view } = page;
  const commands = new Set(
    view.reasons.flatMap((reason) => advise(reason, { cluster: view.cluster, run: view.run, ...addressOf(view, reason) })),
  );
  if (view.outcome === 'done') commands.add(`slipway report ${view.run}`);
  return [...commands].flatMap((line) => wrapText(line, page.width - 4).map((part) => `${indent}${indent}${part}`));
}

function addressOf(view: RunView, reason: RunView['reasons'][number]): { address?: string } {
  const name = 'node' in reason ? reason.node : undefined;
  const address = view.nodes.find((node) => node.name === name)?.plan.address;
  return address ? { address } : {};
}

/** A row with columns: sign, name, label, time, and a text that goes on under itself. */
function nodeRow(page: Page, sign: string, name: string, label: string, time: string, text: string): string[] {
  const { view, width } = page;
  const columns = `${name.padEnd(nameWidth(view))}  ${label.padEnd(labelWidth(view))}  ${time.padStart(6)}`;
  const start = indent.length + 2 + columns.length + 2;
  if (width - start >= textWidthMin) {
    const [first, ...rest] = wrapText(text, width - start);
    return [`${indent}${sign} ${columns}  ${first ?? ''}`.trimEnd(), ...rest.map((line) => `${' '.repeat(start)}${line}`)];
  }
  const under = wrapText(text, width - 6).map((line) => `${' '.repeat(6)}${line}`);
  return [`${indent}${sign} ${columns}`.trimEnd(), ...(text === '' ? [] : under)];
}

function marked({ width }: Page, sign: string, text: string): string[] {
  return wrapText(sentence(text), width - 4).map((line, index) => `${indent}${index === 0 ? sign : ' '} ${line}`);
}

function nameWidth(view: RunView): number {
  return Math.max(8, ...view.nodes.map((node) => node.name.length));
}

/** Wide enough for what is shown now: a version, or the step under way. */
function labelWidth(view: RunView): number {
  const shown = view.nodes.flatMap((node) => (node.state === 'running' ? node.work.map((work) => work.name) : []));
  return Math.max(view.target.length, ...shown.map((name) => name.length));
}

function nodeTook(node: NodeView): string {
  return node.startedAt && node.endedAt ? durationText(Date.parse(node.endedAt) - Date.parse(node.startedAt)) : '';
}
