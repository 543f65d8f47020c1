import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../../lab/world.js';

const impossibleBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'never', namespace: 'postgres' },
  spec: { minAvailable: '100%', selector: {} },
};

/** Only here: bad input and closed gates, each a sentence with what to do, before anything was touched. */
describe('what cannot be done', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'refused' });
  }, 120_000);

  afterAll(async () => {
    await world.stop();
  }, 120_000);

  const requests = [
    ['a downgrade', ['--talos', 'v1.12.0'], /v1\.12\.0/],
    ['a skipped minor', ['--talos', 'v1.14.0'], /1\.13/],
    ['a version the factory does not know', ['--talos', 'v1.12.99'], /v1\.12\.99/],
    ['a version that is none', ['--talos', 'newest'], /newest/],
    ['an unknown node', ['--only', 'k8s-work-99'], /k8s-work-99/],
  ] as const;
  it.each(requests)(
    '%s is refused by the plan',
    async (_case, args, said) => {
      const plan = await world.slipway('plan', ...args);
      expect(plan.code).not.toBe(0);
      expect(plan.stdout + plan.stderr).toMatch(said);
    },
    60_000,
  );

  it('an inventory that disagrees with the cluster is refused with both values', async () => {
    const inventory = await readFile(world.lab.inventory, 'utf8');
    const other = path.join(path.dirname(world.lab.inventory), 'other.yaml');
    await writeFile(other, inventory.replace('k8s-work-3', 'k8s-work-9'));
    const plan = await world.slipway('plan', '--file', other);
    expect(plan.code).toBe(1);
    expect(plan.stdout + plan.stderr).toMatch(/k8s-work-9/);
  }, 60_000);

  it('a budget that can never be met closes a gate, and names pod, owner and numbers', async () => {
    await world.apply(impossibleBudget);
    await world.until(
      'the budget is observed',
      async () =>
        (await world.kubectl(
          'get',
          'pdb',
          '-n',
          'postgres',
          'never',
          '-o',
          'jsonpath={.status.expectedPods}',
        )) !== '0',
    );
    const plan = await world.slipway('plan');
    expect(plan.stdout).toMatch(/postgres\/never/);
    await world.kubectl('delete', 'pdb', '-n', 'postgres', 'never');
  }, 60_000);

  it('a control plane that somebody cordoned closes the first gate: nothing is touched', async () => {
    await world.kubectl('cordon', 'k8s-ctrl-3');
    const run = await world.upgrade();
    await world.until('the run waits for it or ends', async () => {
      const { stdout } = await world.slipway('status');
      return /k8s-ctrl-3/.test(stdout) && /cordon/.test(stdout);
    });
    await world.slipway('abort', '--why', 'test');
    const result = await world.result(run);
    expect(['aborted', 'refused']).toContain(result.outcome);
    for (const { name } of world.lab.machines)
      expect(await world.machineEvents(name, 'upgrade-accepted')).toEqual([]);
    await world.kubectl('uncordon', 'k8s-ctrl-3');
    await world.slipway('release', '--why', 'test');
  }, 120_000);

  it('a worker that somebody cordoned is upgraded in its turn and left cordoned', async () => {
    await world.kubectl('cordon', 'k8s-work-2');
    const result = await world.result(await world.upgrade('--only', 'k8s-work-2'));
    expect(result.outcome).toBe('done');
    expect(await world.kubectl('get', 'node', 'k8s-work-2', '-o', 'jsonpath={.spec.unschedulable}')).toBe(
      'true',
    );
    await world.kubectl('uncordon', 'k8s-work-2');
  }, 180_000);

  it('an etcd member that is down stops the run before anything is touched', async () => {
    await world.control('POST', '/etcd/k8s-ctrl-3/stop');
    const run = await world.upgrade('--only', 'k8s-ctrl-1');
    await world.until('the run says so', async () => {
      const { stdout } = await world.slipway('status');
      return /k8s-ctrl-3/.test(stdout) && /etcd/.test(stdout);
    });
    await world.slipway('abort', '--why', 'test');
    await world.result(run).catch(() => undefined);
    expect(await world.machineEvents('k8s-ctrl-1', 'upgrade-accepted')).toEqual([]);
    await world.control('POST', '/etcd/k8s-ctrl-3/start');
    await world.slipway('release', '--why', 'test');
  }, 120_000);

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).violations).toEqual([]);
  }, 120_000);
});
