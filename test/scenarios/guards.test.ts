import { afterEach, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { onOneLine } from './what-is-said.js';

const impossibleBudget = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'never', namespace: 'postgres' },
  spec: { minAvailable: '100%', selector: {} },
};

/** Two pods that nothing but this node may run, of which one must stay: the second is refused until somebody helps. */
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
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  }, 120_000);

  it('against a second install: the intent on the Node is enough to send nothing', async () => {
    world = await World.start({ name: 'intent' });
    const intent = 'slipway.dev/install=run/prox-ops/1/1/k8s-work-1/1 v1.12.2';
    await world.kubectl('annotate', 'node', 'k8s-work-1', intent);
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({
      outcome: 'halted',
      state: 'install-unknown',
      reason: { kind: 'install-unanswered' },
    });
    expect(await world.machineEvents('k8s-work-1', 'upgrade-accepted')).toEqual([]);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('against a lost answer: the node is observed, one install, done', async () => {
    world = await World.start({ name: 'answer-lost', faults: ['upgrade-answer-lost@k8s-work-1'] });
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({ outcome: 'done', state: 'on-target' });
    expect(await world.machineEvents('k8s-work-1', 'install-finished')).toHaveLength(1);
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('against a drain that cannot end: a budget that can never be met closes a gate, then a drain gives up', async () => {
    world = await World.start({ name: 'budget' });
    await world.apply(impossibleBudget);
    const at = world;
    await at.until('the budget is observed', async () => {
      const expected = await at.kubectl(
        'get',
        'pdb',
        'never',
        '-n',
        'postgres',
        '-o',
        'jsonpath={.status.expectedPods}',
      );
      return Number(expected) > 0;
    });
    const result = await world.result(await world.upgrade());
    expect(result.outcome).toBe('halted');
    const halted = result.nodes.at(-1);
    expect(halted).toMatchObject({ outcome: 'undone', reason: { kind: 'gave-up' } });
    expect(JSON.stringify(halted?.reason)).toContain('postgres/never');
    const status = await world.slipway('status');
    expect(status.stdout).toContain('postgres/never');
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 300_000);

  it('against an eviction that is refused at first: it is asked for again, in one drain', async () => {
    world = await World.start({ name: 'refused-eviction' });
    const at = world;
    for (const object of twoOnOneNode('k8s-work-1')) await at.apply(object);
    await at.until('the budget lets one of both go', async () => {
      const allowed = '--output=jsonpath={.status.disruptionsAllowed}';
      return (await at.kubectl('get', 'pdb', 'both', '--namespace=default', allowed)) === '1';
    });
    const run = await at.upgrade('--only', 'k8s-work-1');
    await at.until('the other is refused', async () =>
      onOneLine(await at.says()).includes('PodDisruptionBudget default/both allows 0'),
    );
    await at.kubectl('delete', 'pdb', 'both', '--namespace=default');
    const result = await at.result(run);
    const node = nodeResult(result, 'k8s-work-1');
    expect(node).toMatchObject({ outcome: 'done', attempt: 1 });
    expect(node.steps.map(({ step }) => step).filter((step) => /cordon|drain/.test(step))).toEqual([
      'cordon',
      'drain',
      'uncordon',
    ]);
    const verdict = await at.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('against an admission policy that denies an eviction: it is asked for again, until somebody lifts it', async () => {
    world = await World.start({ name: 'denied-eviction' });
    const at = world;
    for (const object of denyEvictions) await at.apply(object);
    const run = await at.upgrade('--only', 'k8s-work-1');
    await at.until('it is said who denies it', async () =>
      /denied request: not tonight/.test(onOneLine(await at.says())),
    );
    await at.kubectl('delete', 'validatingadmissionpolicybinding', 'no-evictions');
    const result = await at.result(run);
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({ outcome: 'done', attempt: 1 });
    const verdict = await at.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('for a worker that somebody cordoned: it is upgraded in its turn and left cordoned', async () => {
    world = await World.start({ name: 'cordoned' });
    await world.kubectl('cordon', 'k8s-work-2');
    const result = await world.result(await world.upgrade('--only', 'k8s-work-2'));
    expect(result.outcome).toBe('done');
    expect(await world.kubectl('get', 'node', 'k8s-work-2', '-o', 'jsonpath={.spec.unschedulable}')).toBe(
      'true',
    );
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);

  it('for a person who uncordons a node while it is drained: the drain stops', async () => {
    world = await World.start({ name: 'uncordon', speed: 1 });
    await world.slowPods('k8s-work-1', 12);
    const run = await world.upgrade('--only', 'k8s-work-1');
    await world.untilBegun(run, 'k8s-work-1', 'drainNode');
    await world.kubectl('uncordon', 'k8s-work-1');
    const result = await world.result(run);
    expect(nodeResult(result, 'k8s-work-1')).toMatchObject({
      outcome: 'undone',
      reason: { kind: 'cordon-lost' },
    });
    expect(await world.kubectl('get', 'node', 'k8s-work-1', '-o', 'jsonpath={.spec.unschedulable}')).toBe('');
    const verdict = await world.stop();
    expect(verdict.complaints).toEqual([]);
  }, 240_000);
});
