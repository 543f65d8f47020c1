import type { Inventory } from '../inventory/schema.js';
import { runningSchematic } from './expectations.js';
import { stepOrders, type StepName } from './node-steps.js';
import type { NodeObservation } from './observation.js';
import type { PlannedNode } from './plan.js';
import type { Reason } from './reason.js';
import { stepsLeftOut } from './steps-left-out.js';
import { flowOf } from './upgrade-flow.js';

/** How a node that halted a run would go back to what it ran before. */
export type Rollback =
  | { readonly verdict: 'back'; readonly node: PlannedNode; readonly steps: readonly StepName[] }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };

/**
 * Back to the version from before: by the slot that the upgrade in place left alone; or, where the node runs that version already, only
 * back into service.
 *
 * @param seen what the node is now.
 * @param before the node as the run's plan has it.
 * @param to the version of the hop that halted.
 */
export function rollbackOf(
  inventory: Pick<Inventory, 'nodes'>,
  seen: NodeObservation,
  before: PlannedNode,
  to: string,
): Rollback {
  const { name, from, expects } = before;
  const refused = (why: string): Rollback => ({
    verdict: 'refused',
    reasons: [{ kind: 'rollback-impossible', node: name, why }],
  });
  if (before.rebuild)
    return refused(
      'its machine was made anew, or was to be; the way back makes it anew once more, with the version from before, which Slipway does not do by itself yet',
    );
  if (seen.talos.kind === 'unreachable')
    return refused(
      `Talos on it does not answer (${seen.talos.why}), and nobody else can boot its other slot`,
    );
  const talos = seen.talos.value;
  const runs = { version: talos.version, schematic: runningSchematic(talos), extensions: talos.extensions };
  const flow = flowOf(talos.version) ?? 'legacy';
  const { rebootMode: _, skip: _skip, armed: _armed, ...kept } = before;
  const node: PlannedNode = {
    ...kept,
    steps: 'back',
    flow,
    // What it is made of once it is back.
    schematic: expects.schematic,
    from: talos.version,
    expects: runs,
    soak: 0,
  };
  if (talos.version === from && runs.schematic === expects.schematic)
    return {
      verdict: 'back',
      node: { ...node, back: true },
      steps: ['cordon', 'await-etcd-member', 'uncordon'],
    };
  if (talos.version !== to)
    return refused(`it runs ${talos.version}, neither the version from before nor the one of this run`);
  const left = stepsLeftOut(inventory);
  const steps = stepOrders.back.filter((step) => !left.has(step));
  return { verdict: 'back', node: { ...node, back: true }, steps };
}
