import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseMachineConfiguration } from '../../../lab/machines/configuration/machine-configuration.js';
import { startMachines, type TestMachines } from './talos-machines.js';

let machines: TestMachines;

beforeAll(async () => {
  machines = await startMachines();
});

afterAll(() => machines.stop());

describe('of a machine that is to be replaced', () => {
  test('the network interfaces are listed with MAC and driver, and no other links', async () => {
    const { hardware } = machines.machine('k8s-ctrl-2');
    expect(await machines.looks().cards(machines.target('k8s-ctrl-1', 'k8s-ctrl-2'))).toEqual(
      hardware.nics.map(({ mac }) => ({ mac, driver: 'virtio_net' })),
    );
  });

  test('the machine configuration is read back by an admin, all its documents', async () => {
    const text = `version: v1alpha1
machine:
  type: controlplane
  files: [{ path: /var/a, content: one }]
---
apiVersion: v1alpha1
kind: HostnameConfig
hostname: k8s-ctrl-2
`;
    machines.machine('k8s-ctrl-2').disk.configuration.set(parseMachineConfiguration(text));
    const target = machines.target('k8s-ctrl-1', 'k8s-ctrl-2');
    const admin = machines.looks(machines.keys({ role: 'os:admin' }));
    expect(await admin.machineConfiguration(target)).toBe(text);
    await expect(machines.looks().machineConfiguration(target)).rejects.toMatchObject({
      reason: { kind: 'credential-rejected' },
    });
  });
});
