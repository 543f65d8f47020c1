import colours from 'picocolors';
import { describe } from '../../planning/describe.js';
import { nodeRows, waitingRow } from './node-rows.js';
import { columnsOf, indent, marked, rowWithText, type Page } from './page.js';
import { adviceOf, outcomeWords, progressText, strategyText, versionsText } from './run-words.js';
import type { RunView } from './run-view.js';
import { durationText } from './time-text.js';
import { troubles, workText, type Clock } from './work-text.js';

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
const widthMin = 60;

/** The board: what a person reads of a run on one screen. Pure; `now` is in milliseconds. */
export function boardText(view: RunView, now: number, options: BoardOptions): string {
  const { width, colour, height = heightOtherwise, timeZone } = options;
  const clock: Clock = timeZone === undefined ? { now } : { now, timeZone };
  const paint = colours.createColors(colour);
  const room = Math.max(widthMin, width);
  const page: Page = { view, clock, width: room, height, paint, columns: columnsOf(view, room) };
  return [
    ...header(page),
    ...nodeRows(page),
    ...runWork(page),
    ...waitingRow(page),
    ...troubles(view, clock).flatMap(({ text }) => marked(page, paint.yellow('!'), text)),
    ...abortAsked(page),
    ...ending(page),
  ].join('\n');
}

function header({ view, clock, width, paint }: Page): string[] {
  const strategy = strategyText(view);
  const title = `run ${view.run}  ${view.cluster}  ${versionsText(view)}`;
  const left = strategy === '' ? title : `${title}  ${strategy}`;
  const right = progressText(view, clock.now);
  const gap = width - left.length - right.length;
  const lines =
    gap >= 2
      ? [`${paint.bold(left)}${' '.repeat(gap)}${right}`]
      : [paint.bold(left.length <= width ? left : title)];
  if (left.length > width) lines.push(`${indent}${strategy}`);
  if (gap < 2) lines.push(`${indent}${right}`);
  const hops = view.plan?.hops.length ?? 1;
  if (hops > 1) lines.push(`${indent}in ${hops} hops: ${view.plan?.hops.map((hop) => hop.to).join(' → ')}`);
  if (!view.declared)
    lines.push(
      `${indent}${paint.yellow(`git does not declare ${view.target}: it was given on the command line`)}`,
    );
  return lines;
}

/** What the run does by itself, between nodes. */
function runWork(page: Page): string[] {
  const { view, clock, paint } = page;
  if (view.outcome) return [];
  const open = view.work.filter((work) => work.endedAt === undefined);
  const idle = open.length === 0 && !view.nodes.some((node) => node.state === 'running');
  if (idle) return marked(page, paint.cyan('●'), 'the run decides what comes next');
  return open.flatMap((work) => {
    const time = durationText(clock.now - Date.parse(work.since));
    return rowWithText(
      page,
      { sign: paint.cyan('●'), name: work.name, label: '', time },
      workText(work, view, clock),
    );
  });
}

function abortAsked(page: Page): string[] {
  const { abort, outcome } = page.view;
  if (!abort || outcome) return [];
  const why = abort.why === '' ? '' : `: ${abort.why}`;
  const text = `Abort asked for by ${abort.by}${why}. The node under way is undone, or finished where its install was sent.`;
  return marked(page, page.paint.yellow('!'), text);
}

/** How it ended, why, and what to type. A reason that stands beside its node is not told twice. */
function ending(page: Page): string[] {
  const { view, paint } = page;
  if (!view.outcome) return [];
  const { sign, words } = outcomeWords[view.outcome];
  const told = new Set(view.nodes.flatMap((node) => (node.reason ? [describe(node.reason)] : [])));
  const reasons = view.reasons.map(describe).filter((text) => !told.has(text));
  const [first = '', ...others] = reasons;
  const painted = sign === '✓' ? paint.green(sign) : paint.red(sign);
  return [
    ...marked(page, painted, `run ${view.run} ${words}${first === '' ? '' : `: ${first}`}`),
    ...others.flatMap((text) => marked(page, ' ', text)),
    // Not broken into lines: they are there to be pasted.
    ...adviceOf(view).map((line) => `${indent}${indent}${line}`),
  ];
}
