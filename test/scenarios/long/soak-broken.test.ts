import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { nodeId } from '../../../src/workflows/messages.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { addSickPod } from '../sick-pod.js';
import { onOneLine, waitingFor } from '../what-is-said.js';

/** A release that comes in the middle, of an image nobody can pull. */
const bad = {
  namespace: 'flux-system',
  name: 'bad-release',
  image: 'ghcr.io/fluxcd/no-such-controller:v1.0.0',
  reason: 'ImagePullBackOff',
};

/** Only here: a gate that closes during the soak of a node back in service, and that this ends the run. */
describe('a soak that breaks', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'soak-broken' });
    // Longer than it takes to break it, which ends it.
    for (const soak of ['soakControlPlane', 'soakCanary'])
      await setInInventory(world, ['limits', soak], '10m');
  });

  afterAll(async () => {
    await world.stop();
  });

  const stories = [
    {
      name: 'after a control plane, by a node that is not Ready',
      node: 'k8s-ctrl-2',
      next: 'k8s-work-3',
      breaks: () => world.control('POST', '/faults', { name: 'kubelet-not-ready', node: 'k8s-work-2' }),
      mends: () => world.control('DELETE', '/faults'),
      reason: { kind: 'node-not-ready', node: 'k8s-work-2' },
      says: /after k8s-ctrl-2 a gate closed and stayed closed: k8s-work-2 is not Ready/,
    },
    {
      name: 'after the canary, by a workload that is not well',
      node: 'k8s-work-1',
      next: 'k8s-work-2',
      breaks: () => addSickPod(world, bad),
      mends: () => world.kubectl('delete', 'pod', bad.name, '-n', bad.namespace),
      reason: { kind: 'pods-in-trouble', count: 1 },
      says: /after k8s-work-1 a gate closed and stayed closed: .*flux-system\/bad-release \(ImagePullBackOff\)/,
    },
  ];
  it.each(stories)(
    '$name, leaves the node in service, begins no other, and holds the cluster',
    async ({ node, next, breaks, mends, reason, says }) => {
      const { cluster } = world.lab;
      const run = await world.upgrade('--only', node, next);
      await world.until('the soak watches', async () =>
        ((await waitingFor(world, nodeId(cluster, run, 1, node, 1), 'soakNode')) ?? '').startsWith('soaking'),
      );
      await breaks();
      const result = await world.result(run);
      expect(result).toMatchObject({ outcome: 'halted', reasons: [{ kind: 'soak-broken', node, reason }] });
      expect(nodeResult(result, node)).toMatchObject({
        outcome: 'halted',
        state: 'on-target',
        failedStep: 'soak',
      });
      expect(nodeResult(result, node).cordoned).toBeUndefined();
      expect(await world.kubectl('get', 'node', node, '--output=jsonpath={.spec.unschedulable}')).toBe('');
      expect(await world.machineEvents(next, 'install-started')).toEqual([]);
      const status = onOneLine(await world.says());
      expect(status).toMatch(/is held/);
      expect(status).toMatch(says);
      expect((await world.slipway('upgrade')).code).toBe(1);
      await mends();
      expect((await world.slipway('release', '--why', 'it was not the node')).code).toBe(0);
    },
  );

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
