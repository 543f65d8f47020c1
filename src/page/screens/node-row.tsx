import type { VNode } from 'preact';
import type { UpgradePlan } from '../../planning/plan/plan.js';
import { sentence } from '../../planning/text/sentence.js';
import type { NodeView, RunView } from '../../runs/view/run-view.js';
import { durationText } from '../../runs/view/time-text.js';
import type { Tone } from '../run-standing.js';
import { stepStates, stepsInWords, type StepState } from '../step-states.js';
import { Sign, Since } from './parts.js';
import type { Frame } from './screen.js';

const tones: Readonly<Record<NodeView['state'], Tone>> = {
  waiting: 'rests',
  running: 'works',
  done: 'well',
  skipped: 'well',
  undone: 'fault',
  halted: 'fault',
};

/** One node: its state, its steps as a strip, and its time. */
export function NodeRow({
  node,
  joined,
  view,
  plan,
  frame,
}: {
  readonly node: NodeView;
  /** CSS classes of a node in a batch. */
  readonly joined: string;
  readonly view: RunView;
  readonly plan: UpgradePlan;
  readonly frame: Frame;
}): VNode {
  const { name, state, hop } = node;
  const states = stepStates(plan, node);
  const text = textOf(node);
  return (
    <li class={`node ${state}${joined}`}>
      <Sign tone={tones[state]} />
      <a class="name" href={frame.at.node(view, hop, name)}>
        {name}
      </a>
      <span class="tags">
        {tagsOf(node).map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
      </span>
      {state === 'skipped' ? <span class="strip" /> : <StepStrip states={states} />}
      <span class="where">{whereOf(node)}</span>
      <span class="time">{timeOf(node, frame)}</span>
      {text === '' ? null : <p class="text">{text}</p>}
    </li>
  );
}

/** The steps of one node, side by side. Height repeats what the colour says. */
export function StepStrip({ states }: { readonly states: readonly StepState[] }): VNode {
  return (
    <svg
      class="strip"
      role="img"
      aria-label={stepsInWords(states)}
      viewBox={`0 0 ${states.length * 10} 14`}
      preserveAspectRatio="none"
    >
      {states.map(({ step, state, does }, index) => {
        const { y, height } = heights[state];
        return (
          <rect key={`${step} ${state}`} class={state} x={index * 10} width="8.6" y={y} height={height}>
            <title>{`${step}: ${does}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

const heights: Readonly<Record<StepState['state'], { readonly y: number; readonly height: number }>> = {
  done: { y: 3, height: 8 },
  now: { y: 0, height: 14 },
  failed: { y: 0, height: 14 },
  undo: { y: 5, height: 4 },
  ahead: { y: 6, height: 2 },
};

/** Notes about a node. */
function tagsOf({ leads, plan, attempt }: NodeView): string[] {
  return [
    ...(leads ? ['leads etcd'] : []),
    ...(plan.canary ? ['canary'] : []),
    ...(plan.replacement ? ['replaced'] : []),
    ...(plan.back ? ['rolls back'] : []),
    ...(plan.armed ? ['installed already'] : []),
    ...(plan.keepCordon ? ['stays cordoned'] : []),
    ...(attempt > 1 ? [`try ${attempt}`] : []),
  ];
}

/** The current step of a node, or its version. */
function whereOf(node: NodeView): string {
  const { state, work, failedStep, to, from, skippedBy } = node;
  if (state === 'running') return work[0]?.name ?? 'begins';
  if (state === 'halted' || state === 'undone') return failedStep ?? from;
  if (state === 'skipped') return skippedBy === undefined ? `${to}, ran it already` : 'left out';
  return state === 'done' ? to : from;
}

function timeOf({ state, startedAt, endedAt, work, steps }: NodeView, frame: Frame): VNode | string {
  if (state === 'running') {
    const since = work[0]?.since ?? steps.at(-1)?.endedAt ?? startedAt;
    return since === undefined ? '' : <Since iso={since} frame={frame} />;
  }
  return startedAt && endedAt ? durationText(Date.parse(endedAt) - Date.parse(startedAt)) : '';
}

/** Waits of running nodes, and why others stopped, are shown with the run. */
function textOf(node: NodeView): string {
  if (node.skippedBy !== undefined) return sentence(`Left out by ${node.skippedBy}`);
  return node.state === 'waiting' && node.plan.armed
    ? 'The new version is installed, and boots with its next reboot, whatever causes it.'
    : '';
}
