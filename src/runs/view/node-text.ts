import { describe } from '../../planning/reasons/describe.js';
import { stateWords } from '../../planning/report/node-state-words.js';
import { sentence } from '../../planning/text/sentence.js';
import { nodesOfHop } from './run-nodes.js';
import type { NodeView, RunView } from './run-view.js';
import { workText, type Clock } from './work-text.js';

/** A running node as sentences: failures so far, its current step, and what a person should know now. */
export function nodeText(node: NodeView, view: RunView, clock: Clock): string {
  return [...wrong(node, view), ...doing(node, view, clock), ...toKnow(node)].join(' ');
}

/** How a node that stopped was left. */
export function leftText({ leftAs, cordoned, undoFailed }: NodeView): string[] {
  return [
    ...(leftAs ? [`It ${stateWords[leftAs]}.`] : []),
    ...(undoFailed ? [sentence(`Taking it back failed: ${describe(undoFailed)}`)] : []),
    ...(cordoned && leftAs !== 'cordoned' ? ['It is still cordoned.'] : []),
  ];
}

function wrong(node: NodeView, view: RunView): string[] {
  // A step has failed, so the current one undoes earlier steps.
  if (node.reason) return [sentence(describe(node.reason)), 'Undone:'];
  const first = nodesOfHop(view, node.hop).find((one) => one.state === 'halted' || one.state === 'undone');
  return first
    ? [`${first.name} stopped first, so this one is undone, or finished where its install was sent.`]
    : [];
}

function doing(node: NodeView, view: RunView, clock: Clock): string[] {
  if (node.work.length > 0) return node.work.map((work) => workText(work, view, clock));
  if (!node.begun) return ['Temporal starts its workflow.'];
  return ['the run decides what comes next.'];
}

/** Steps in which the node boots. */
const boots = new Set(['install', 'reboot', 'await-boot']);

function toKnow({ plan, work, steps }: NodeView): string[] {
  const now = work[0]?.name ?? '';
  const at = steps.findLast((step) => !step.undo)?.step;
  const armed = plan.armed || steps.some((step) => step.step === 'install' && step.endedAt !== undefined);
  const lifecycle = plan.flow === 'lifecycle';
  return [
    ...(lifecycle && armed && (now === 'reboot' || (now === '' && at === 'install'))
      ? ['It has the new version installed, and boots it with its next reboot, whatever causes it.']
      : []),
    ...(plan.rebootMode === 'powercycle' && boots.has(now) && !(lifecycle && now === 'install')
      ? ['It boots through its firmware.']
      : []),
  ];
}
