import type { Evidence } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { CORDON_MARK, cordonOwner, cordonsOf, type CordonChange } from '../moments/cordons.js';
import { nodeAt } from '../moments/node-state.js';
import { runAt, runsOf, watchedRuns, type Run } from '../moments/runs.js';
import { controlPlanes, touches } from '../moments/touches.js';

/** States in a result for which a node stays cordoned, and that say so. */
const NOT_LEFT_CORDONED = new Set(['', 'untouched', 'undone']);

/**
 * I5: a node that Slipway cordoned ends uncordoned, or in a state that its run's result names; another user's cordon stays; a control plane
 * that another user cordoned stops the run before anything is touched.
 */
export function cordonsEnd(evidence: Evidence): Finding[] {
  return [
    ...evidence.machines.flatMap(({ name }) => {
      const history = cordonsOf(evidence, name);
      return [...ownCordon(evidence, name, history), ...foreignCordon(evidence, name, history)];
    }),
    ...cordonedControlPlane(evidence),
  ];
}

function ownCordon(evidence: Evidence, node: string, history: readonly CordonChange[]): Finding[] {
  const end = evidence.watched.to;
  const last = nodeAt(evidence, node, end);
  const set = history.findLast(({ by, cordoned }) => by === 'slipway' && cordoned);
  if (set === undefined || cordonOwner(history, end) !== 'slipway' || last?.unschedulable === false)
    return [];
  const run = runAt(runsOf(evidence), set.at);
  if (run === undefined)
    return [unobserved('I5', end, node, `${node} is still cordoned, and its run's history is not known`)];
  if (run.status === 'running') {
    return [
      unobserved('I5', end, node, `${node} is still cordoned: ${run.id} had not ended when the watch did`),
    ];
  }
  if (toldOf(run, node)) return [];
  // No code runs when a workflow is terminated: only the annotation on the Node can inform a person.
  if (run.status === 'terminated' && last?.marks[CORDON_MARK] === run.id) return [];
  const words = `${node} is still cordoned by ${run.id}, which ended ${run.outcome ?? run.status} and names no state of it`;
  return [violation('I5', end, node, words)];
}

/** The result names the node, in a state that includes a cordon. A node that is done is uncordoned. */
function toldOf({ named }: Run, node: string): boolean {
  return named.some(
    (one) => one.node === node && one.outcome === 'halted' && !NOT_LEFT_CORDONED.has(one.state),
  );
}

function foreignCordon(evidence: Evidence, node: string, history: readonly CordonChange[]): Finding[] {
  return history
    .filter(({ by, cordoned, ownerBefore }) => by === 'slipway' && !cordoned && ownerBefore === 'somebody')
    .map(({ at }) =>
      violation('I5', at, node, `Slipway uncordoned ${node}, which somebody else had cordoned`),
    );
}

function cordonedControlPlane(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const all = touches(evidence);
  return watchedRuns(evidence).flatMap((run) => {
    const first = all.find((touch) => runAt(runs, touch.at)?.id === run.id);
    const cordoned = controlPlanes(evidence).find(
      (name) => cordonOwner(cordonsOf(evidence, name), run.startedAt) === 'somebody',
    );
    if (first === undefined || cordoned === undefined) return [];
    if (cordonOwner(cordonsOf(evidence, cordoned), first.at) !== 'somebody') return [];
    const words = `${first.name} of ${first.node} though somebody had cordoned ${cordoned} before ${run.id} began`;
    return [violation('I5', first.at, cordoned, words)];
  });
}
