import { nodeText, leftText } from '../runs/view/node-text.js';
import { abortText } from '../runs/view/abort-text.js';
import { approvalLines, approvalText, unansweredOf } from '../runs/view/approval-text.js';
import { haltLines, haltText, openHalt, undecided } from '../runs/view/halt-text.js';
import { pauseText, resumeLine } from '../runs/view/pause-text.js';
import { runningNodes } from '../runs/view/run-nodes.js';
import type { NodeView, PauseTime, RunView } from '../runs/view/run-view.js';
import { adviceOf, outcomeWords, reasonsBeside } from '../runs/view/run-words.js';
import { notificationLines } from '../runs/view/notification-text.js';
import { openWindowWait, startNowLine, windowText } from '../runs/view/window-text.js';
import { waitAdvice } from '../runs/view/wait-advice.js';
import { troubles, workText, type Clock } from '../runs/view/work-text.js';
import { describe } from '../planning/reasons/describe.js';
import { liftedText } from '../planning/report/hold-state.js';
import { listed } from '../planning/text/phrases.js';
import { sentence } from '../planning/text/sentence.js';

/**
 * The meaning of a colour, everywhere on the page. `asks`: it waits for a person. `fault`: something is wrong. `works`: it continues
 * automatically. `well`: it ended successfully. `rests`: idle, and nobody needs to act.
 */
export type Tone = 'asks' | 'fault' | 'works' | 'well' | 'rests';

/** One thing a person should know now: a sentence, since when, and what can be typed. */
export interface Point {
  readonly tone: Tone;
  /** A node, or what the run does. */
  readonly about: string;
  readonly step?: string;
  /** ISO time since when. */
  readonly since?: string;
  readonly text: string;
  /** Ready to paste. */
  readonly commands: readonly string[];
}

/** The status of a run, shown first on its screen. */
export interface Standing {
  readonly tone: Tone;
  /** A few words. */
  readonly title: string;
  /** ISO time since when it waits for somebody. */
  readonly since?: string;
  /** ISO time at which it ends automatically if nobody acts. */
  readonly until?: string;
  readonly points: readonly Point[];
}

/** The status of a run: what a person must decide, what is wrong, then what goes on. Pure; with the same sentences as the progress view. */
export function runStanding(view: RunView, clock: Clock): Standing {
  if (view.outcome) return ended(view, clock);
  const wrong = troubles(view, clock).map(({ text }): Point => ({
    tone: 'fault',
    about: 'trouble',
    text,
    commands: [],
  }));
  const asked = question(view, clock);
  const goesOn = [...aborting(view), ...work(view, clock), ...undeliveredPoints(view, clock)];
  // The cause comes before the commands.
  if (asked) return { ...asked, points: [...wrong, ...halted(view), ...asked.points, ...goesOn] };
  const { pause, abort } = view;
  const title = abort
    ? 'Aborting'
    : pause
      ? 'Pauses after what is under way'
      : wrong.length > 0
        ? 'Stands still'
        : titleOfWork(view);
  const tone = wrong.length > 0 ? 'fault' : 'works';
  return { tone, title, points: [...wrong, ...pauseAsked(view, clock), ...halted(view), ...goesOn] };
}

/** What a run waits for a person to decide. */
function question(view: RunView, clock: Clock): Standing | undefined {
  const approval = unansweredOf(view);
  if (approval) {
    return asks('Waits for approval of its plan', approval, {
      text: approvalText(approval, clock),
      commands: approvalLines(view, approval),
    });
  }
  const halt = openHalt(view);
  if (halt) {
    const names = undecided(view).map(({ name }) => name);
    return asks(`Halted: decide about ${listed(names)}`, halt, {
      text: haltText(view, halt, clock),
      commands: haltLines(view),
    });
  }
  const closed = openWindowWait(view);
  if (closed)
    return {
      tone: 'rests',
      title: 'Waits for a maintenance window',
      since: closed.since,
      points: [
        { tone: 'rests', about: '', text: windowText(view, closed, clock), commands: [startNowLine(view)] },
        ...pauseAsked(view, clock),
      ],
    };
  const { pause } = view;
  if (!pause?.waiting) return undefined;
  return asks('Paused', pause.waiting, {
    text: pauseText(view, pause, clock),
    commands: [resumeLine(view)],
  });
}

function asks(title: string, { since, until }: PauseTime, point: Pick<Point, 'text' | 'commands'>): Standing {
  return { tone: 'asks', title, since, until, points: [{ tone: 'asks', about: '', ...point }] };
}

