import { describe, expect, test } from '@jest/globals';
import { estimatePlan, usually } from '../../../src/planning/plan/estimate.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const plan = planOf(aCluster().planInput());
const minutes = (estimate: number): number => estimate / 60_000;

describe('the estimate', () => {
  test('of three control planes and three workers is nodes, soaks and the pauses between control planes', () => {
    const nodes = 3 * usually.controlPlane + 3 * usually.worker + 6 * usually.gates;
    const soaks = 4 * plan.limits.soakCanary;
    const pauses = 2 * plan.limits.etcdStable;
    expect(estimatePlan(plan)).toBe(usually.observe + usually.snapshot + nodes + soaks + pauses);
  });

  test('leaves out what is skipped', () => {
    const hops = plan.hops.map((hop) => ({
      ...hop,
      nodes: hop.nodes.map((node) => ({ ...node, skip: 'already-on-target' as const })),
    }));
    expect(estimatePlan({ ...plan, hops })).toBe(usually.observe);
  });

  test('of fifteen nodes stays within the two hours they may take', () => {
    const fifteen = planOf(aCluster({ workers: 12 }).planInput());
    expect(minutes(fifteen.estimate)).toBeLessThan(120);
    expect(minutes(fifteen.estimate)).toBeGreaterThan(30);
  });

  test('of workers that go together shares their time, and the canary goes alone', () => {
    const alone = estimatePlan(plan) - estimatePlan({ ...plan, batch: 2 });
    expect(alone).toBe((2 * (usually.worker + usually.gates)) / 2);
  });

  test('counts another snapshot once the last is too old for the next control plane', () => {
    expect(estimatePlan({ ...plan, snapshotMaxAge: 60_000 }) - estimatePlan(plan)).toBe(2 * usually.snapshot);
  });
});
