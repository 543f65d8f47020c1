import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreground } from '../../../lab/processes/foreground.js';
import { waits } from '../../../lab/waits.js';
import { type World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { to, versionMerged } from '../version-merged.js';

const nics = ['roles', 'worker', 'nics'];
const label = 'example.org/rack';
const secret = 'a-secret-of-a-patch';

/** Only here: the checks of a machine before and after it is replaced, and the patches of its configuration. */
describe('a machine that Terraform replaces', () => {
  let world: World;

  beforeAll(async () => {
    world = await versionMerged('replaced-machine', to);
  });

  afterAll(async () => {
    await world.stop();
  });

  describe('whose network interfaces slipway.yaml names otherwise than Terraform has them', () => {
    let result: RunStory;

    beforeAll(async () => {
      await commit(world, nics, ['untagged', 62, 82]);
      result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
      await commit(world, nics, ['untagged', 62, 81]);
      await released(world);
    });

    it('is refused by the numbers of its VLANs', () =>
      expect(nodeResult(result, 'k8s-work-1').reason).toEqual({
        kind: 'network-interfaces-wrong',
        node: 'k8s-work-1',
        of: 'terraform',
        wanted: 3,
        found: 3,
        wrong: ['card 3 is VLAN 81, and should be VLAN 82'],
      }));

    it('was not touched', async () => expect(await destroyed(world, 'k8s-work-1')).toBe(0));
  });

  describe('whose machine configuration lacks what its GPU needs', () => {
    let result: RunStory;

    beforeAll(async () => {
      await commit(world, ['nodes', '3', 'gpu'], { resource: 'nvidia.com/gpu', count: 1 });
      const configuration = {
        files: [{ under: '/var/etc/card', line: 'no-cgroups = true' }],
        notUnder: ['/etc'],
      };
      await commit(world, ['devices'], { 'nvidia.com/gpu': { configuration } });
      result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
      await released(world);
    });

    it('is refused with what is missing', () =>
      expect(nodeResult(result, 'k8s-work-1').reason).toEqual({
        kind: 'device-configuration-wrong',
        node: 'k8s-work-1',
        resource: 'nvidia.com/gpu',
        of: 'sent',
        wrong: ['it writes no file under /var/etc/card'],
      }));

    it('was not touched', async () => expect(await destroyed(world, 'k8s-work-1')).toBe(0));
  });

  describe('with patches, and a Node that somebody deletes meanwhile', () => {
    let result: RunStory;

    beforeAll(async () => {
      await patches(world);
      await world.kubectl('label', 'node', 'k8s-work-2', `${label}=r1`);
      await world.kubectl('taint', 'node', 'k8s-work-2', `${label}=r1:PreferNoSchedule`);
      await world.kubectl('annotate', 'node', 'k8s-work-2', `${label}=r1`);
      const fault = { name: 'vm-create-hangs', node: 'k8s-work-2' };
      await world.control('POST', '/faults', fault);
      const run = await world.upgrade('--only', 'k8s-work-2');
      await world.until('the machine is gone', async () => (await destroyed(world, 'k8s-work-2')) === 1);
      await world.kubectl('delete', 'node', 'k8s-work-2');
      await world.control('DELETE', `/faults?name=${fault.name}&node=${fault.node}`);
      result = await world.result(run);
    });

    it('ends done', () => expect(result).toMatchObject({ outcome: 'done', reasons: [] }));

    it('restores what its Node had: label, taint and annotation', async () => {
      const node = JSON.parse(await world.kubectl('get', 'node', 'k8s-work-2', '--output=json')) as {
        metadata: { labels: object; annotations: object };
        spec: { taints?: object[]; unschedulable?: boolean };
      };
      expect(node.metadata.labels).toMatchObject({ [label]: 'r1' });
      expect(node.metadata.annotations).toMatchObject({ [label]: 'r1' });
      expect(node.spec.taints).toEqual([expect.objectContaining({ key: label, value: 'r1' })]);
      expect(node.spec.unschedulable).toBeUndefined();
    });

    it('says what was restored, and what was compared', async () => {
      const { stdout } = await world.slipway('report');
      expect(stdout).toContain(`restored: label ${label}`);
      expect(stdout).toContain(
        '3 network interfaces (untagged, VLAN 62, VLAN 81); MAC and address as before',
      );
    });

    it('runs its configuration with the patches for it, in their order', async () => {
      const running = await runningConfiguration(world, 'k8s-work-2');
      expect(running).toContain('net.core.somaxconn: "4096"');
      expect(running).not.toContain('1024');
      expect(running).toContain(secret);
    });

    it('has no secret of a patch in the history of its run', async () => {
      const { workflow } = await world.client();
      for await (const { workflowId } of workflow.list()) {
        const history = await workflow.getHandle(workflowId).fetchHistory();
        expect(textsOf(history)).toContain(world.lab.cluster);
        expect(textsOf(history)).not.toContain(secret);
      }
    });
  });

  describe('that does not offer its GPU afterwards', () => {
    let result: RunStory;

    beforeAll(async () => {
      await setInInventory(world, ['limits', 'check'], '10s');
      await commit(world, ['limits', 'nodeChecks'], '10s');
      result = await world.result(await world.upgrade('--only', 'k8s-work-1'));
      await released(world);
    });

    it('halts the run, its configuration being what it needs', () =>
      expect(nodeResult(result, 'k8s-work-1').reason).toMatchObject({
        kind: 'device-not-offered',
        resource: 'nvidia.com/gpu',
        wanted: 1,
        offered: 0,
      }));
  });

  describe('that lacks a network interface afterwards', () => {
    let result: RunStory;

    beforeAll(async () => {
      await world.control('POST', '/faults', { name: 'vm-nic-missing', node: 'k8s-work-3' });
      result = await world.result(await world.upgrade('--only', 'k8s-work-3'));
    });

    it('halts the run with what is missing', () =>
      expect(nodeResult(result, 'k8s-work-3').reason).toMatchObject({
        kind: 'network-interfaces-wrong',
        of: 'machine',
        wanted: 3,
        found: 2,
      }));

    it('stays cordoned', async () => {
      const stdout = await world.says();
      expect(stdout).toContain('2 network interfaces, and slipway.yaml names 3 for its role');
      const cordoned = await world.kubectl(
        'get',
        'node',
        'k8s-work-3',
        '-o',
        'jsonpath={.spec.unschedulable}',
      );
      expect(cordoned).toBe('true');
    });
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints } = await world.stop();
    expect(complaints).toEqual([]);
  });
});

