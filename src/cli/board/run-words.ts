import { advise } from '../../planning/describe.js';
import { estimateLeft } from './estimate-left.js';
import type { RunOutcome, RunView } from './run-view.js';
import { durationText, roughText } from './time-text.js';

/** How an outcome is told: a sign, and the words. */
export const outcomeWords: Readonly<
  Record<RunOutcome, { readonly sign: '✓' | '✗'; readonly words: string }>
> = {
  done: { sign: '✓', words: 'done' },
  'nothing-to-do': { sign: '✓', words: 'nothing to do' },
  refused: { sign: '✗', words: 'refused, before anything was touched' },
  halted: { sign: '✗', words: 'halted' },
  aborted: { sign: '✗', words: 'aborted' },
  failed: { sign: '✗', words: 'failed' },
  terminated: { sign: '✗', words: 'terminated from outside' },
};

/** `Talos v1.12.1 → v1.12.6`; before the plan is made, where it starts is not known. */
export function versionsText(view: RunView): string {
  const from = [...new Set(view.nodes.filter((node) => !node.plan.skip).map((node) => node.from))].toSorted();
  return `Talos ${from.length > 0 ? `${from.join(', ')} ` : ''}→ ${view.target}`;
}

/** What can be typed now, each line once: fit to be pasted. */
export function adviceOf(view: RunView): string[] {
  const { cluster, run } = view;
  const address = (name: string): string | undefined =>
    view.nodes.find((node) => node.name === name)?.plan.address;
  const lines = view.reasons.flatMap((reason) => advise(reason, { cluster, run, address }));
  if (view.outcome === 'done') lines.push(`slipway report ${cluster}/${run}  # what was done, node by node`);
  return [...new Set(lines)];
}

/** `in place (patch: same minor)`; empty before the plan is made. */
export function strategyText(view: RunView): string {
  return view.plan ? `${view.plan.strategy.replace('-', ' ')} (${view.plan.strategyReason})` : '';
}

/** `Talos v1.12.1 → v1.12.6, 15 nodes, in place (patch: same minor), about 45 min`. */
export function planWords(view: RunView): string {
  const count = view.nodes.filter((node) => !node.plan.skip).length;
  const nodes = count === 1 ? '1 node' : `${count} nodes`;
  return `${versionsText(view)}, ${nodes}, ${strategyText(view)}, ${roughText(view.plan?.estimate ?? 0)}`;
}

/** `node 5 of 15 · about 31 min left`. */
export function progressText(view: RunView, now: number): string {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  const done = touched.filter((node) => node.state === 'done').length;
  if (view.outcome) {
    const took = durationText(Date.parse(view.endedAt ?? view.startedAt) - Date.parse(view.startedAt));
    return touched.length > 0 ? `${doneText(view)} · took ${took}` : `took ${took}`;
  }
  if (touched.length === 0) return `for ${durationText(now - Date.parse(view.startedAt))}`;
  const running = touched.some((node) => node.state === 'running');
  return [running ? `node ${done + 1} of ${touched.length}` : doneText(view), ...leftText(view, now)].join(
    ' · ',
  );
}

/** `4 of 15 nodes done`. */
export function doneText(view: RunView): string {
  const touched = view.nodes.filter((node) => !node.plan.skip);
  return `${touched.filter((node) => node.state === 'done').length} of ${touched.length} nodes done`;
}

/** `about 31 min left`; nothing where nobody can tell. */
export function leftText(view: RunView, now: number): string[] {
  const left = estimateLeft(view, now);
  return left === undefined ? [] : [`${roughText(left)} left`];
}
