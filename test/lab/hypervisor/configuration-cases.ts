import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { proxOps } from '../../../lab/clusters/prox-ops.js';
import { aHypervisor, type TestHypervisor } from './a-hypervisor.js';
import { oneNode, template, vm } from './addresses.js';
import { TerraformRun, changesOf } from './terraform-run.js';

const fromNothing = 180_000;
const aRun = 60_000;

/** The configuration's behaviour, with either program. */
export function configurationCases(tool: 'terraform' | 'tofu'): void {
  // The default layout: the differences of prox-ops' own repository are in terraform-shapes.test.ts.
  const definition = { ...proxOps(), terraform: {} };
  const nodes = definition.machines.map(({ name }) => name);
  const hosts = ['baldar', 'heimdall', 'odin', 'thor'];
  const templates = hosts.flatMap((host) => [`${host}-control-plane`, `${host}-worker`]);
  let hypervisor: TestHypervisor;
  let terraform: TerraformRun;

  beforeAll(async () => {
    hypervisor = await aHypervisor(hosts);
    terraform = await TerraformRun.init(tool, hypervisor, definition);
    await terraform.applyFromNothing();
  }, fromNothing);
  afterAll(() => hypervisor.end());

  const idOf = async (name: string): Promise<string | undefined> =>
    (await terraform.state()).find(({ address }) => address === vm(name))?.values.id;

  it(
    'makes eight templates and fifteen VMs from nothing, as prox-ops has them',
    async () => {
      expect(hypervisor.hypervisor.templates.map(({ id }) => id)).toEqual([
        9000, 9001, 9002, 9003, 9004, 9005, 9006, 9007,
      ]);
      expect(hypervisor.hypervisor.vms.map(({ vmid }) => vmid)).toEqual(
        nodes.map((_, index) => 8001 + index),
      );
      expect(hypervisor.room.machines.get(8007)).toMatchObject({
        name: 'k8s-work-4',
        host: 'thor',
        template: 9007,
        uuid: await idOf('k8s-work-4'),
        nics: [
          { mac: 'bc:24:11:00:1f:47', vlan: 'untagged', model: 'virtio' },
          { vlan: 62, model: 'virtio' },
          { vlan: 81, model: 'virtio' },
        ],
        cpu: 16,
        memoryMb: 32_768,
        pci: ['thor-gpu'],
        image: { talos: 'v1.12.1', schematic: definition.schematics.worker?.id },
      });
      expect(hypervisor.room.machines.get(8001)).toMatchObject({ cpu: 4, memoryMb: 16_384, pci: [] });
      expect(await terraform.state()).toHaveLength(23);
    },
    aRun,
  );

  it(
    'has nothing to do after that',
    async () => {
      expect(await terraform.plan()).toMatchObject({ exitCode: 0 });
    },
    aRun,
  );

  it(
    'would replace every template and every VM for another version',
    async () => {
      const { plan } = await terraform.plan('-var=talos_version=1.13.9');
      const replaced = 'delete+create replace_because_cannot_update';
      const wanted = [...nodes.map(vm), ...templates.map(template)].map((address) => [address, replaced]);
      expect(changesOf(plan)).toEqual(Object.fromEntries(wanted));
    },
    aRun,
  );

  it(
    'changes no VM when a template is replaced',
    async () => {
      const { plan } = await terraform.plan(`-replace=${template('baldar-worker')}`);
      expect(changesOf(plan)).toEqual({ [template('baldar-worker')]: 'delete+create replace_by_request' });
    },
    aRun,
  );

  it(
    'replaces one node under -target and -replace: another UUID, the same id and first MAC',
    async () => {
      const before = hypervisor.room.machines.get(8004);
      const version = '-var=talos_version=1.13.9';
      const { plan, file } = await terraform.plan(version, ...oneNode('k8s-work-1'));
      expect(Object.keys(changesOf(plan))).toEqual([vm('k8s-work-1')]);
      const asked = hypervisor.room.asked.length;
      await terraform.applyPlan(file, version);
      expect(hypervisor.room.asked.slice(asked)).toEqual(['destroy 8004', 'create 8004']);
      const after = hypervisor.room.machines.get(8004);
      expect(after?.uuid).toBe(await idOf('k8s-work-1'));
      expect(after?.uuid).not.toBe(before?.uuid);
      expect(after?.nics[0]).toEqual(before?.nics[0]);
      expect(after?.nics[1]?.mac).not.toBe(before?.nics[1]?.mac);
    },
    aRun,
  );

  it(
    'has nothing to do after a replacement of the version it declares',
    async () => {
      await terraform.apply(...oneNode('k8s-work-1'));
      expect(await terraform.plan()).toMatchObject({ exitCode: 0 });
    },
    aRun,
  );
}
