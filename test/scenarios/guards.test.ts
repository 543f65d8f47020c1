import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setInInventory } from '../../lab/edit-inventory.js';
import { returnToService } from '../../lab/put-back/reset.js';
import { World, nodeResult } from '../../lab/world.js';
import { holdDrain, stopHolding } from './held-drain.js';
import { onOneLine } from './what-is-said.js';

const impossibleBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'never', namespace: 'postgres' },
  spec: { minAvailable: '100%', selector: {} },
};

/** Two pods that only this node may run, of which one must stay: the second is denied until somebody helps. */
function twoOnOneNode(node: string): object[] {
  const labels = { app: 'both' };
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'both', namespace: 'default' },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'both', namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            nodeSelector: { 'kubernetes.io/hostname': node },
            containers: [{ name: 'one', image: 'docker.io/library/busybox:1.37.0' }],
          },
        },
      },
    },
  ];
}

const denyEvictions = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'no-evictions' },
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/eviction'] },
        ],
      },
      validations: [{ expression: 'false', message: 'not tonight' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'no-evictions' },
    spec: { policyName: 'no-evictions', validationActions: ['Deny'] },
  },
];

/** Only here: each guard of a destructive step, made to fire. */
describe('a guard', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'guards' });
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('on a cluster that is returned to service after each', () => {
    afterEach(async () => {
      await returnToService(world);
    });

    // The first, since the intent names a run.
    it('against a second install: the intent on the Node is enough to send nothing', async () => {
      // How long it waits for a response that never comes.
      await setInInventory(world, ['limits', 'install'], '8s');
      const intent = 'slipway.dev/install=run/prox-ops/1/1/k8s-work-1/1 v1.12.2';
      await world.kubectl('annotate', 'node', 'k8s-work-1', intent);
      const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
      expect(nodeResult(result, 'k8s-work-1')).toMatchObject({
        outcome: 'halted',
        state: 'install-unknown',
        reason: { kind: 'install-unanswered' },
      });
      expect(await world.machineEvents('k8s-work-1', 'upgrade-accepted')).toEqual([]);
      await setInInventory(world, ['limits', 'install'], '5m');
    });

    it('against an eviction that is refused at first: it is asked for again, in one drain', async () => {
      for (const object of twoOnOneNode('k8s-work-1')) await world.apply(object);
      await world.until('the budget lets one of both go', async () => {
        const allowed = '--output=jsonpath={.status.disruptionsAllowed}';
        return (await world.kubectl('get', 'pdb', 'both', '--namespace=default', allowed)) === '1';
      });
      const run = await world.upgrade('--only', 'k8s-work-1');
      await world.until('the other is refused', async () =>
        onOneLine(await world.says()).includes('PodDisruptionBudget default/both allows 0'),
      );
      await world.kubectl('delete', 'pdb', 'both', '--namespace=default');
      const result = await world.result(run);
      const node = nodeResult(result, 'k8s-work-1');
      expect(node).toMatchObject({ outcome: 'done', attempt: 1 });
      expect(node.steps.map(({ step }) => step).filter((step) => /cordon|drain/.test(step))).toEqual([
        'cordon',
        'drain',
        'uncordon',
      ]);
      await world.kubectl('delete', 'deployment', 'both', '--namespace=default');
    });

    it('for a worker that somebody cordoned: it is upgraded in its turn and left cordoned', async () => {
      await world.kubectl('cordon', 'k8s-work-2');
      const result = await world.result(await world.upgrade('--only', 'k8s-work-2'));
      expect(result.outcome).toBe('done');
      expect(await world.kubectl('get', 'node', 'k8s-work-2', '-o', 'jsonpath={.spec.unschedulable}')).toBe(
        'true',
      );
    });

    it('for a person who uncordons a node while it is drained: the drain stops', async () => {
      await holdDrain(world, 'k8s-work-3');
      const run = await world.upgrade('--only', 'k8s-work-3');
      await world.untilBegun(run, 'k8s-work-3', 'drainNode');
      await world.kubectl('uncordon', 'k8s-work-3');
      const result = await world.result(run);
      await stopHolding(world);
      expect(nodeResult(result, 'k8s-work-3')).toMatchObject({
        outcome: 'undone',
        reason: { kind: 'cordon-lost' },
      });
      expect(await world.kubectl('get', 'node', 'k8s-work-3', '-o', 'jsonpath={.spec.unschedulable}')).toBe(
        '',
      );
    });

    it('against an admission policy that denies an eviction: it is asked for again, until somebody lifts it', async () => {
      for (const object of denyEvictions) await world.apply(object);
      const run = await world.upgrade('--only', 'k8s-work-3');
      await world.until('it is said who denies it', async () =>
        /denied request: not tonight/.test(onOneLine(await world.says())),
      );
      await world.kubectl('delete', 'validatingadmissionpolicybinding', 'no-evictions');
      const result = await world.result(run);
      expect(nodeResult(result, 'k8s-work-3')).toMatchObject({ outcome: 'done', attempt: 1 });
    });

    it('against a drain that cannot end: a budget that can never be met closes a gate, then a drain gives up', async () => {
      await setInInventory(world, ['limits', 'gates'], '20s');
      await setInInventory(world, ['limits', 'drain'], '12s');
      await world.apply(impossibleBudget);
      await world.until('the budget is observed', async () => {
        const expected = '--output=jsonpath={.status.expectedPods}';
        return Number(await world.kubectl('get', 'pdb', 'never', '--namespace=postgres', expected)) > 0;
      });
      const protectedOn = '--output=jsonpath={.items[0].spec.nodeName}';
      const node = await world.kubectl('get', 'pods', '--namespace=postgres', protectedOn);
      const result = await world.result(await world.upgrade('--talos', 'v1.12.3', '--only', node));
      expect(result.outcome).toBe('halted');
      const halted = result.nodes.at(-1);
      expect(halted).toMatchObject({ outcome: 'undone', reason: { kind: 'gave-up' } });
      expect(JSON.stringify(halted?.reason)).toContain('postgres/never');
      const status = await world.slipway('status');
      expect(status.stdout).toContain('postgres/never');
    });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
