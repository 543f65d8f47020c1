import type { UpgradePlan } from './plan.js';

/**
 * What things usually take, in milliseconds, where the run has no figures of its own yet: the target for a node in place is
 * three minutes. Soaks and the pause between control planes come on top, as the plan has them.
 */
export const usually = {
  observe: 15_000,
  snapshot: 30_000,
  controlPlane: 180_000,
  worker: 165_000,
  /** Per node: gates that open again after a soak. */
  gates: 5_000,
} as const;

/** How long a plan will probably take, in milliseconds. Never decides anything. */
export function estimatePlan({
  hops,
  limits,
  snapshotMaxAge,
  batch = 1,
}: Pick<UpgradePlan, 'hops' | 'limits' | 'snapshotMaxAge' | 'batch'>): number {
  let total = usually.observe;
  let sinceSnapshot = Number.POSITIVE_INFINITY;
  for (const { nodes } of hops) {
    let controlPlanes = 0;
    for (const node of nodes) {
      if (node.skip) continue;
      const isControlPlane = node.role === 'control-plane';
      // Workers of a batch share their time; the canary goes alone.
      const together = isControlPlane || node.canary ? 1 : batch;
      let took =
        ((isControlPlane ? usually.controlPlane : usually.worker) + usually.gates + node.soak) / together;
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
