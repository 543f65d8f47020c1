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

/** One thing that happened in a run: a line of `slipway watch` when it is piped, an object with `--json`. */
export interface RunChange {
  /** ISO time at which it happened, as the record has it; at which it was seen, for waits and troubles. */
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

/** A view, and the moment it was seen. */
export interface Look {
  readonly view: RunView;
  readonly clock: Clock;
}

/** Shorter waits are how every step begins; a log has no room for them. */
const worthTellingMs = 3_000;

/** What happened between two looks at a run, in order. Without a look before, all of it. */
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

/** `14:03:12 k8s-ctrl-2 drain`; what can be typed stands under it. */
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

/** What the run does between nodes: each once when it begins, and what it waits for. */
function workChanges(before: Look | undefined, now: Look): RunChange[] {
  const begun = now.view.work.slice(before?.view.work.length ?? 0);
  return [
    ...begun.map((work): RunChange => ({
      time: work.since,
      kind: 'work',
      text: `${work.name}: ${work.does}`,
    })),
    ...waitChanges(before, before?.view.work ?? [], now, now.view.work).map(({ text }): RunChange => ({
      time: seen(now),
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
    add(seen(now), 'waiting', text);
    const advice = waitAdvice(node, now.view, now.clock);
    const last = changes.at(-1);
    if (last && advice.length > 0) changes.splice(-1, 1, { ...last, advice });
  }
  if (endedAt && known?.endedAt !== endedAt) add(endedAt, 'node-ended', endText(now, node));
  return changes;
}

/** The run as it stood when that node ended: a first look tells what is long over. */
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

/** Waits that are worth a line, and were not told as they are now. */
function waitChanges(
  before: Look | undefined,
  told: readonly Work[],
  now: Look,
  works: readonly Work[],
): { readonly text: string }[] {
  return works.flatMap((work) => {
    const earlier = told.find((one) => one.name === work.name && one.since === work.since);
    const wait = waitKey(work, now.clock);
    if (wait === '' || (before && earlier && waitKey(earlier, before.clock) === wait)) return [];
    return [{ text: `${work.name}: ${workText(work, now.view, now.clock)}` }];
  });
}

/** The same until sentence or attempt change; empty for what is no wait to tell of. */
function waitKey({ pending, since }: Work, { now }: Clock): string {
  if (!pending) return '';
  const { attempt, waiting } = pending;
  const long = now - Date.parse(waiting?.since ?? since) >= worthTellingMs;
  return attempt > 1 || (waiting && long) ? `${attempt} ${waiting?.waitingFor ?? ''}` : '';
}

function abortChange(before: RunView | undefined, view: RunView): RunChange[] {
  if (!view.abort || before?.abort) return [];
  const { by, why, at } = view.abort;
  return [{ time: at, kind: 'abort', text: `abort asked for by ${by}${why === '' ? '' : `: ${why}`}` }];
}

/** Approved or rejected; asked to stand still, and to go on. An abort is told automatically. */
function decisionChanges(before: RunView | undefined, view: RunView): RunChange[] {
  const steers = (decision: Decision): boolean => decision.kind !== 'abort';
  const told = before?.decisions.filter(steers).length ?? 0;
  return view.decisions
    .filter(steers)
    .slice(told)
    .map((decision): RunChange => ({
      time: decision.at,
      kind: decision.kind,
      ...(decision.node === undefined ? {} : { node: decision.node }),
      text: decisionText(decision),
    }));
}

/** It waits for approval: what ends that, and what to type. */
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

/** It is halted, and waits for a person: for what, and what to type. */
function haltChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.halts.slice(before?.halts.length ?? 0).map((halt): RunChange => {
    const open = openHalt(view) === halt;
    const text = open ? `halted: ${haltText(view, halt, clock)}` : 'halted: waited for a decision';
    return { time: halt.since, kind: 'halted', text, ...(open ? { advice: haltLines(view) } : {}) };
  });
}

/** It waits for a maintenance window: when that opens, and what to type. */
function windowChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.windows.slice(before?.windows.length ?? 0).map((wait): RunChange => {
    const open = openWindowWait(view) === wait;
    const text = open ? windowText(view, wait, clock) : 'waited for a maintenance window';
    return { time: wait.since, kind: 'window', text, ...(open ? { advice: [startNowLine(view)] } : {}) };
  });
}

/** It stands still: what ends it, and what to type. */
function pauseChanges(before: RunView | undefined, { view, clock }: Look): RunChange[] {
  return view.pauses.slice(before?.pauses.length ?? 0).map(({ since, until, endedAt }): RunChange => {
    const end = clockText(until, clock.now, clock.timeZone);
    const text = `paused: no node is under way. If nobody resumes it until ${end}, ${expiry(view)}.`;
    return { time: since, kind: 'paused', text, ...(endedAt ? {} : { advice: [resumeLine(view)] }) };
  });
}

/** Troubles that have come, and those that have gone. A run that has ended has none. */
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
    ...come.map(({ text }): RunChange => ({ time: seen(now), kind: 'trouble', text })),
    ...gone.map(({ kind }): RunChange => ({ time: seen(now), kind: 'recovered', text: recoveries[kind] })),
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

/** ISO time of a look: for what no record has. */
function seen({ clock }: Look): string {
  return new Date(clock.now).toISOString();
}