/** A requested pause, before it begins. */
function pauseAsked(view: RunView, clock: Clock): Point[] {
  const { pause } = view;
  if (!pause) return [];
  return [
    { tone: 'asks', about: 'pause', text: pauseText(view, pause, clock), commands: [resumeLine(view)] },
  ];
}

function titleOfWork(view: RunView): string {
  const names = runningNodes(view).map(({ name }) => name);
  if (names.length > 0) return `Upgrades ${listed(names)}`;
  const [own] = view.work.filter(({ endedAt }) => endedAt === undefined);
  return own ? (titles[own.name] ?? 'Prepares the next node') : 'Decides what comes next';
}

/** Titles for what the run does between nodes. */
const titles: Readonly<Record<string, string>> = {
  plan: 'Makes its plan',
  order: 'Asks etcd who leads',
  images: 'Waits for the images',
  snapshot: 'Takes an etcd snapshot',
  templates: 'Replaces the templates',
  terraform: 'Asks Terraform what is left',
  look: 'Looks at the node that halted',
};

function aborting(view: RunView): Point[] {
  const { abort } = view;
  return abort
    ? [{ tone: 'asks', about: 'abort', since: abort.at, text: abortText(view, abort), commands: [] }]
    : [];
}

/** Why nodes stopped, and how they were left. */
function halted({ nodes }: RunView): Point[] {
  return nodes
    .filter(({ state }) => state === 'halted' || state === 'undone')
    .map((node) => ({
      tone: 'fault',
      about: node.name,
      ...(node.failedStep ? { step: node.failedStep } : {}),
      text: stoppedText(node),
      commands: [],
    }));
}

/** Why a node stopped, how it was left, and who skipped it. */
export function stoppedText(node: NodeView): string {
  return [
    ...(node.reason ? [sentence(describe(node.reason))] : []),
    ...leftText(node),
    ...(node.skippedBy === undefined ? [] : [sentence(`Left out by ${node.skippedBy}`)]),
  ].join(' ');
}

/** Failed and undelivered notifications. They do not stop the run. */
function undeliveredPoints(view: RunView, clock: Clock): Point[] {
  return notificationLines(view, clock).map((text) => ({
    tone: 'fault',
    about: 'messages',
    text,
    commands: [],
  }));
}

function work(view: RunView, clock: Clock): Point[] {
  const own = view.work
    .filter(({ endedAt }) => endedAt === undefined)
    .map((one): Point => ({
      tone: 'works',
      about: one.name,
      since: one.since,
      text: workText(one, view, clock),
      commands: [],
    }));
  const nodes = runningNodes(view).map((node): Point => {
    const [first] = node.work;
    return {
      tone: node.reason ? 'fault' : 'works',
      about: node.name,
      ...(first ? { step: first.name } : {}),
      since: first?.since ?? node.steps.at(-1)?.endedAt ?? node.startedAt ?? view.startedAt,
      text: sentence(nodeText(node, view, clock)),
      commands: waitAdvice(node, view, clock),
    };
  });
  return [...own, ...nodes];
}

/** Tones of outcomes. A refused run touched nothing, but upgraded nothing either. */
export const outcomeTones: Readonly<Record<NonNullable<RunView['outcome']>, Tone>> = {
  done: 'well',
  incomplete: 'asks',
  'nothing-to-do': 'well',
  refused: 'fault',
  halted: 'fault',
  aborted: 'fault',
  failed: 'fault',
  terminated: 'fault',
};

function ended(view: RunView, clock: Clock): Standing {
  const outcome = view.outcome ?? 'failed';
  const { words } = outcomeWords[outcome];
  const tone = outcomeTones[outcome];
  const lifted = liftedText(view.hold);
  const [first, ...others] = reasonsBeside(view).map(sentence);
  // The page links to the report itself.
  const commands = adviceOf(view).filter((line) => !line.startsWith('slipway report '));
  const points: Point[] = [
    ...(first !== undefined || commands.length > 0 ? [{ tone, about: '', text: first ?? '', commands }] : []),
    ...others.map((text): Point => ({ tone, about: '', text, commands: [] })),
    ...halted(view),
    ...(lifted === undefined
      ? []
      : [{ tone: 'rests', about: 'hold', text: sentence(lifted), commands: [] } as const]),
    ...undeliveredPoints(view, clock),
  ];
  return { tone, title: words.charAt(0).toUpperCase() + words.slice(1), points };
}
