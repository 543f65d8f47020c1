import { describe } from '../../planning/reasons/describe.js';
import { liftedText } from '../../planning/report/hold-state.js';
import type { Decision } from '../../planning/report/run-result.js';
import { sentence } from '../../planning/text/sentence.js';
import { approvalLines, approvalText, unansweredOf } from './approval-text.js';
import { decisionText } from './decision-text.js';
import { haltLines, haltText, openHalt } from './halt-text.js';
import { leftText as howLeft } from './node-text.js';
import { expiry, resumeLine } from './pause-text.js';
import { adviceOf, doneText, leftText, outcomeWords, planWords } from './run-words.js';
import type { NodeView, RunView, Work } from './run-view.js';
import { clockText, durationText } from './time-text.js';
import { waitAdvice } from './wait-advice.js';
import { openWindowWait, startNowLine, windowText } from './window-text.js';
import { troubles, workText, type Clock, type Trouble } from './work-text.js';

/** One change of a run: a line of `slipway watch` in a pipe, an object with `--json`. */
export interface RunChange {
  /** ISO time from the record; for waits and problems, when they were observed. */
  readonly time: string;
  readonly kind:
    | 'run-started'
    | 'planned'
    | 'work'
    | 'node-started'
    | 'step'
    | 'waiting'
    | 'node-ended'
    | 'abort'
    | 'approval'
    | 'approve'
    | 'reject'
    | 'halted'
    | 'window'
    | 'start-now'
    | 'retry'
    | 'skip'
    | 'rollback'
    | 'pause'
    | 'paused'
    | 'resume'
    | 'trouble'
    | 'recovered'
    | 'run-ended';
  readonly node?: string;
  /** One line for people. */
  readonly text: string;
  /** What can be typed now, at the end of a run. */
  readonly advice?: readonly string[];
}

/** An observation: a view and its time. */
export interface Look {
  readonly view: RunView;
  readonly clock: Clock;
}

/** Every step begins with a short wait, which is not logged. */
const worthLoggingMs = 3_000;

/** Changes between two observations of a run, in order. Without an earlier observation, all of them. */
export function runChanges(before: Look | undefined, now: Look): RunChange[] {
  const { view } = now;
  const recorded = [
    ...startChanges(before?.view, view),
    ...workChanges(before, now),
    ...view.nodes.flatMap((node) => nodeChanges(before, now, node)),
    ...decisionChanges(before?.view, view),
    ...approvalChange(before?.view, now),
    ...haltChanges(before?.view, now),
    ...windowChanges(before?.view, now),
    ...pauseChanges(before?.view, now),
  ].toSorted((one, other) => Date.parse(one.time) - Date.parse(other.time));
  return [
    ...recorded,
    ...abortChange(before?.view, view),
    ...troubleChanges(before, now),
    ...endChange(before?.view, view),
  ];
}

/** `14:03:12 k8s-ctrl-2 drain`, and under it what can be typed. */
export function changeLine(
  { time, text, advice = [] }: Pick<RunChange, 'time' | 'text' | 'advice'>,
  clock: Clock,
): string {
  return [`${clockText(time, clock.now, clock.timeZone)} ${text}`, ...advice.map((line) => `  ${line}`)].join(
    '\n',
  );
}

function startChanges(before: RunView | undefined, view: RunView): RunChange[] {
  const changes: RunChange[] = [];
  if (!before) {
    const text = `run ${view.run} of ${view.cluster}: Talos ${view.target}, asked for by ${view.requestedBy}`;
    const undeclared = view.declared ? '' : ` (git does not declare ${view.target})`;
    changes.push({ time: view.startedAt, kind: 'run-started', text: text + undeclared });
  }
  if (view.plan && !before?.plan) {
    const time = view.work.find((work) => work.name === 'plan')?.endedAt ?? view.startedAt;
    changes.push({ time, kind: 'planned', text: `planned: ${planWords(view)}` });
  }
  return changes;
}

