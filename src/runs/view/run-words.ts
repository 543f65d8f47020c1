import { advise } from '../../planning/reasons/advise.js';
import { describe } from '../../planning/reasons/describe.js';
import { liftedText } from '../../planning/report/hold-state.js';
import { declaredStill, revertCommand } from '../../planning/merge/revert.js';
import { unansweredOf } from './approval-text.js';
import { openHalt } from './halt-text.js';
import { estimateLeft } from './estimate-left.js';
import type { RunOutcome, RunView } from './run-view.js';
import { countNodes, hopUnderWay, nodesOfHop, runningNodes, versionsBefore } from './run-nodes.js';
import { durationText, roughText } from './time-text.js';
import { nodeAddresses } from './node-addresses.js';
import { openWindowWait } from './window-text.js';

/** The sign and the words for an outcome. */
export const outcomeWords: Readonly<
  Record<RunOutcome, { readonly sign: '✓' | '!' | '✗'; readonly words: string }>
> = {
  done: { sign: '✓', words: 'done' },
  incomplete: { sign: '!', words: 'incomplete' },
  'nothing-to-do': { sign: '✓', words: 'nothing to do' },
  refused: { sign: '✗', words: 'refused, before anything was touched' },
  halted: { sign: '✗', words: 'halted' },
  aborted: { sign: '✗', words: 'aborted' },
  failed: { sign: '✗', words: 'failed' },
  terminated: { sign: '✗', words: 'terminated from outside' },
};

/** `Talos v1.12.1 → v1.12.6`; before the plan is made, the start version is unknown. */
export function versionsText(view: RunView): string {
  const from = versionsBefore(view);
  return `Talos ${from.length > 0 ? `${from.join(', ')} ` : ''}→ ${view.target}`;
}

/** The reasons of the run, without those that are shown beside their nodes. */
export function reasonsBeside(view: RunView): string[] {
  const shown = new Set(view.nodes.flatMap((node) => (node.reason ? [describe(node.reason)] : [])));
  return view.reasons.map(describe).filter((text) => !shown.has(text));
}

/** `hop 1 of 2, to v1.12.6 first: no minor is skipped`; empty for a single hop. */
export function hopText(view: RunView): string {
  const hops = view.plan?.hops ?? [];
  if (hops.length < 2) return '';
  const at = hopUnderWay(view);
  const why = hops[at]?.why;
  return `hop ${at + 1} of ${hops.length}, to ${hops[at]?.to}${why === undefined ? '' : ` first: ${why}`}`;
}

/** Commands that can be typed now, each once, ready to paste. */
export function adviceOf(view: RunView): string[] {
  const { cluster, run } = view;
  const address = nodeAddresses(view);
  const released = liftedText(view.hold) !== undefined;
  const context = { cluster, run, address, held: view.outcome !== 'refused' && !released, released };
  const lines = view.reasons.flatMap((reason) => advise(reason, context));
  if (released) lines.push('slipway plan  # what the next run would do');
  if (view.outcome === 'done') lines.push(`slipway report ${cluster}/${run}  # what was done, node by node`);
  const still = view.input && view.outcome && declaredStill(view.input.request, view.outcome);
  if (still) lines.push(revertCommand(still));
  return [...new Set(lines)];
}

/** `in place (patch: same minor)`; empty before the plan is made. */
export function strategyText(view: RunView): string {
  return view.plan ? `${view.plan.strategy.replace('-', ' ')} (${view.plan.strategyReason})` : '';
}

/** `Talos v1.12.1 → v1.12.6, 15 nodes, in place (patch: same minor), about 45 min`. */
export function planWords(view: RunView): string {
  const { touched } = countNodes(view);
  const nodes = touched === 1 ? '1 node' : `${touched} nodes`;
  const hops = view.plan && view.plan.hops.length > 1 ? `, in ${view.plan.hops.length} hops` : '';
  return `${versionsText(view)}${hops}, ${nodes}, ${strategyText(view)}, ${roughText(view.plan?.estimate ?? 0)}`;
}

/** `node 5 of 15 · about 31 min left`; with several hops, for the current one. */
export function progressText(view: RunView, now: number): string {
  const { touched } = countNodes(view);
  if (view.outcome) {
    const took = durationText(Date.parse(view.endedAt ?? view.startedAt) - Date.parse(view.startedAt));
    return touched > 0 ? `${doneText(view)} · took ${took}` : `took ${took}`;
  }
  if (unansweredOf(view)) return 'waits for an approval';
  if (openHalt(view)) return ['halted', ...(touched > 0 ? [doneText(view)] : [])].join(' · ');
  if (openWindowWait(view))
    return ['waits for a maintenance window', ...(touched > 0 ? [doneText(view)] : [])].join(' · ');
  if (view.pause?.waiting) return ['paused', ...(touched > 0 ? [doneText(view)] : [])].join(' · ');
  if (touched === 0) return `for ${durationText(now - Date.parse(view.startedAt))}`;
  return [...hopPlace(view), placeText(view), ...leftText(view, now)].join(' · ');
}

/** `hop 1 of 2`; empty for a single hop. */
function hopPlace(view: RunView): string[] {
  const hops = view.plan?.hops.length ?? 1;
  return hops > 1 ? [`hop ${hopUnderWay(view) + 1} of ${hops}`] : [];
}

/** `node 5 of 15`, `nodes 5 to 7 of 15`; between nodes `4 of 15 nodes done`. */
function placeText(view: RunView): string {
  const nodes = nodesOfHop(view, hopUnderWay(view)).filter((node) => !node.plan.skip);
  const done = nodes.filter((node) => node.state === 'done').length;
  const running = runningNodes({ nodes }).length;
  if (running === 0) return `${done} of ${nodes.length} nodes done`;
  return running === 1
    ? `node ${done + 1} of ${nodes.length}`
    : `nodes ${done + 1} to ${done + running} of ${nodes.length}`;
}

/** `4 of 15 nodes done`: finished in all their hops. */
export function doneText(view: RunView): string {
  const { touched, done } = countNodes(view);
  return `${done} of ${touched} nodes done`;
}

/** `about 31 min left`; until a node is done, the plan's estimate. Empty where there is no estimate. */
export function leftText(view: RunView, now: number): string[] {
  const left = estimateLeft(view, now);
  if (left === undefined) return [];
  const learnt = view.nodes.some(({ state, plan }) => state === 'done' && !plan.skip);
  return [`${roughText(left)} left${learnt ? '' : ' by the plan'}`];
}
