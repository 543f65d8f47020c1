import { describe } from '../planning/reasons/describe.js';
import { count } from '../planning/text/phrases.js';
import { sentence } from '../planning/text/sentence.js';
import { decisionText } from '../runs/view/decision-text.js';
import type { NodeView, RunView } from '../runs/view/run-view.js';
import { mergeWords } from '../runs/view/queue-view.js';
import { outcomeWords, planWords } from '../runs/view/run-words.js';
import { durationText } from '../runs/view/time-text.js';
import { outcomeTones, type Tone } from './run-standing.js';

/** An event in a run that a later reader wants to know. */
export interface RunEvent {
  /** ISO time. */
  readonly at: string;
  readonly tone: Tone;
  readonly text: string;
}

/** Events of a run, the newest first: decisions, results of nodes, and waits. Steps are on the nodes' own screens. */
export function runEvents(view: RunView): RunEvent[] {
  return [
    ...begin(view),
    ...view.snapshots.map(({ takenAt, from, proven }): RunEvent => ({
      at: takenAt,
      tone: 'well',
      text: `etcd snapshot taken from ${from}${proven ? ', and proven to restore' : ''}.`,
    })),
    ...view.nodes.flatMap(ofNode),
    ...view.decisions.map((decision): RunEvent => ({
      at: decision.at,
      tone: goOn.has(decision.kind) ? 'works' : 'asks',
      text: sentence(
        decision.kind === 'abort'
          ? `abort asked for by ${decision.by}: ${decision.why}`
          : decisionText(decision),
      ),
    })),
    ...standstills(view),
    ...end(view),
  ]
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))
    .toReversed();
}

/** Decisions that let a run continue. */
const goOn: ReadonlySet<string> = new Set(['approve', 'resume', 'retry', 'start-now']);

function begin(view: RunView): RunEvent[] {
  const { startedAt, requestedBy, target, declared, plan, work, input } = view;
  const merge = mergeWords(input?.request.origin ?? {});
  const merged = merge === '' ? '' : `; merged with ${merge}`;
  const undeclared = declared ? '' : '; git does not declare it';
  const planned = work.find(({ name }) => name === 'plan')?.endedAt ?? startedAt;
  return [
    {
      at: startedAt,
      tone: 'works',
      text: sentence(`Talos ${target}, asked for by ${requestedBy}${merged}${undeclared}`),
    },
    ...(plan ? [{ at: planned, tone: 'works', text: sentence(`Planned: ${planWords(view)}`) } as const] : []),
  ];
}

function ofNode(node: NodeView): RunEvent[] {
  const { name, state, startedAt, endedAt, from, to, reason } = node;
  if (startedAt === undefined) return [];
  if (endedAt === undefined)
    return [{ at: startedAt, tone: 'works', text: `${name} begun: ${from} → ${to}.` }];
  const took = durationText(Date.parse(endedAt) - Date.parse(startedAt));
  const why = state === 'done' ? `: ${to}` : reason ? `: ${describe(reason)}` : '';
  return [
    {
      at: endedAt,
      tone: state === 'done' ? 'well' : 'fault',
      text: sentence(`${name} ${state} after ${took}${why}`),
    },
  ];
}

function standstills({ halts, pauses, windows, approval }: RunView): RunEvent[] {
  return [
    ...halts.map(({ since }): RunEvent => ({
      at: since,
      tone: 'asks',
      text: 'Halted: waits for a person to decide.',
    })),
    ...pauses.map(({ since }): RunEvent => ({
      at: since,
      tone: 'asks',
      text: 'Paused: no node is under way.',
    })),
    ...windows.map(({ since }): RunEvent => ({
      at: since,
      tone: 'rests',
      text: 'No maintenance window is open: waits for the next one.',
    })),
    ...(approval
      ? [
          {
            at: approval.since,
            tone: 'asks',
            text: `The plan waits for approval: ${count(approval.needs.length, 'reason')}.`,
          } as const,
        ]
      : []),
  ];
}

function end({ outcome, endedAt, run, reasons }: RunView): RunEvent[] {
  if (!outcome || endedAt === undefined) return [];
  const [first] = reasons;
  const why = first ? `: ${describe(first)}` : '';
  return [
    {
      at: endedAt,
      tone: outcomeTones[outcome],
      text: sentence(`Run ${run} ${outcomeWords[outcome].words}${why}`),
    },
  ];
}
