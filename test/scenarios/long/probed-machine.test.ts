import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { applyHostProbeRole, hostNamespace, isCordoned, probePods } from '../probe-namespaces.js';

const from = 'v1.12.1';
const to = 'v1.13.7';

/** Only here: a VLAN that the hypervisor got wrong. No guest sees its tag, and Terraform knows only what it requested. */
describe('a replaced machine whose VLAN is tested', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({
      name: 'probed-machine',
      hypervisor: true,
      labArgs: ['--talos', from, '--target', from],
    });
    await applyHostProbeRole(world);
    await setInInventory(
      world,
      ['probes'],
      [
        {
          name: 'vlan-81',
          for: { role: 'worker' },
          namespace: hostNamespace,
          image: 'docker.io/library/busybox:1.37',
          command: ['ping', '-c', '2', '-I', 'eth2', '192.168.81.1'],
          hostNetwork: true,
          capabilities: ['NET_RAW'],
          limit: '20s',
        },
      ],
    );
    await world.owner.merge('Try the VLAN of workers');
    await world.owner.mergeTalos(to);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('is returned to service where its gateway answers', async () => {
    const result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(nodeResult(result, 'k8s-work-1').steps).toContainEqual(
      expect.objectContaining({ step: 'probe-node', note: 'the probe vlan-81 ended well' }),
    );
    expect(await probePods(world)).toEqual([]);
  });

  it('stays cordoned where the hypervisor put its network interface into another VLAN', async () => {
    await world.control('POST', '/faults', { name: 'vm-wrong-vlan', node: 'k8s-work-2' });
    const result = await world.result(await world.upgrade('--only', 'k8s-work-2'));
    expect(nodeResult(result, 'k8s-work-2')).toMatchObject({
      outcome: 'halted',
      state: 'on-target',
      failedStep: 'probe-node',
      reason: {
        kind: 'probe-failed',
        probe: 'vlan-81',
        why: 'exit code 1',
        tail: expect.stringContaining('100% packet loss'),
      },
    });
    expect(await isCordoned(world, 'k8s-work-2')).toBe(true);
    expect(await probePods(world)).toEqual([]);
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});
