import { declaredStill } from '../../planning/merge/revert.js';
import type { RunStory, RunWork, StoryNode } from '../../planning/report/run-report.js';
import { sentence } from '../../planning/text/sentence.js';
import { approvalText, unansweredOf } from './approval-text.js';
import { haltText, openHalt } from './halt-text.js';
import { nodeText } from './node-text.js';
import { pauseText } from './pause-text.js';
import { runningNodes } from './run-nodes.js';
import type { NodeView, RunView } from './run-view.js';
import { notificationLines } from './notification-text.js';
import { openWindowWait, windowText } from './window-text.js';
import { troubles, workText, type Clock } from './work-text.js';

/**
 * What a report is made of: the run's history in parts. The run's result has only its outcome and the nodes that are not done, which
 * keeps the result of a large run within Temporal's size limit.
 */
export function storyOfRun(view: RunView, clock: Clock): RunStory {
  const { input } = view;
  const { commit } = input?.request ?? {};
  const still = input && view.outcome && declaredStill(input.request, view.outcome);
  return {
    cluster: view.cluster,
    run: view.run,
    outcome: view.outcome ?? 'open',
    ...(view.hold ? { hold: view.hold } : {}),
    reasons: view.reasons,
    target: view.target,
    declared: view.declared,
    ...(input?.request.strategy === undefined ? {} : { strategy: input.request.strategy }),
    requestedBy: view.requestedBy,
    ...(commit === undefined ? {} : { commit }),
    startedAt: view.startedAt,
    ...(view.endedAt === undefined ? {} : { endedAt: view.endedAt }),
    ...(view.plan ? { plan: view.plan } : {}),
    order: view.order,
    nodes: view.nodes.filter((node) => node.state !== 'waiting').map((node) => storyNode(view, node)),
    snapshots: view.snapshots,
    decisions: view.decisions,
    work: workOf(view),
    ...(still ? { stillDeclared: still } : {}),
    ...(view.telling ? { telling: view.telling } : {}),
    ...(view.result?.terraform ? { terraform: view.result.terraform } : {}),
    now: nowOf(view, clock),
    ...(input?.request.requestedAt === undefined ? {} : { requestedAt: input.request.requestedAt }),
    ...(input?.only === undefined ? {} : { only: input.only }),
    ...(input?.inventory === undefined ? {} : { inventory: input.inventory, base: input.base }),
  };
}

function storyNode(view: RunView, node: NodeView): StoryNode {
  const { state, leftAs, reason, failedStep, undoFailed, cordoned, skippedBy, endedAt } = node;
  return {
    node: node.name,
    outcome: state === 'waiting' ? 'running' : state,
    ...(leftAs ? { state: leftAs } : {}),
    ...(reason ? { reason } : {}),
    ...(failedStep ? { failedStep } : {}),
    ...(undoFailed ? { undoFailed } : {}),
    ...(cordoned ? { cordoned } : {}),
    ...(skippedBy === undefined ? {} : { skippedBy }),
    ...(node.plan.rebootMode ? { rebootMode: node.plan.rebootMode } : {}),
    from: node.from,
    to: node.to,
    attempt: node.attempt,
    startedAt: node.startedAt ?? view.startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    steps: node.steps.map((step) => ({
      step: step.step,
      startedAt: step.startedAt,
      ...(step.endedAt === undefined ? {} : { took: Date.parse(step.endedAt) - Date.parse(step.startedAt) }),
      ...(step.note === undefined ? {} : { note: step.note }),
    })),
  };
}

/** What the run did between nodes, in order: its work and its waits. */
function workOf({ work, pauses, halts, windows, approval }: RunView): RunWork[] {
  const all = [
    ...work,
    ...(approval ? [{ ...approval, name: 'approval' }] : []),
    ...pauses.map((pause) => ({ ...pause, name: 'paused' })),
    ...halts.map((halt) => ({ ...halt, name: 'halted' })),
    ...windows.map((wait) => ({ ...wait, name: 'window' })),
  ];
  return all
    .map(({ name, since, endedAt }) => ({
      name,
      startedAt: since,
      ...(endedAt === undefined ? {} : { endedAt }),
    }))
    .toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
}

/** What goes on, and what is wrong, in the sentences of the progress view. */
function nowOf(view: RunView, clock: Clock): string[] {
  if (view.outcome) return [];
  const { pause } = view;
  const unanswered = unansweredOf(view);
  const halt = openHalt(view);
  const window = openWindowWait(view);
  const own = view.work.filter((work) => work.endedAt === undefined);
  const lines = [
    ...own.map((work) => `${work.name}: ${workText(work, view, clock)}`),
    ...runningNodes(view).map((node) => `${node.name}: ${nodeText(node, view, clock)}`),
    ...(unanswered ? [approvalText(unanswered, clock)] : []),
    ...(halt ? [haltText(view, halt, clock)] : []),
    ...(pause ? [pauseText(view, pause, clock)] : []),
    ...(window ? [windowText(view, window, clock)] : []),
  ];
  const idle = lines.length === 0 ? ['the run decides what comes next.'] : [];
  return [
    ...lines,
    ...idle,
    ...notificationLines(view, clock),
    ...troubles(view, clock).map(({ text }) => text),
  ].map(sentence);
}
