import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import type { VirtualMachine } from '../../../lab/hypervisor/hypervisor-adapter.js';
import type { WirePod } from '../../../lab/kubernetes/kubelet/pod-status.js';
import { startLab, type Lab } from '../../../lab/lab.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { eventually } from './lab-child.js';

const CONTROL_PLANE = 'k8s-ctrl-2';
const WORKER = 'k8s-work-1';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-replace-'));
let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ directory: path.join(folder, 'lab'), speed: 4, faults: [] });
  lab.room.adopt(virtual(CONTROL_PLANE, 'aaaaaaaa-0000-0000-0000-000000000001', 'v1.12.1'));
  lab.room.adopt(virtual(WORKER, 'aaaaaaaa-0000-0000-0000-000000000002', 'v1.12.1'));
});

afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

function virtual(name: string, uuid: string, talos: string): VirtualMachine {
  const vmid = name === WORKER ? 201 : 102;
  return {
    vmid,
    name,
    host: 'baldar',
    template: 9000,
    uuid,
    nics: [{ mac: `bc:24:11:00:00:${String(vmid % 100).padStart(2, '0')}`, vlan: 67, model: 'virtio' }],
    cpu: 4,
    memoryMb: 8192,
    diskGb: 50,
    pci: [],
    image: { talos, schematic: lab.talos.machine(name).schematic },
  };
}

/** The real talosctl; waiting for it must not block the lab, which runs in this process. */
async function talosctl(...args: string[]): Promise<string> {
  const program = await toolPath('talosctl', '1.12');
  return new Promise((resolve, reject) => {
    execFile(program, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`talosctl ${args.join(' ')}: ${stderr}`));
    });
  });
}

function secure(...args: string[]): Promise<string> {
  const { machines, talosconfig } = lab.description;
  const [first] = machines;
  const where = ['-e', first?.loopback ?? '', '-n', first?.address ?? ''];
  return talosctl('--talosconfig', talosconfig.admin, ...where, ...args);
}

interface Member {
  readonly id: string;
  readonly name: string;
  readonly learner: boolean;
}

async function members(): Promise<Member[]> {
  const [, ...lines] = (await secure('etcd', 'members')).trim().split('\n');
  return lines.map((line) => {
    const words = line.split(/\s+/);
    const named = words.length === 6;
    return { id: words[1] ?? '', name: named ? (words[2] ?? '') : '', learner: words.at(-1) === 'true' };
  });
}

const nodeOf = (name: string): Promise<V1Node> => lab.kubernetes.admin.get(`/api/v1/nodes/${name}`);

const podsOn = async (name: string): Promise<WirePod[]> => {
  const list = await lab.kubernetes.admin.get<{ items: WirePod[] }>(
    `/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`,
  );
  return list.items;
};

const sendConfiguration = (name: string): Promise<string> =>
  talosctl(
    'apply-config',
    '--insecure',
    '-n',
    lab.talos.machine(name).definition.loopback,
    '-f',
    lab.description.machineConfigurations[name] ?? '',
  );

const inMaintenance = (name: string): Promise<void> =>
  lab.talos
    .machine(name)
    .waitFor(({ stage }) => stage === 'maintenance', { what: 'maintenance', timeoutMs: 30_000 });

const ready = (name: string): Promise<void> =>
  lab.talos.machine(name).waitFor((machine) => machine.ready, { what: 'ready', timeoutMs: 60_000 });

