import { stepsOf, type StepName } from '../steps/node-steps.js';
import type { Planned, PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';

/** How a node that halted a run would be retried. */
export type Retry =
  | { readonly verdict: 'again'; readonly node: PlannedNode; readonly steps: readonly StepName[] }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };

/**
 * A retry decides nothing new: version, image and strategy stay as planned. Only its starting point comes from the node's state: armed,
 * incomplete, on its target and still cordoned, or as it was.
 *
 * @param planned the same upgrade, planned for this node alone in its current state.
 * @param before the node as the run's plan has it.
 * @param to the version of the hop that halted.
 */
export function retryOf(planned: Planned, before: PlannedNode, to: string): Retry {
  if (planned.verdict === 'refused') return { verdict: 'refused', reasons: planned.reasons };
  // The node runs its version, and nothing is left on it: only the soak can be repeated.
  if (planned.verdict === 'nothing-to-do')
    return { verdict: 'again', node: { ...before, skip: 'already-on-target' }, steps: ['soak'] };
  const { plan } = planned;
  const [hop, ...others] = plan.hops;
  const now = hop?.nodes.find(({ name }) => name === before.name);
  if (!hop || !now || others.length > 0 || hop.to !== to) {
    const found = `it would go by ${plan.hops.map((one) => one.to).join(', then ')}`;
    return { verdict: 'refused', reasons: [{ kind: 'retry-other-way', node: before.name, to, found }] };
  }
  const { canary, soak, rebootMode, keepCordon } = before;
  const accepts = before.replacement?.accepts;
  const node: PlannedNode = {
    ...now,
    canary,
    soak,
    keepCordon: keepCordon || now.keepCordon,
    ...(rebootMode ? { rebootMode } : {}),
    ...(now.replacement && accepts ? { replacement: { ...now.replacement, accepts } } : {}),
  };
  return { verdict: 'again', node, steps: stepsOf(plan, now) };
}
