import { afterEach, describe, expect, test } from '@jest/globals';
import type { VirtualMachine } from '../../../lab/hypervisor/hypervisor-adapter.js';
import type { FaultName } from '../../../lab/faults/catalogue.js';
import { configureFirst } from '../../../lab/machines/configuration/apply-configuration.js';
import { LabHypervisorAdapter } from '../../../lab/machines/hypervisor-adapter/lab-hypervisor-adapter.js';
import { CONTROL_SCHEMATIC, WORKER_SCHEMATIC, installer } from './fake-images.js';
import { loneMachine, type LoneMachine, switchOffMachines } from './one-machine.js';

afterEach(switchOffMachines);

/** A minimal configuration for a machine that has nothing to compare it with. */
const CONFIGURATION = [
  'version: v1alpha1',
  'machine: { type: worker, ca: { crt: YQ== }, network: { hostname: k8s-work-1 } }',
  'cluster: { controlPlane: { endpoint: "https://10.20.67.100:6443" } }',
  '',
].join('\n');

const virtual = (changes: Partial<VirtualMachine> = {}): VirtualMachine => ({
  vmid: 201,
  name: 'k8s-work-1',
  host: 'baldar',
  template: 9001,
  uuid: 'aaaaaaaa-0000-0000-0000-000000000201',
  nics: [{ mac: 'bc:24:11:00:02:01', vlan: 67, model: 'virtio' }],
  cpu: 4,
  memoryMb: 8192,
  diskGb: 50,
  pci: [],
  image: { talos: 'v1.12.6', schematic: WORKER_SCHEMATIC },
  ...changes,
});

interface Furnished extends LoneMachine {
  readonly room: LabHypervisorAdapter;
  /** Destroys the machine and replaces it. */
  readonly replacement: (changes?: Partial<VirtualMachine>) => Promise<void>;
  readonly reaches: (stage: string) => Promise<void>;
  readonly configure: () => void;
}

/** A machine on 1.12.1 that the hypervisor adapter has as VM 201. */
async function furnished(): Promise<Furnished> {
  const lone = await loneMachine();
  const { machine, images } = lone;
  const room = new LabHypervisorAdapter({
    machines: [machine],
    images,
    imageOf: ({ talos, schematic }) => installer(schematic, talos),
  });
  room.adopt(virtual());
  return {
    ...lone,
    room,
    replacement: async (changes = {}) => {
      await room.destroy(201);
      await room.create(virtual({ uuid: 'bbbbbbbb-0000-0000-0000-000000000201', ...changes }));
    },
    reaches: (stage) => machine.waitFor((one) => one.stage === stage, { what: stage, timeoutMs: 20_000 }),
    configure: () => {
      configureFirst(machine, { text: CONFIGURATION, mode: 'AUTO', dryRun: false, tryMs: 0 });
    },
  };
}

describe('a machine that is destroyed', () => {
  test('is off at once, and nothing of it is left that could be switched on', async () => {
    const { machine, room, parts, logged } = await furnished();
    await room.destroy(201);
    expect(machine.power).toBe('off');
    expect(parts.calls).toContain('k8s-work-1 wipe');
    expect(logged('power-off').at(-1)).toBe('destroyed');
    await expect(machine.powerOn()).rejects.toThrow('Machine k8s-work-1 was destroyed');
    await expect(machine.reset()).rejects.toThrow('was destroyed');
    expect(() => room.stateOf(201)).toThrow('There is no VM 201');
  });
});

