import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { proxOpsSchematics } from '../../../lab/clusters/prox-ops-small.js';
import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { VirtualMachine } from '../../../lab/hypervisor/hypervisor-adapter.js';
import { aHypervisor, readerToken, type TestHypervisor } from './a-hypervisor.js';

const schematic = proxOpsSchematics.worker.id;
const template = (talos: string) => ({
  id: 9001,
  name: `talos-${talos}-worker-baldar`,
  host: 'baldar',
  image: { talos, schematic },
});
const worker = {
  vmid: 8004,
  name: 'k8s-work-1',
  host: 'baldar',
  template: 9001,
  uuid: randomUUID(),
  cpu: 16,
  memoryMb: 32_768,
  diskGb: 100,
  pool: 'vms-ceph',
  bridge: 'vmbr1',
  nics: [
    { mac: 'BC:24:11:00:1F:44', vlan: 'untagged', model: 'virtio' },
    { vlan: 62, model: 'virtio' },
    { vlan: 81, model: 'virtio' },
  ],
  pci: ['baldar-gpu'],
};

/** Any other text. */
const not = (text: string): unknown => expect.not.stringContaining(text);

describe('the simulated hypervisor', () => {
  let hypervisor: TestHypervisor;
  const ask: TestHypervisor['ask'] = (...args) => hypervisor.ask(...args);
  const made = async (): Promise<VirtualMachine | undefined> => {
    expect(await ask('POST', '/vms', worker)).toMatchObject({ status: 200 });
    return hypervisor.room.machines.get(8004);
  };
  beforeEach(async () => {
    hypervisor = await aHypervisor(['baldar', 'heimdall']);
    await ask('POST', '/templates', template('v1.12.1'));
  });
  afterEach(() => hypervisor.end());

  it('makes the machine that was asked for, from what its template holds', async () => {
    const { pool: _pool, bridge: _bridge, nics: _nics, ...machine } = worker;
    const mac = expect.stringMatching(/^bc:24:11:/);
    expect(await made()).toEqual({
      ...machine,
      image: { talos: 'v1.12.1', schematic },
      nics: [
        { mac: 'bc:24:11:00:1f:44', vlan: 'untagged', model: 'virtio' },
        { mac, vlan: 62, model: 'virtio' },
        { mac, vlan: 81, model: 'virtio' },
      ],
    });
    const { body } = await ask('GET', '/vms/8004/status', undefined, readerToken);
    expect(body).toMatchObject({
      power: 'on',
      uuid: worker.uuid,
      addresses: ['10.20.67.4'],
      creation: 'done',
    });
    expect((await ask('GET', '/vms/8004')).body).not.toHaveProperty('image');
  });

  it('adopts a running machine as the first VM of its name, and replaces it after that', async () => {
    const other = await aHypervisor(['baldar'], ['k8s-work-1']);
    try {
      await other.ask('POST', '/templates', template('v1.12.1'));
      await other.ask('POST', '/vms', worker);
      expect((await other.ask('GET', '/vms/8004/status')).body).toMatchObject({
        power: 'on',
        creation: 'done',
      });
      await other.ask('DELETE', '/vms/8004');
      await other.ask('POST', '/vms', worker);
      expect(other.room.asked).toEqual(['adopt 8004', 'destroy 8004', 'create 8004']);
    } finally {
      await other.end();
    }
  });

  it('keeps a machine as it is when its template is replaced', async () => {
    await made();
    await ask('DELETE', '/templates/9001');
    await ask('POST', '/templates', template('v1.13.9'));
    expect(hypervisor.room.machines.get(8004)?.image.talos).toBe('v1.12.1');
    await ask('DELETE', '/vms/8004');
    expect((await made())?.image.talos).toBe('v1.13.9');
  });

  it.each([
    ['a VM that is there', 'POST', '/vms', worker, 409, 'unable to create VM 8004: it already exists'],
    [
      'a template on another host',
      'POST',
      '/vms',
      { ...worker, vmid: 8005, host: 'heimdall' },
      500,
      'template 9001 is on baldar, not on heimdall',
    ],
    [
      'a template there is not',
      'POST',
      '/vms',
      { ...worker, vmid: 8005, template: 9005 },
      404,
      'template 9005 does not exist',
    ],
    [
      'a host there is not',
      'POST',
      '/vms',
      { ...worker, vmid: 8005, host: 'loki' },
      500,
      'host loki does not exist',
    ],
    ['a VM there is not', 'DELETE', '/vms/8009', undefined, 404, 'VM 8009 does not exist'],
    [
      'a path there is not',
      'POST',
      '/vms/8004/clone',
      {},
      404,
      'POST /vms/8004/clone is nothing this hypervisor does',
    ],
    ['an attribute it does not know', 'POST', '/vms', { ...worker, colour: 'red' }, 400, 'colour'],
  ])('refuses %s', async (_what, method, where, body, status, error) => {
    await made();
    expect(await ask(method, where, body)).toEqual({
      status,
      body: { error: expect.stringContaining(error) },
    });
    expect([...hypervisor.room.machines.keys()]).toEqual([8004]);
  });

  it('lets in whoever has a token, and a reader read only', async () => {
    const nobody = { name: 'root@pam', secret: '', may: 'change' } as const;
    expect(await ask('GET', '/vms', undefined, nobody)).toMatchObject({ status: 401 });
    expect(await ask('DELETE', '/templates/9001', undefined, readerToken)).toMatchObject({ status: 403 });
    expect(await ask('GET', '/templates', undefined, readerToken)).toMatchObject({ status: 200 });
  });

  it('logs who asked for what, when it came and when it was answered, and no secret', async () => {
    await made();
    await ask('DELETE', '/templates/9001', undefined, readerToken);
    const about = {
      request: 2,
      method: 'POST',
      path: '/vms',
      by: 'terraform@pve!lab',
      vmid: 8004,
      uuid: worker.uuid,
    };
    expect(hypervisor.log().slice(2)).toMatchObject([
      { event: 'asked', ...about },
      { event: 'answered', ...about, status: 200 },
      { event: 'asked', by: 'slipway@pve!reader', template: 9001 },
      { event: 'answered', status: 403, error: 'slipway@pve!reader may only read' },
    ]);
    expect(JSON.stringify(hypervisor.log())).not.toContain('secret');
  });

  it.each<[FaultName, Partial<Record<keyof VirtualMachine, unknown>>]>([
    ['vm-boots-old-image', { image: { talos: 'v1.12.1', schematic } }],
    ['vm-other-uuid', { uuid: not(worker.uuid) }],
    [
      'vm-wrong-mac',
      { nics: [{ mac: not('bc:24:11:00:1f:44'), vlan: 'untagged', model: 'virtio' }, {}, {}] },
    ],
    ['vm-wrong-vlan', { nics: [{ vlan: 'untagged' }, { vlan: 62 }, { vlan: 4000 }] }],
    ['vm-nic-missing', { nics: [{ vlan: 'untagged' }, { vlan: 62 }] }],
    ['vm-without-gpu', { pci: [] }],
  ])(
    '%s: the machine is created wrong, once, and the hypervisor reports its real state',
    async (name, wrong) => {
      await made();
      await ask('DELETE', '/vms/8004');
      await ask('DELETE', '/templates/9001');
      await ask('POST', '/templates', template('v1.13.9'));
      hypervisor.faults.arm({ name, node: 'k8s-work-1' });
      expect(await made()).toMatchObject(wrong);
      const { image: _image, ...told } = wrong;
      expect((await ask('GET', '/vms/8004/status')).body).toMatchObject(told);
      await ask('DELETE', '/vms/8004');
      expect(await made()).not.toMatchObject(wrong);
    },
  );

  it.each<[FaultName, string[]]>([
    ['vm-never-boots', ['create 8004']],
    ['vm-without-disk', []],
  ])('%s: it is on, and no machine is there; off and on helps %p', async (name, then) => {
    hypervisor.faults.arm({ name });
    expect(await made()).toBeUndefined();
    expect((await ask('GET', '/vms/8004/status')).body).toMatchObject({ power: 'on', addresses: [] });
    await ask('POST', '/vms/8004/power', { state: 'off' });
    await ask('POST', '/vms/8004/power', { state: 'on' });
    expect(hypervisor.room.asked).toEqual(then);
  });

  it('keeps what the template held before, where that is the fault', async () => {
    await ask('DELETE', '/templates/9001');
    hypervisor.faults.arm({ name: 'template-keeps-old-image' });
    await ask('POST', '/templates', template('v1.13.9'));
    expect((await made())?.image.talos).toBe('v1.12.1');
  });

  it('does not clone a template that was incomplete', async () => {
    await ask('DELETE', '/templates/9001');
    hypervisor.faults.arm({ name: 'template-create-fails' });
    expect(await ask('POST', '/templates', template('v1.13.9'))).toMatchObject({ status: 500 });
    expect(await ask('POST', '/vms', worker)).toMatchObject({
      status: 500,
      body: { error: expect.stringContaining('template 9001 is not whole') },
    });
  });

  it('clones slowly, where that is the fault, and is done with it', async () => {
    hypervisor.faults.arm({ name: 'vm-create-slow' });
    expect(await made()).toBeDefined();
    expect(hypervisor.faults.fired()).toMatchObject([{ name: 'vm-create-slow', node: 'k8s-work-1' }]);
  });

  it('answers nothing about VMs of a host it does not reach; they run on', async () => {
    await made();
    hypervisor.faults.arm({ name: 'host-unreachable', node: 'k8s-work-1' });
    expect(await ask('DELETE', '/vms/8004')).toEqual({
      status: 595,
      body: { error: 'no route to host baldar' },
    });
    hypervisor.faults.disarm();
    expect(await ask('GET', '/vms/8004/status')).toMatchObject({ body: { power: 'on' } });
    expect(hypervisor.room.asked).toEqual(['create 8004']);
  });

  it('takes a host’s machines down with it, and starts them with it', async () => {
    await made();
    await ask('POST', '/hosts/baldar/power', { state: 'off' });
    expect(await ask('GET', '/vms/8004/status')).toMatchObject({ status: 595 });
    await ask('POST', '/hosts/baldar/power', { state: 'on' });
    expect(hypervisor.room.asked).toEqual(['create 8004', 'off 8004', 'on 8004']);
  });

  it('changes the record of a VM out of band, not the running guest', async () => {
    await made();
    await ask('PATCH', '/vms/8004', { memoryMb: 16_384 });
    expect((await ask('GET', '/vms/8004')).body).toMatchObject({ memoryMb: 16_384, cpu: 16 });
    expect(hypervisor.room.machines.get(8004)?.memoryMb).toBe(32_768);
  });
});
