import { standsAlone } from './batches.js';
import type { PlannedNode, UpgradePlan } from './plan.js';

/**
 * Default durations, in milliseconds, used until the run has measurements of its own. The target for a node in place is three minutes, for
 * a replaced node six. Soaks and the pause between control planes come on top, as the plan has them.
 */
export const usually = {
  observe: 15_000,
  snapshot: 30_000,
  controlPlane: 180_000,
  worker: 165_000,
  /** A node of either role that is replaced. */
  replaced: 360_000,
  /** The templates of a hop: hosts work in parallel. */
  templates: 600_000,
  /** One template. */
  template: 300_000,
  /** Per node: gates that open again after a soak. */
  gates: 5_000,
} as const;

/** The estimated duration of a plan, in milliseconds. Never decides anything. */
export function estimatePlan({
  hops,
  limits,
  snapshotMaxAge,
  batch,
}: Pick<UpgradePlan, 'hops' | 'limits' | 'snapshotMaxAge' | 'batch'>): number {
  let total = usually.observe;
  let sinceSnapshot = Number.POSITIVE_INFINITY;
  for (const { nodes, templates = [] } of hops) {
    const first = templates.length > 0 ? usually.templates : 0;
    total += first;
    sinceSnapshot += first;
    let controlPlanes = 0;
    for (const node of nodes) {
      if (node.skip) continue;
      const isControlPlane = node.role === 'control-plane';
      // Workers of a batch run in parallel.
      let took = (usualTime(node) + usually.gates + node.soak) / (standsAlone(node) ? 1 : batch);
      if (isControlPlane && controlPlanes > 0) took += limits.etcdStable;
      if (sinceSnapshot === Number.POSITIVE_INFINITY || (isControlPlane && sinceSnapshot >= snapshotMaxAge)) {
        took += usually.snapshot;
        sinceSnapshot = 0;
      }
      controlPlanes += isControlPlane ? 1 : 0;
      sinceSnapshot += took;
      total += took;
    }
  }
  return total;
}

function usualTime({ role, replacement }: PlannedNode): number {
  if (replacement) return usually.replaced;
  return role === 'control-plane' ? usually.controlPlane : usually.worker;
}
