import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';

const node = 'k8s-work-1';

/** Only here: an abort at each step. Before the install the node is undone; from the install on it is finished first. */
describe('an abort', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'abort' });
  }, 120_000);

  afterAll(async () => {
    const verdict = await world.stop();
    expect(verdict.violations).toEqual([]);
  }, 120_000);

  const undone = ['prepareImage', 'awaitGates', 'cordonNode', 'drainNode', 'recordFacts'] as const;
  it.each(undone)('during %s leaves the node as it was, and the cluster held', async (activity) => {
    const run = await world.upgrade('--only', node);
    await world.untilStep(run, node, activity);
    const aborted = await world.slipway('abort', '--why', `test of ${activity}`);
    expect(aborted.code).toBe(0);
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.metadata.annotations}')).not.toContain('slipway.dev');
    expect((await world.slipway('upgrade')).code).toBe(1);
    expect((await world.slipway('release', '--why', 'test')).code).toBe(0);
  }, 120_000);

  it('during the wait for the boot finishes the node, then ends the run', async () => {
    const run = await world.upgrade('--only', node);
    await world.untilStep(run, node, 'awaitBoot');
    await world.slipway('abort', '--why', 'test of awaitBoot');
    const result = await world.result(run);
    expect(result.outcome).toBe('aborted');
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
  }, 180_000);
});