/** Work of the run between nodes: each once at its start, and its waits. */
function workChanges(before: Look | undefined, now: Look): RunChange[] {
  const begun = now.view.work.slice(before?.view.work.length ?? 0);
  return [
    ...begun.map((work): RunChange => ({
      time: work.since,
      kind: 'work',
      text: `${work.name}: ${work.does}`,
    })),
    ...waitChanges(before, before?.view.work ?? [], now, now.view.work).map(({ text }): RunChange => ({
      time: observedAt(now),
      kind: 'waiting',
      text,
    })),
  ];
}

function nodeChanges(before: Look | undefined, now: Look, node: NodeView): RunChange[] {
  const { name, startedAt, endedAt } = node;
  const earlier = before?.view.nodes.find((one) => one.name === name && one.hop === node.hop);
  const known = earlier?.attempt === node.attempt ? earlier : undefined;
  const changes: RunChange[] = [];
  const add = (time: string, kind: RunChange['kind'], text: string): void => {
    changes.push({ time, kind, node: name, text: `${name} ${text}` });
  };
  if (startedAt && !known)
    add(startedAt, 'node-started', `starts: ${node.from} → ${node.to}${remarks(node)}`);
  for (const step of node.steps.slice(known?.steps.length ?? 0))
    add(step.startedAt, 'step', `${step.undo ? 'undo: ' : ''}${step.step}`);
  for (const { text } of waitChanges(before, known?.work ?? [], now, node.work)) {
    add(observedAt(now), 'waiting', text);
    const advice = waitAdvice(node, now.view, now.clock);
    const last = changes.at(-1);
    if (last && advice.length > 0) changes.splice(-1, 1, { ...last, advice });
  }
  if (endedAt && known?.endedAt !== endedAt) add(endedAt, 'node-ended', endText(now, node));
  return changes;
}

/** The run as it was when that node ended: a first observation also reports changes long past. */
function asOf(view: RunView, { endedAt = '' }: NodeView): RunView {
  const later = (node: NodeView): boolean =>
    node.endedAt === undefined || Date.parse(node.endedAt) > Date.parse(endedAt);
  const nodes = view.nodes.map((node): NodeView => (later(node) ? { ...node, state: 'waiting' } : node));
  return { ...view, nodes };
}

function remarks({ plan }: NodeView): string {
  const { armed, rebootMode } = plan;
  return [
    ...(armed ? [', installed already'] : []),
    ...(rebootMode === 'powercycle' ? [', boots through its firmware'] : []),
  ].join('');
}

function endText({ view, clock }: Look, node: NodeView): string {
  const took = durationText(Date.parse(node.endedAt ?? '') - Date.parse(node.startedAt ?? ''));
  if (node.state === 'done')
    return `done after ${took} (${[doneText(asOf(view, node)), ...leftText(view, clock.now)].join(', ')})`;
  const why = node.reason ? `: ${sentence(describe(node.reason))}` : '';
  return [`${node.state} after ${took}${why}`, ...howLeft(node)].join(' ');
}

/** Waits that are worth a line and have changed since the last observation. */
function waitChanges(
  before: Look | undefined,
  earlierWorks: readonly Work[],
  now: Look,
  works: readonly Work[],
): { readonly text: string }[] {
  return works.flatMap((work) => {
    const earlier = earlierWorks.find((one) => one.name === work.name && one.since === work.since);
    const wait = waitKey(work, now.clock);
    if (wait === '' || (before && earlier && waitKey(earlier, before.clock) === wait)) return [];
    return [{ text: `${work.name}: ${workText(work, now.view, now.clock)}` }];
  });
}

/** Identifies a wait: it changes with its sentence or attempt. Empty: not worth a line. */
function waitKey({ pending, since }: Work, { now }: Clock): string {
  if (!pending) return '';
  const { attempt, waiting } = pending;
  const long = now - Date.parse(waiting?.since ?? since) >= worthLoggingMs;
  return attempt > 1 || (waiting && long) ? `${attempt} ${waiting?.waitingFor ?? ''}` : '';
}

function abortChange(before: RunView | undefined, view: RunView): RunChange[] {
  if (!view.abort || before?.abort) return [];
  const { by, why, at } = view.abort;
  return [{ time: at, kind: 'abort', text: `abort asked for by ${by}${why === '' ? '' : `: ${why}`}` }];
}

