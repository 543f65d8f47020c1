import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';

const worker = 'k8s-work-1';
const controlPlane = 'k8s-ctrl-2';

/** Only here: a cordon of Slipway's that a person removed, with its annotation left behind, and a later cordon of their own. */
describe('an annotation that is older than the cordon', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'stale-mark', faults: [`install-fails@${worker}`] });
  });

  afterAll(async () => {
    await world.stop();
  });

  const field = (node: string, where: string): Promise<string> =>
    world.kubectl('get', 'node', node, `--output=jsonpath={${where}}`);

  it('does not make it Slipway’s: the worker is upgraded in its turn, left cordoned, and the annotation is gone', async () => {
    const first = await world.upgrade('--only', worker);
    expect(nodeResult(await world.result(first), worker)).toMatchObject({
      outcome: 'halted',
      state: 'back-on-old',
      cordoned: true,
    });
    await world.kubectl('uncordon', worker);
    const marked = await field(worker, '.metadata.annotations.slipway\\.dev/cordoned-by');
    expect(marked).toBe(`run/${world.lab.cluster}/${first}`);
    await world.kubectl('cordon', worker);
    expect((await world.slipway('release', '--why', 'one node at a time, please')).code).toBe(0);

    const plan = await world.slipway('plan', '--only', worker);
    expect(plan.stdout).toContain(`${worker}: somebody cordoned it`);
    const result = await world.result(await world.upgrade('--only', worker));
    expect(nodeResult(result, worker)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await field(worker, '.spec.unschedulable')).toBe('true');
    expect(await field(worker, '.metadata.annotations')).not.toContain('slipway.dev/');
  });

  it('does not let a run near a control plane that a person works on', async () => {
    const mark = `slipway.dev/cordoned-by=run/${world.lab.cluster}/1`;
    await world.kubectl('annotate', 'node', controlPlane, mark);
    await world.kubectl('cordon', controlPlane);
    const result = await world.result(await world.upgrade('--only', controlPlane));
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'node-cordoned', node: controlPlane, by: 'somebody' }],
      nodes: [],
    });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