/** Two for all workers, of which the later wins, and one for a single node by a program. */
async function patches(world: World): Promise<void> {
  const folder = path.dirname(world.lab.inventory);
  const write = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return file;
  };
  const sysctl = (value: string): string => `machine: { sysctls: { net.core.somaxconn: '${value}' } }\n`;
  const content = JSON.stringify(`# ${secret}\nno-cgroups = true\n`);
  const file = `{ path: /var/etc/card/config, op: create, permissions: 0o600, content: ${content} }`;
  const nodes = ['k8s-work-1', 'k8s-work-2'];
  for (const node of nodes) await write(`patch-of-${node}.yaml`, `machine: { files: [${file}] }\n`);
  const role = 'worker';
  await commit(
    world,
    ['patches'],
    [
      { for: { role }, patch: { file: await write('first.yaml', sysctl('1024')) } },
      { for: { role }, patch: { file: await write('second.yaml', sysctl('4096')) } },
      {
        for: { nodes },
        patch: { exec: ['cat', path.join(folder, 'patch-of-{node}.yaml')] },
      },
    ],
  );
}

/** As the node itself shows it to an admin. */
async function runningConfiguration(world: World, node: string): Promise<string> {
  const machine = (name: string) => {
    const found = world.lab.machines.find((one) => one.name === name);
    if (!found) throw new Error(`the lab has no ${name}`);
    return found;
  };
  const way = ['--nodes', machine(node).address, '--endpoints', machine('k8s-ctrl-1').loopback];
  const { stdout } = await foreground(
    await toolPath('talosctl', '1.13'),
    [
      'get',
      'machineconfig',
      'v1alpha1',
      '--output=yaml',
      ...way,
      `--talosconfig=${world.lab.talosconfig.admin}`,
    ],
    { timeoutMs: waits.commandMs, env: {} },
  );
  return stdout;
}

/** All texts in a history: its payloads are bytes. */
function textsOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textsOf).join('\n');
}

/** Edits and commits the repository of Terraform's configuration. */
async function commit(world: World, where: readonly string[], value: unknown): Promise<void> {
  await setInInventory(world, where, value);
  await world.owner.merge(`Set ${where.join('.')}`);
}

async function released(world: World): Promise<void> {
  const { code, stderr } = await world.slipway('release', '--why', 'looked at it');
  if (code !== 0) throw new Error(stderr);
}

async function destroyed(world: World, machine: string): Promise<number> {
  return (await world.machineEvents(machine, 'destroyed')).length;
}
