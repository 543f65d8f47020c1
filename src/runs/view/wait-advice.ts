import { advise } from '../../planning/reasons/advise.js';
import type { StepName } from '../../planning/steps/node-steps.js';
import { nodeAddresses } from './node-addresses.js';
import type { NodeView, RunView } from './run-view.js';
import type { Clock } from './work-text.js';

/** A shorter wait ends before anybody has typed a command. */
const adviceAfterMs = 10_000;

/** Steps before the one-shot request (install, reboot, replace): a node that is skipped there is undone. */
const undoable: ReadonlySet<string> = new Set<StepName>([
  'prepare-image',
  'plan-replacement',
  'await-gates',
  'cordon',
  'drain',
  'transfer-leadership',
  'record-facts',
]);

/** Commands that the run rejects while the node is running. */
const notNow = /^slipway (release|upgrade|retry|rollback|abort) /;

/** Commands for a waiting node: to find the cause, to end the wait, and to skip the node. */
export function waitAdvice(node: NodeView, view: RunView, { now }: Clock): string[] {
  const waits = node.work.find(({ pending }) => pending?.waiting?.reason !== undefined);
  const waiting = waits?.pending?.waiting;
  if (!waits || !waiting?.reason || view.outcome || view.abort) return [];
  if (now - Date.parse(waiting.since) < adviceAfterMs) return [];
  const { cluster, run } = view;
  const advice = advise(waiting.reason, { cluster, run, address: nodeAddresses(view), held: false });
  return [
    ...advice.filter((line) => !notNow.test(line) && !line.startsWith('slipway status ')),
    ...(mayBeSkipped(node, waits.name, view)
      ? [
          `slipway skip ${node.name} ${cluster}/${run} --why "…"  # undoes this node and goes on without it; the run ends incomplete`,
        ]
      : []),
  ];
}

/** A node that rolls back, or that somebody decided about, cannot be skipped: it is finished first. */
function mayBeSkipped({ name, attempt, skippedBy, plan }: NodeView, step: string, view: RunView): boolean {
  const last = view.decisions.findLast(({ node }) => node === name);
  const forward = attempt === 1 || last?.kind === 'retry';
  return forward && skippedBy === undefined && plan.back === undefined && undoable.has(step);
}
