import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { setInInventory } from '../../../lab/edit-inventory.js';

const [stuck, next] = ['k8s-work-1', 'k8s-work-2'] as const;
const namespace = 'kept';

/** Only here: a run that continues without a worker that cannot be drained, since slipway.yaml says so. */
describe('a worker that cannot be drained', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({ name: 'undrained' });
    await setInInventory(world, ['upgrade', 'workers', 'undrained'], 'skip');
    await setInInventory(world, ['limits', 'gates'], '5s');
    await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await world.apply(pinned(stuck));
    await world.apply({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'never', namespace },
      spec: { minAvailable: '100%', selector: {} },
    });
    await world.until('the budget is observed', async () => {
      const status = '--output=jsonpath={.status.currentHealthy}';
      return (await world.kubectl('get', 'pdb', 'never', '-n', namespace, status)) === '1';
    });
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is named by the plan', async () => {
    expect((await world.slipway('plan')).stdout).toContain('the run goes on without it');
  });

  it('is returned to service, and the run continues without it', async () => {
    result = await world.result(await world.upgrade('--only', stuck, next));
    expect(result).toMatchObject({
      outcome: 'incomplete',
      reasons: [{ kind: 'nodes-skipped', nodes: [stuck] }],
    });
    expect(nodeResult(result, stuck)).toMatchObject({ outcome: 'undone', state: 'untouched' });
    expect(nodeResult(result, next)).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.machineEvents(stuck, 'upgrade-accepted')).toEqual([]);
    const spec = await world.kubectl('get', 'node', stuck, '--output=jsonpath={.spec.unschedulable}');
    expect(spec).toBe('');
  });

  it('is named in the report, with why and by whom it was left out', async () => {
    expect(result.decisions).toMatchObject([
      { kind: 'skip', by: 'Slipway itself', why: 'upgrade.workers.undrained', node: stuck },
    ]);
    const { stdout } = await world.slipway('report');
    expect(stdout).toContain(`${namespace}/never`);
    expect(stdout).toContain('Slipway itself');
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

/** One pod that runs on that node alone. */
function pinned(node: string): object {
  const labels = { app: 'pinned' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'pinned', namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': node },
          containers: [{ name: 'pinned', image: 'registry.k8s.io/pause:3.10' }],
        },
      },
    },
  };
}