/** Decisions of people. An abort is reported by `abortChange`. */
function decisionChanges(before: RunView | undefined, view: RunView): RunChange[] {
  const steers = (decision: Decision): boolean => decision.kind !== 'abort';
  const reported = before?.decisions.filter(steers).length ?? 0;
  return view.decisions
    .filter(steers)
    .slice(reported)
    .map((decision): RunChange => ({
      time: decision.at,
      kind: decision.kind,
      ...(decision.node === undefined ? {} : { node: decision.node }),
      text: decisionText(decision),
    }));
}

/** The run waits for approval: what ends the wait, and what to type. */
function approvalChange(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  const { approval } = view;
  if (!approval || before?.approval) return [];
  const advice = unansweredOf(view) ? approvalLines(view, approval) : undefined;
  return [
    {
      time: approval.since,
      kind: 'approval',
      text: approvalText(approval, clock),
      ...(advice ? { advice } : {}),
    },
  ];
}

/** The run is halted: what it waits for, and what to type. */
function haltChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.halts.slice(before?.halts.length ?? 0).map((halt): RunChange => {
    const open = openHalt(view) === halt;
    const text = open ? `halted: ${haltText(view, halt, clock)}` : 'halted: waited for a decision';
    return { time: halt.since, kind: 'halted', text, ...(open ? { advice: haltLines(view) } : {}) };
  });
}

/** The run waits for a maintenance window: when it opens, and what to type. */
function windowChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.windows.slice(before?.windows.length ?? 0).map((wait): RunChange => {
    const open = openWindowWait(view) === wait;
    const text = open ? windowText(view, wait, clock) : 'waited for a maintenance window';
    return { time: wait.since, kind: 'window', text, ...(open ? { advice: [startNowLine(view)] } : {}) };
  });
}

/** The run is paused: what ends the pause, and what to type. */
function pauseChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.pauses.slice(before?.pauses.length ?? 0).map(({ since, until, endedAt }): RunChange => {
    const end = clockText(until, clock.now, clock.timeZone);
    const text = `paused: no node is under way. If nobody resumes it until ${end}, ${expiry(view)}.`;
    return { time: since, kind: 'paused', text, ...(endedAt ? {} : { advice: [resumeLine(view)] }) };
  });
}

/** New problems, and problems that are over. An ended run has none. */
function troubleChanges(before: Look | undefined, now: Look): RunChange[] {
  const past = before ? troubles(before.view, before.clock) : [];
  const present = troubles(now.view, now.clock);
  const has = (list: readonly Trouble[], kind: Trouble['kind']): boolean =>
    list.some((one) => one.kind === kind);
  const come = present.filter(({ kind }) => !has(past, kind));
  const gone = now.view.outcome
    ? []
    : past.filter(
        ({ kind }) => !has(present, kind) && !(kind === 'reconnecting' && has(present, 'no-worker')),
      );
  return [
    ...come.map(({ text }): RunChange => ({ time: observedAt(now), kind: 'trouble', text })),
    ...gone.map(({ kind }): RunChange => ({
      time: observedAt(now),
      kind: 'recovered',
      text: recoveries[kind],
    })),
  ];
}

const recoveries: Readonly<Record<Trouble['kind'], string>> = {
  'no-worker': 'a worker answers again',
  reconnecting: 'a worker answers again',
  'not-taken': "a worker has taken the run's next decision",
  'code-fails': "the workflow's code runs again",
};

function endChange(before: RunView | undefined, view: RunView): RunChange[] {
  if (!view.outcome || before?.outcome) return [];
  const { run, outcome, reasons, endedAt, startedAt } = view;
  const lifted = liftedText(view.hold);
  const ended = sentence([`run ${run} ${outcomeWords[outcome].words}`, ...reasons.map(describe)].join(': '));
  const text = lifted === undefined ? ended : `${ended} ${sentence(lifted)}`;
  return [{ time: endedAt ?? startedAt, kind: 'run-ended', text, advice: adviceOf(view) }];
}

/** ISO time of an observation, for changes without a time in the record. */
function observedAt({ clock }: Look): string {
  return new Date(clock.now).toISOString();
}
