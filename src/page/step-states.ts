import { stepsOf, steps as stepTable, type StepName } from '../planning/steps/node-steps.js';
import type { UpgradePlan } from '../planning/plan/plan.js';
import type { NodeView, StepView } from '../runs/view/run-view.js';

/** One step of a node in the picture. */
export interface StepState {
  readonly step: StepName;
  /** `undo`: it undoes an earlier step. */
  readonly state: 'done' | 'now' | 'failed' | 'ahead' | 'undo';
  readonly does: string;
  readonly seen: StepView | undefined;
}

/** The steps of a node: the completed ones in their actual order, then the planned ones. */
export function stepStates(plan: UpgradePlan, node: NodeView): StepState[] {
  const gone = node.steps.map((seen): StepState => ({
    step: seen.step,
    state: stateOf(node, seen),
    does: stepTable[seen.step].does,
    seen,
  }));
  const taken = new Set(node.steps.filter(({ undo }) => !undo).map(({ step }) => step));
  // A finished node has no steps ahead. A node that stopped shows the steps it did not reach.
  const ahead =
    node.state === 'done' && gone.length > 0
      ? []
      : stepsOf(plan, node.plan).filter((step) => !taken.has(step) && isFor(step, node));
  const rest = ahead.map((step): StepState => ({
    step,
    state: node.state === 'done' ? 'done' : 'ahead',
    does: stepTable[step].does,
    seen: undefined,
  }));
  const firstUndo = gone.findIndex(({ state }) => state === 'undo');
  return firstUndo < 0
    ? [...gone, ...rest]
    : [...gone.slice(0, firstUndo), ...rest, ...gone.slice(firstUndo)];
}

/** Some steps apply to control planes only. */
function isFor(step: StepName, { role }: NodeView): boolean {
  const { only } = stepTable[step];
  return only === undefined || only === role;
}

function stateOf(node: NodeView, { step, endedAt, undo }: StepView): StepState['state'] {
  if (undo) return 'undo';
  if (step === node.failedStep && node.state !== 'done') return 'failed';
  if (endedAt === undefined) return node.state === 'running' ? 'now' : 'failed';
  return 'done';
}

/** The picture in words, for screen readers: `5 of 14 steps done, now drain`. */
export function stepsInWords(states: readonly StepState[]): string {
  const own = states.filter(({ state }) => state !== 'undo');
  const done = own.filter(({ state }) => state === 'done').length;
  const undone = states.length - own.length;
  const named = (wanted: StepState['state'], word: string): string[] =>
    own.filter(({ state }) => state === wanted).map(({ step }) => `${word} ${step}`);
  return [
    `${done} of ${own.length} steps done`,
    ...named('now', 'now'),
    ...named('failed', 'failed at'),
    ...(undone > 0 ? [`${undone} undone`] : []),
  ].join(', ');
}