describe('a control plane that is replaced', () => {
  const uuid = 'bbbbbbbb-0000-0000-0000-000000000001';
  let before: V1Node;
  let dead: Member | undefined;

  it('leaves its Node and a dead etcd member behind when it is destroyed, and two of three are a majority', async () => {
    await lab.kubernetes.admin.patch(`/api/v1/nodes/${CONTROL_PLANE}`, {
      metadata: { labels: { 'example.org/mine': 'yes' } },
      spec: { unschedulable: true },
    });
    // Its kubelet reports the machine's identity with its next status.
    before = await eventually(
      () => nodeOf(CONTROL_PLANE),
      ({ status }) => status?.nodeInfo?.systemUUID === 'aaaaaaaa-0000-0000-0000-000000000001',
    );
    await lab.room.destroy(102);
    // If it led etcd, the others do not respond until one of them leads.
    const there = await eventually(members, (all) => all.length > 0);
    dead = there.find(({ name }) => name === CONTROL_PLANE);
    expect(there).toHaveLength(3);
    expect(lab.kubernetes.member(CONTROL_PLANE).running).toBe(false);
    await lab.kubernetes.admin.patch(`/api/v1/nodes/${CONTROL_PLANE}`, {
      metadata: { annotations: { 'example.org/written-by': 'two of three' } },
    });
  });

  it('loses its member to the real talosctl, once', async () => {
    await secure('etcd', 'remove-member', dead?.id ?? '');
    expect((await members()).map(({ name }) => name).toSorted()).toEqual(['k8s-ctrl-1', 'k8s-ctrl-3']);
    await expect(secure('etcd', 'remove-member', dead?.id ?? '')).rejects.toThrow('member not found');
  });

  it('waits in maintenance mode, and joins as a learner with the configuration it is sent', async () => {
    lab.faults.arm({ name: 'etcd-stays-learner', node: CONTROL_PLANE });
    await lab.room.create(virtual(CONTROL_PLANE, uuid, 'v1.12.2'));
    await inMaintenance(CONTROL_PLANE);
    await sendConfiguration(CONTROL_PLANE);
    const own = await eventually(
      async () => (await members()).find(({ name }) => name === CONTROL_PLANE),
      (member) => member !== undefined,
    );
    expect(own).toMatchObject({ learner: true });
    expect(own?.id).not.toBe(dead?.id);
  });

  it('is given its vote', async () => {
    lab.faults.disarm({ name: 'etcd-stays-learner' });
    const there = await eventually(members, (all) => all.every(({ learner }) => !learner));
    expect(there).toHaveLength(3);
  });

  it('adopts its Node: still cordoned, with labels that are not its own, and another machine', async () => {
    await ready(CONTROL_PLANE);
    const after = await nodeOf(CONTROL_PLANE);
    const { bootID = '', machineID = '' } = before.status?.nodeInfo ?? {};
    expect(after.metadata?.uid).toBe(before.metadata?.uid);
    expect(after.spec?.unschedulable).toBe(true);
    expect(after.metadata?.labels).toMatchObject({ 'example.org/mine': 'yes' });
    expect(after.status?.nodeInfo).toMatchObject({ systemUUID: uuid, osImage: 'Talos (v1.12.2)' });
    expect(after.status?.nodeInfo?.bootID).not.toBe(bootID);
    expect(after.status?.nodeInfo?.machineID).not.toBe(machineID);
  });
});

describe('a worker that is replaced', () => {
  it('keeps its pods as objects while it is gone, and runs them again without counting a restart', async () => {
    const before = await podsOn(WORKER);
    expect(before.length).toBeGreaterThan(0);
    await lab.room.destroy(201);
    const uids = (pods: readonly WirePod[]): string[] =>
      pods.map(({ metadata }) => metadata?.uid ?? '').toSorted();
    expect(uids(await podsOn(WORKER))).toEqual(uids(before));
    await lab.room.create(virtual(WORKER, 'bbbbbbbb-0000-0000-0000-000000000002', 'v1.12.2'));
    await inMaintenance(WORKER);
    await sendConfiguration(WORKER);
    await ready(WORKER);
    const runs = ({ status }: WirePod): boolean => status?.containerStatuses?.[0]?.ready === true;
    const after = await eventually(
      () => podsOn(WORKER),
      (pods) => pods.every(runs),
    );
    expect(uids(after)).toEqual(uids(before));
    expect(after.map(({ status }) => status?.containerStatuses?.[0]?.restartCount)).toEqual(
      after.map(() => 0),
    );
    expect((await nodeOf(WORKER)).spec?.unschedulable).toBeUndefined();
  });

  it('registers a Node of its own, schedulable, where somebody deleted the old one', async () => {
    const { metadata } = await nodeOf(WORKER);
    await lab.room.destroy(201);
    await lab.kubernetes.admin.delete(`/api/v1/nodes/${WORKER}`);
    await lab.room.create(virtual(WORKER, 'cccccccc-0000-0000-0000-000000000002', 'v1.12.2'));
    await inMaintenance(WORKER);
    await sendConfiguration(WORKER);
    await ready(WORKER);
    const after = await nodeOf(WORKER);
    expect(after.metadata?.uid).not.toBe(metadata?.uid);
    expect(after.spec?.unschedulable).toBeUndefined();
    expect(after.status?.nodeInfo?.systemUUID).toBe('cccccccc-0000-0000-0000-000000000002');
  });
});
