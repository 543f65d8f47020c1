import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../lab/world.js';
import { setInInventory } from '../../lab/edit-inventory.js';
import { nodeId } from '../../src/workflows/messages.js';
import { addSickPod } from './sick-pod.js';
import { onOneLine, waitingFor } from './what-is-said.js';

const [worker, canary, next] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
const controlPlane = 'k8s-ctrl-2';
const from = 'v1.12.1';

/** Only here: a node that does not get well on the new version and rolls back automatically, and its report. */
describe('a node that does not get well on the new version', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'rolled-back' });
    await setInInventory(world, ['upgrade', 'onFailure'], 'rollback');
    await setInInventory(world, ['limits', 'ready'], '10s');
    await setInInventory(world, ['limits', 'check'], '10s');
    await setInInventory(world, ['limits', 'nodeChecks'], '10s');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('has its rollback announced by the plan', async () => {
    expect((await world.slipway('plan')).stdout).toContain('rolls back automatically');
  });

  it.each([
    ['lost an extension', controlPlane, 'extension-missing', 'extensions-lost'],
    ['is not Ready in time', worker, 'never-ready', 'node-stays-not-ready'],
    ['fails its checks again and again', controlPlane, 'api-front-stays-cut', 'talos-not-ready'],
  ])('rolls back: it %s', async (_what, node, fault, after) => {
    await world.control('POST', '/faults', { name: fault, node });
    const run = await world.upgrade('--only', node);
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'halted',
      reasons: [{ kind: 'rolled-back', node, version: from, after: { kind: after } }],
      decisions: [{ kind: 'rollback', by: 'Slipway itself', node }],
    });
    expect(nodeResult(result, node)).toMatchObject({ outcome: 'undone', state: 'rolled-back', attempt: 2 });
    const seen = await world.kubectl('get', 'node', node, '--output=json');
    expect(seen).toContain(`Talos (${from})`);
    expect(JSON.parse(seen)).not.toHaveProperty('spec.unschedulable');
    const stdout = await world.says();
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${node} was rolled back to ${from} automatically`);
    expect((await world.slipway('release', '--why', 'looked at it')).code).toBe(0);
  });

  it('rolls back where CoreDNS is not well any more: nothing else is begun, and names what it saw', async () => {
    await setInInventory(world, ['limits', 'soakCanary'], '10m');
    const run = await world.upgrade('--only', canary, next);
    await world.until('the soak watches', async () =>
      ((await waitingFor(world, nodeId(world.lab.cluster, run, 1, canary, 1), 'soakNode')) ?? '').startsWith(
        'soaking',
      ),
    );
    const mend = await addSickPod(world, {
      namespace: 'kube-system',
      name: 'coredns-of-the-new-node',
      image: 'registry.k8s.io/coredns/coredns:v1.13.1',
      reason: 'CrashLoopBackOff',
    });
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'halted',
      reasons: [
        {
          kind: 'rolled-back',
          node: canary,
          version: from,
          after: { kind: 'soak-broken', reason: { kind: 'pods-in-trouble', count: 1 } },
        },
      ],
    });
    expect(nodeResult(result, canary)).toMatchObject({ outcome: 'undone', state: 'rolled-back' });
    expect(await world.kubectl('get', 'node', canary, '--output=json')).toContain(`Talos (${from})`);
    expect(await world.machineEvents(next, 'install-started')).toEqual([]);
    expect(onOneLine(await world.says())).toMatch(
      /kube-system\/coredns-of-the-new-node \(CrashLoopBackOff\)/,
    );
    await mend();
    expect((await world.slipway('release', '--why', 'CoreDNS was mended')).code).toBe(0);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
