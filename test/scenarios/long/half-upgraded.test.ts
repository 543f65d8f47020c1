import { afterEach, describe, expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import type { FaultName } from '../../../lab/faults/catalogue.js';
import { foreground } from '../../../lab/processes/foreground.js';
import { cleanEnvironment } from '../../../lab/terminal.js';
import { waits } from '../../../lab/waits.js';
import { World, nodeResult } from '../../../lab/world.js';
import { toolPath } from '../../../src/tools/tool-path.js';

const installer = 'factory.talos.dev/nocloud-installer';
const schematics = {
  'control-plane': '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2',
  worker: '990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e',
};

/** Only here: nodes that a person upgraded, or only installed, before the run. */
describe('a cluster that a person has upgraded half of', () => {
  let world: World | undefined;

  afterEach(async () => {
    await world?.stop();
    world = undefined;
  });

  it('is resumed: those nodes are skipped, the others are done', async () => {
    world = await World.start({ name: 'half-legacy' });
    const byHand = ['k8s-ctrl-2', 'k8s-work-1'];
    for (const node of byHand) await outOfBandOn(world, '1.12', node, 'upgraded-by-hand', 'v1.12.2');

    const rest = ['k8s-ctrl-3', 'k8s-work-2'];
    const plan = await world.slipway('plan', '--only', ...byHand, ...rest);
    expect(plan.stdout).toMatch(/2 of 4 nodes run v1\.12\.2 already and are not touched/);
    const result = await world.result(await world.upgrade('--only', ...byHand, ...rest));
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    for (const node of byHand) expect(nodeResult(result, node).outcome).toBe('skipped');
    for (const node of rest)
      expect(nodeResult(result, node)).toMatchObject({ outcome: 'done', state: 'on-target' });
    for (const node of [...byHand, ...rest])
      expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
    expect((await world.stop()).complaints).toEqual([]);
  });

  it('with one node installed and not booted: that is named and returned to service, and once it has booted the rest is done', async () => {
    world = await World.start({
      name: 'half-lifecycle',
      labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'],
    });
    const [booted, armed, last] = ['k8s-work-1', 'k8s-work-2', 'k8s-work-3'] as const;
    await outOfBandOn(world, '1.13', booted, 'upgraded-by-hand', 'v1.13.9');
    await outOfBandOn(world, '1.13', armed, 'installed-by-hand', 'v1.13.9');

    const halted = await world.result(await world.upgrade('--only', booted, armed, last));
    expect(nodeResult(halted, armed)).toMatchObject({
      outcome: 'undone',
      state: 'armed',
      failedStep: 'install',
      reason: { kind: 'installed-by-others', image: imageOf(world, armed, 'v1.13.9') },
    });
    expect(await world.says()).toContain('reboot --drain');
    await world.control('POST', `/machines/${armed}/reboot`);
    await untilItRuns(world, armed, 'v1.13.9');
    expect((await world.slipway('release', '--why', 'it has booted')).code).toBe(0);

    const result = await world.result(await world.upgrade('--only', booted, armed, last));
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    const outcomes = [booted, armed, last].map((node) => nodeResult(result, node).outcome);
    expect(outcomes).toEqual(['skipped', 'skipped', 'done']);
    for (const node of [booted, armed, last])
      expect(await world.machineEvents(node, 'install-finished')).toHaveLength(1);
    expect((await world.stop()).complaints).toEqual([]);
  });
});

function imageOf(world: World, node: string, version: string): string {
  const machine = world.lab.machines.find(({ name }) => name === node);
  if (!machine) throw new Error(`the lab has no ${node}`);
  return `${installer}/${schematics[machine.role]}:${version}`;
}

/**
 * Somebody pulls the image with their own talosctl, and has the machine upgraded to it, or only installed. The machine does the upgrade
 * on its own: the watcher takes every request to install for Slipway's.
 */
async function outOfBandOn(
  world: World,
  minor: string,
  node: string,
  what: Extract<FaultName, 'upgraded-by-hand' | 'installed-by-hand'>,
  version: string,
): Promise<void> {
  const reboots = what === 'upgraded-by-hand';
  if (reboots) await drain(world, node);
  await world.control('POST', '/faults', { name: what, node });
  await pullImage(world, minor, node, imageOf(world, node, version));
  if (reboots) {
    await untilItRuns(world, node, version);
    await world.kubectl('uncordon', node);
    return;
  }
  await world.until(`${node} is armed`, async () => (await world.machineEvents(node, 'armed')).length > 0);
}

async function drain(world: World, node: string): Promise<void> {
  const flags = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=20s'];
  await world.until(`${node} is drained`, async () => {
    await world.kubectl('drain', node, ...flags);
    return true;
  });
}

/** Through another control plane node, as a person uses Talos' API. */
async function pullImage(world: World, minor: string, node: string, image: string): Promise<void> {
  const { machines, talosconfig } = world.lab;
  const target = machines.find(({ name }) => name === node);
  const way = machines.find(({ name, role }) => role === 'control-plane' && name !== node);
  if (!target || !way) throw new Error(`there is no way to ${node}`);
  const to = ['--talosconfig', talosconfig.admin, '--endpoints', way.loopback, '--nodes', target.address];
  const args = [...to, 'image', 'pull', image, '--namespace', 'system'];
  const done = await foreground(await toolPath('talosctl', minor), args, {
    env: cleanEnvironment({}),
    timeoutMs: waits.commandMs,
  });
  if (done.code !== 0) throw new Error(`talosctl image pull ended with ${done.code}: ${done.stderr}`);
}

/** Until the node has booted that version, and it and every machine are ready. */
async function untilItRuns(world: World, node: string, version: string): Promise<void> {
  await world.until(`${node} runs ${version}`, async () => {
    const { machines } = (await world.control('GET', '/state')) as { machines: { ready: boolean }[] };
    const { status } = JSON.parse(await world.kubectl('get', 'node', node, '-o', 'json')) as V1Node;
    const ready = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
    const runs = status?.nodeInfo?.osImage.includes(version);
    return machines.every((one) => one.ready) && ready === true && runs === true;
  });
}