describe('a machine that is replaced', () => {
  test('boots its template and waits, with other identities, until it has a configuration', async () => {
    const { machine, replacement, reaches, room, configure, ready } = await furnished();
    const before = { bootId: machine.bootId, machineId: machine.disk.machineId };
    await replacement();
    await reaches('maintenance');
    expect(room.stateOf(201)).toEqual({ power: 'on', address: '10.20.67.1' });
    expect(machine.version).toBe('v1.12.6');
    expect(machine.hardware.uuid).toBe('bbbbbbbb-0000-0000-0000-000000000201');
    expect(machine.bootId).not.toBe(before.bootId);
    expect(machine.disk.machineId).not.toBe(before.machineId);
    expect(machine.services.list().map(({ id }) => id)).not.toContain('kubelet');
    configure();
    await ready();
    expect(machine.services.get('kubelet')?.state).toBe('Running');
    expect(machine.disk.configuration.active?.text).toBe(CONFIGURATION);
  });

  test('keeps its configuration over a reboot', async () => {
    const { machine, replacement, reaches, configure, ready, logged } = await furnished();
    await replacement();
    await reaches('maintenance');
    configure();
    await ready();
    machine.reboot('DEFAULT');
    await machine.waitFor(({ stage }) => stage === 'rebooting', { what: 'the reboot', timeoutMs: 20_000 });
    await ready();
    expect(logged('reboot-accepted')).not.toContain('maintenance');
  });

  test('needs no maintenance mode where its configuration came with it', async () => {
    const { replacement, ready, logged } = await furnished();
    await replacement({ userData: CONFIGURATION });
    await ready();
    expect(logged('created')).not.toContain('maintenance');
  });

  test('can lose its power while it waits', async () => {
    const { machine, replacement, reaches, room } = await furnished();
    await replacement();
    await reaches('maintenance');
    await room.powerOff(201);
    expect(room.stateOf(201)).toEqual({ power: 'off' });
    await room.powerOn(201);
    await reaches('maintenance');
    expect(machine.power).toBe('on');
  });

  test('that is no other machine’s, nor twice there', async () => {
    const { room, replacement } = await furnished();
    await expect(room.create(virtual())).rejects.toThrow('VM 201 exists already');
    await expect(room.create(virtual({ vmid: 202 }))).rejects.toThrow(
      'k8s-work-1 exists already: it is VM 201',
    );
    await expect(room.create(virtual({ vmid: 202, name: 'k8s-work-9' }))).rejects.toThrow(
      'The lab has no place for a machine k8s-work-9. It has k8s-work-1.',
    );
    const image = { talos: 'v9.9.9', schematic: CONTROL_SCHEMATIC };
    await expect(replacement({ image })).rejects.toThrow('No template can hold');
  });

  test('boots nothing without a disk', async () => {
    const { replacement, log } = await furnished();
    await replacement({ diskGb: 0 });
    expect(log.at(-1)).toMatchObject({ event: 'lost', detail: 'there is nothing on its disk to boot from' });
  });

  test('in another VLAN has no address and joins nothing', async () => {
    const { replacement, room, machine } = await furnished();
    const nics = [{ mac: 'bc:24:11:00:02:01', vlan: 4000, model: 'virtio' }] as const;
    await replacement({ nics, userData: CONFIGURATION });
    const failed = (): boolean => machine.services.get('kubelet')?.state === 'Failed';
    await machine.waitFor(failed, { what: 'the kubelet to fail', timeoutMs: 20_000 });
    expect(room.stateOf(201)).toEqual({ power: 'on' });
  });
});

describe('faults of a machine that is replaced', () => {
  const replaced = async (fault: FaultName): Promise<Furnished> => {
    const one = await furnished();
    one.faults.arm({ name: fault, node: 'k8s-work-1' });
    await one.replacement();
    return one;
  };

  test('never-leaves-maintenance: it takes one configuration and does nothing with it', async () => {
    const { machine, reaches, configure, ready, logged } = await replaced('never-leaves-maintenance');
    await reaches('maintenance');
    configure();
    expect(logged('created').at(-1)).toBe('configured');
    expect(machine.disk.needsConfiguration).toBe(true);
    configure();
    await ready();
  });

  test('slow-first-boot: only the first boot takes long', async () => {
    const { machine, reaches, logged } = await replaced('slow-first-boot');
    expect(logged('created')).toEqual(['created', 'power-on']);
    await machine.powerOff();
    await machine.powerOn();
    await reaches('maintenance');
  });
});
