import colours from 'picocolors';
import { liftedText } from '../../planning/report/hold-state.js';
import { sentence } from '../../planning/text/sentence.js';
import { abortText } from '../../runs/view/abort-text.js';
import { answerText, approvalLines, approvalText, unansweredOf } from '../../runs/view/approval-text.js';
import { haltLines, haltText, openHalt } from '../../runs/view/halt-text.js';
import { nodeRows, waitingRow } from './node-rows.js';
import { columnsOf, indent, marked, rowWithText, type Page } from './page.js';
import { pauseText, resumeLine } from '../../runs/view/pause-text.js';
import {
  adviceOf,
  hopText,
  outcomeWords,
  progressText,
  reasonsBeside,
  strategyText,
  versionsText,
} from '../../runs/view/run-words.js';
import type { RunView } from '../../runs/view/run-view.js';
import { durationText } from '../../runs/view/time-text.js';
import { notificationLines } from '../../runs/view/notification-text.js';
import { openWindowWait, startNowLine, windowText } from '../../runs/view/window-text.js';
import { troubles, workText, type Clock } from '../../runs/view/work-text.js';
import { wrapText } from './wrap-text.js';

export interface ProgressOptions {
  /** Characters a line may have. */
  readonly width: number;
  readonly colour: boolean;
  /** Lines the progress view may have; finished nodes are summed up when there are more. Default 24. */
  readonly height?: number;
  /** An IANA name; default the machine's own. */
  readonly timeZone?: string;
}

const heightOtherwise = 24;
const widthMin = 60;

/** The progress view: a run on one screen. Pure; `now` is in milliseconds. */
export function progressView(view: RunView, now: number, options: ProgressOptions): string {
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
    ...approvalAsked(page),
    ...haltAsked(page),
    ...pauseAsked(page),
    ...windowAwaited(page),
    ...notificationLines(view, clock).flatMap((text) => marked(page, paint.yellow('!'), text)),
    ...abortAsked(page),
    ...ending(page),
  ].join('\n');
}

function header(page: Page): string[] {
  const { view, clock, width, paint } = page;
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
  if (!view.declared)
    lines.push(
      `${indent}${paint.yellow(`git does not declare ${view.target}: it was given on the command line`)}`,
    );
  return [...lines, ...hopLine(page), ...bootLine(page), ...answerLine(page)];
}

/** The versions of all hops, and why one hop is not enough. */
function hopLine({ view, width }: Page): string[] {
  const text = hopText(view);
  return text === '' ? [] : wrapText(text, width - indent.length).map((line) => `${indent}${line}`);
}

/** Printed once where it holds for all nodes; otherwise beside each node. */
function bootLine({ view }: Page): string[] {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  const all = touched.length > 1 && touched.every((node) => node.plan.rebootMode === 'powercycle');
  return all ? [`${indent}every node boots through its firmware`] : [];
}

/** What the run does between nodes. */
function runWork(page: Page): string[] {
  const { view, clock, paint } = page;
  if (view.outcome || view.pause?.waiting || unansweredOf(view) || openHalt(view) || openWindowWait(view))
    return [];
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

/** Who approved the plan. */
function answerLine({ view: { approval }, width }: Page): string[] {
  if (!approval?.answer) return [];
  return wrapText(answerText(approval.answer), width - indent.length).map((line) => `${indent}${line}`);
}

/** A row for the wait for approval, and the commands that end the wait. */
function approvalAsked(page: Page): string[] {
  const { view, clock, paint } = page;
  const waits = unansweredOf(view);
  if (!waits) return [];
  const time = durationText(clock.now - Date.parse(waits.since));
  return [
    ...rowWithText(
      page,
      { sign: paint.yellow('‖'), name: 'approval', label: '', time },
      approvalText(waits, clock),
    ),
    // Not wrapped: people paste them.
    ...approvalLines(view, waits).map((line) => `${indent}${indent}${line}`),
  ];
}

/** A row for a halt that waits for a decision, and the commands that end it. */
function haltAsked(page: Page): string[] {
  const { view, clock, paint } = page;
  const halt = openHalt(view);
  if (!halt) return [];
  const time = durationText(clock.now - Date.parse(halt.since));
  return [
    ...rowWithText(
      page,
      { sign: paint.yellow('‖'), name: 'halted', label: '', time },
      haltText(view, halt, clock),
    ),
    // Not wrapped: people paste them.
    ...haltLines(view).map((line) => `${indent}${indent}${line}`),
  ];
}

/** A row for a pause while it lasts, and the command that ends it. */
function pauseAsked(page: Page): string[] {
  const { view, clock, paint } = page;
  const { pause } = view;
  if (!pause || view.outcome) return [];
  const text = pauseText(view, pause, clock);
  const sign = paint.yellow('‖');
  const since = pause.waiting?.since;
  const rows =
    since === undefined
      ? marked(page, sign, text)
      : rowWithText(
          page,
          { sign, name: 'paused', label: '', time: durationText(clock.now - Date.parse(since)) },
          text,
        );
  // Not wrapped: people paste it.
  return [...rows, `${indent}${indent}${resumeLine(view)}`];
}

/** A row for the wait for a maintenance window, and the command that ends it. */
function windowAwaited(page: Page): string[] {
  const { view, clock, paint } = page;
  const waits = openWindowWait(view);
  if (!waits) return [];
  const time = durationText(clock.now - Date.parse(waits.since));
  return [
    ...rowWithText(
      page,
      { sign: paint.yellow('‖'), name: 'window', label: '', time },
      windowText(view, waits, clock),
    ),
    // Not wrapped: people paste it.
    `${indent}${indent}${startNowLine(view)}`,
  ];
}

function abortAsked(page: Page): string[] {
  const { abort, outcome } = page.view;
  return abort && !outcome ? marked(page, page.paint.yellow('!'), abortText(page.view, abort)) : [];
}

/** How the run ended, why, and what to type. A reason that is printed beside its node is not repeated. */
function ending(page: Page): string[] {
  const { view, paint } = page;
  if (!view.outcome) return [];
  const { sign, words } = outcomeWords[view.outcome];
  const [first = '', ...others] = reasonsBeside(view);
  const lifted = liftedText(view.hold);
  const painted = { '✓': paint.green, '!': paint.yellow, '✗': paint.red }[sign](sign);
  return [
    ...marked(page, painted, `run ${view.run} ${words}${first === '' ? '' : `: ${first}`}`),
    ...others.flatMap((text) => marked(page, ' ', text)),
    ...(lifted === undefined ? [] : marked(page, ' ', sentence(lifted))),
    // Not wrapped: people paste them.
    ...adviceOf(view).map((line) => `${indent}${indent}${line}`),
  ];
}
