import type { Inventory } from '../../inventory/schema.js';
import { type Armed, bootsNext, bootsNextText } from '../node/armed.js';
import { runningSchematic } from '../node/expectations.js';
import { installerImage, versionOfImage } from '../versions/installer-image.js';
import { stepOrders, type StepName } from '../steps/node-steps.js';
import { oldForbidden } from './rollback-compatibility.js';
import type { ClusterObservation } from '../node/observation.js';
import type { PlannedNode } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import { stepsLeftOut } from '../steps/omitted-steps.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { minorOf } from '../versions/versions.js';
import { well } from '../steps/health-steps.js';
import type { RollbackCosts } from './rollback-costs.js';

/** How a node that halted a run would roll back to its previous version. */
export type Rollback =
  | {
      readonly verdict: 'rollback';
      readonly node: PlannedNode;
      readonly steps: readonly StepName[];
      /** Where its machine is replaced again. */
      readonly costs?: RollbackCosts;
    }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };

/**
 * Rolls back to the previous version, by the slot that the upgrade in place left alone. A node that already runs that version is only
 * returned to service, unless its next boot takes another one. A replaced node has no such slot: `rollback-replaced.ts`.
 *
 * @param observation of the node its current state; where it is of another minor than before, of the cluster what runs and what etcd
 * reports.
 * @param before the node as the run's plan has it.
 * @param to the version of the hop that halted.
 * @param installed the image of an installer that was started since the node booted, where one was: it wrote the other slot.
 */
export function rollbackOf(
  inventory: Pick<Inventory, 'nodes' | 'image' | 'roles'>,
  observation: ClusterObservation,
  before: PlannedNode,
  to: string,
  installed?: string,
): Rollback {
  const { name, from, expects } = before;
  const refused = (why: string): Rollback => ({
    verdict: 'refused',
    reasons: [{ kind: 'rollback-impossible', node: name, why }],
  });
  const { talos: seen, kubernetes } = observation.nodes.find((one) => one.name === name) ?? {
    talos: notAsked,
    kubernetes: notAsked,
  };
  if (seen.kind === 'unreachable')
    return refused(`Talos on it does not answer (${seen.why}), and nobody else can boot its other slot`);
  const talos = seen.value;
  const runs = { version: talos.version, schematic: runningSchematic(talos), extensions: talos.extensions };
  // A node that an earlier run changed rolls back with that run.
  if (before.skip !== undefined) return refused(`this run installed nothing on it: it ran ${from} before`);
  const flow = flowOf(talos.version) ?? 'legacy';
  const { rebootMode: _, armed: _armed, ...kept } = before;
  const node: PlannedNode = {
    ...kept,
    steps: 'rollback-in-place',
    flow,
    // Its state after the rollback.
    schematic: expects.schematic,
    from: talos.version,
    expects: runs,
    soak: 0,
  };
  if (talos.version === from && runs.schematic === expects.schematic) {
    if (kubernetes.kind === 'unreachable')
      return {
        verdict: 'refused',
        reasons: [{ kind: 'kubernetes-unreachable', endpoints: [], why: kubernetes.why }],
      };
    const next = kubernetes.value && (bootsNext(kubernetes.value, runs) ?? installedNext(runs, installed));
    if (next) return refused(staysArmed(name, from, next));
    return {
      verdict: 'rollback',
      node: { ...node, back: true },
      steps: ['cordon', ...well, 'uncordon'],
    };
  }
  if (talos.version !== to)
    return refused(`it runs ${talos.version}, neither the previous version nor the one of this run`);
  const forbids = isWithinMinor(before, to) ? undefined : oldForbidden(observation, before, to);
  if (forbids) return { verdict: 'refused', reasons: [forbids] };
  if (installed !== undefined && versionOfImage(installed) !== from)
    return refused(
      `somebody installed ${installed} on it since it booted, so its other slot does not hold ${from} any more; ` +
        `once its pods are gone, and on a control plane only while the other etcd members are well: ` +
        `talosctl -n ${before.address} upgrade --image ${oldImage(inventory, before)}`,
    );
  const left = stepsLeftOut(inventory);
  const steps = stepOrders['rollback-in-place'].filter((step) => !left.has(step));
  return { verdict: 'rollback', node: { ...node, back: true }, steps };
}

/** An install without an annotation, on a node that kept running after it. How it ended is not known. */
function installedNext({ version }: { readonly version: string }, image: string | undefined) {
  if (image === undefined || flowOf(version) !== 'lifecycle' || versionOfImage(image) === version)
    return undefined;
  return { version: versionOfImage(image), sure: false };
}

/** Nothing removes an install from the next boot: Talos' own rollback reboots in the same request. */
function staysArmed(node: string, from: string, next: Pick<Armed, 'version' | 'sure'>): string {
  return (
    `it runs ${from} already, and ${bootsNextText(next)}; nothing undoes that. retry boots it, under all gates; ` +
    `as it is, and still so at its next boot, it is returned to service by: ` +
    `kubectl uncordon ${node} && kubectl annotate node ${node} slipway.dev/run- slipway.dev/cordoned-by-`
  );
}

/** Compatibility with the cluster depends on the minor: within one minor there is nothing to check. */
export function isWithinMinor({ from }: Pick<PlannedNode, 'from'>, to: string): boolean {
  return minorOf(from) === minorOf(to);
}

const notAsked = { kind: 'unreachable', why: 'it was not asked' } as const;

/** The installer image of its version before the hop. */
function oldImage(inventory: Pick<Inventory, 'image' | 'roles' | 'nodes'>, before: PlannedNode): string {
  const own = inventory.nodes.find(({ name }) => name === before.name) ?? before;
  return installerImage(inventory, { ...own, schematic: before.expects.schematic }, before.from);
}
