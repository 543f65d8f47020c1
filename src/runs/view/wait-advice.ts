import { advise } from '../../planning/reasons/advise.js';
import type { StepName } from '../../planning/steps/node-steps.js';
import { nodeAddresses } from './node-addresses.js';
import type { NodeView, RunView } from './run-view.js';
import type { Clock } from './work-text.js';

/** A wait of a few seconds is over before anybody has typed a command. */
const adviceAfterMs = 10_000;

/** Steps before the request that is sent once: a node that is skipped there is undone. */
const undoable: ReadonlySet<string> = new Set<StepName>([
  'prepare-image',
  'plan-replacement',
  'await-gates',
  'cordon',
  'drain',
  'hand-over-leadership',
  'record-facts',
]);

/** After the end of a run, or while it waits for a decision: refused as long as the node is under work. */
const notNow = /^slipway (release|upgrade|retry|rollback|abort) /;

/** What can be typed about the wait of a node under work: how to find out, how to end the wait, and how to skip the node. */
export function waitAdvice(node: NodeView, view: RunView, { now }: Clock): string[] {
  const waits = node.work.find(({ pending }) => pending?.waiting?.reason !== undefined);
  const waiting = waits?.pending?.waiting;
  if (!waits || !waiting?.reason || view.outcome || view.abort) return [];
  if (now - Date.parse(waiting.since) < adviceAfterMs) return [];
  const { cluster, run } = view;
  const looks = advise(waiting.reason, { cluster, run, address: nodeAddresses(view), held: false });
  return [
    ...looks.filter((line) => !notNow.test(line) && !line.startsWith('slipway status ')),
    ...(mayBeSkipped(node, waits.name, view)
      ? [
          `slipway skip ${node.name} ${cluster}/${run} --why "…"  # undoes this node and goes on without it; the run ends incomplete`,
        ]
      : []),
  ];
}

/** A node rolling back, or one that somebody decided about, is finished first. */
function mayBeSkipped({ name, attempt, skippedBy, plan }: NodeView, step: string, view: RunView): boolean {
  const last = view.decisions.findLast(({ node }) => node === name);
  const forward = attempt === 1 || last?.kind === 'retry';
  return forward && skippedBy === undefined && plan.back === undefined && undoable.has(step);
}
