import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { retryOf } from '../../../src/planning/rollback/retry.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, cordonedByRun, marked, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { everyReason } from '../reasons/every-reason.js';

const to = 'v1.12.6';
const run = 'run/prox-ops/42';
const node = 'work-1';
const world = aCluster();
const before = planOf(world.planInput()).hops[0]?.nodes.find((one) => one.name === node);
if (!before) throw new Error(`the plan has no ${node}`);

const again = (now: Cluster) => retryOf(planUpgrade({ ...now.planInput(), only: [node] }), before, to);

describe('a node that halted a run, and is retried', () => {
  test('takes every step where nothing was done, with the planned soak', () => {
    expect(again(world)).toEqual({
      verdict: 'again',
      node: expect.objectContaining({ name: node, image: before.image, canary: true, soak: before.soak }),
      steps: stepOrders.legacy,
    });
  });

  test('takes over the cordon of its own run', () => {
    const left = world.withObject(node, {
      ...cordonedByRun(run),
      marks: { ...marked({}), run, cordonedBy: run },
    });
    expect(again(left)).toMatchObject({ verdict: 'again', node: { adopts: run, keepCordon: false } });
  });

  test('is only returned to service where it runs its version, and is still cordoned', () => {
    const left = world
      .running(to, node)
      .withObject(node, { ...cordonedByRun(run), marks: { ...marked({}), run, cordonedBy: run } });
    expect(again(left)).toMatchObject({ verdict: 'again', steps: stepOrders.adopted });
  });

  test('only soaks where nothing is left to do', () =>
    expect(again(world.running(to, node))).toMatchObject({ verdict: 'again', steps: ['soak'] }));

  test('is not begun where a plan is refused, and says why', () => {
    const reasons = [everyReason['kubernetes-unreachable']];
    expect(retryOf({ verdict: 'refused', reasons }, before, to)).toEqual({ verdict: 'refused', reasons });
  });

  test('does not differ from the plan of its run', () =>
    expect(retryOf(planUpgrade({ ...world.planInput(), only: [node] }), before, 'v1.12.7')).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'retry-other-way', node, to: 'v1.12.7' }],
    }));
});
