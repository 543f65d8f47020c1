import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { aHypervisor, type TestHypervisor } from './a-hypervisor.js';
import { nodeModule, oneNode, vm } from './addresses.js';
import { TerraformRun, changesOf } from './terraform-run.js';

const aRun = 120_000;
const node = 'k8s-work-1';
/** The lab's smallest part that has it: one host. */
const definition = {
  ...proxOpsSmall,
  machines: proxOpsSmall.machines.filter(({ host }) => host === 'baldar'),
};

/** Failures of the hypervisor, with either program. */
export function failureCases(tool: 'terraform' | 'tofu'): void {
  let hypervisor: TestHypervisor;
  let terraform: TerraformRun;
  let vmid: number;

  beforeEach(async () => {
    hypervisor = await aHypervisor(['baldar']);
    terraform = await TerraformRun.init(tool, hypervisor, definition);
    await terraform.applyFromNothing();
    vmid = hypervisor.hypervisor.vms.find(({ name }) => name === node)?.vmid ?? 0;
  }, aRun);
  afterEach(() => hypervisor.end());

  const replace = (): ReturnType<TerraformRun['start']> =>
    terraform.start('apply', '-input=false', '-auto-approve', '-no-color', ...oneNode(node));
  const resource = async () => (await terraform.state()).find(({ address }) => address === vm(node));
  const hanging = async (): Promise<{ run: ReturnType<TerraformRun['start']> }> => {
    hypervisor.faults.arm({ name: 'vm-create-hangs', node });
    const run = replace();
    await until(() => hypervisor.faults.fired().some(({ name }) => name === 'vm-create-hangs'));
    return { run };
  };
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await sleep(20);
  };

  it(
    'taints a VM whose creation failed half way, and the next apply removes what is left of it',
    async () => {
      hypervisor.faults.arm({ name: 'vm-create-fails', node });
      const { exitCode, all } = await replace();
      expect(exitCode).toBe(1);
      expect(all).toContain(`VM ${vmid} was made, but not started`);
      expect(hypervisor.hypervisor.vm(vmid)).toMatchObject({ creation: 'failed', power: 'off' });
      expect(hypervisor.room.machines.has(vmid)).toBe(false);
      expect(await resource()).toMatchObject({ tainted: true });

      const { plan } = await terraform.plan(`-target=${nodeModule(node)}`);
      expect(changesOf(plan)).toEqual({ [vm(node)]: 'delete+create replace_because_tainted' });
      await terraform.apply(`-target=${nodeModule(node)}`);
      expect(hypervisor.room.machines.get(vmid)?.uuid).toBe((await resource())?.values.id);
    },
    aRun,
  );

  it(
    'leaves everything as it was when the VM cannot be destroyed',
    async () => {
      const before = hypervisor.room.machines.get(vmid);
      hypervisor.faults.arm({ name: 'vm-destroy-fails', node });
      const { exitCode, all } = await replace();
      expect(exitCode).toBe(1);
      expect(all).toContain(`VM ${vmid} cannot be destroyed`);
      expect(hypervisor.room.machines.get(vmid)).toEqual(before);
      expect(await resource()).toMatchObject({ values: { id: before?.uuid } });
      expect((await resource())?.tainted).toBeUndefined();
    },
    aRun,
  );

  it(
    'makes no VM while its template is missing, and says which',
    async () => {
      hypervisor.faults.arm({ name: 'template-missing', node });
      const { exitCode, all } = await replace();
      expect(exitCode).toBe(1);
      expect(all).toContain('template 9001 does not exist');
      expect(hypervisor.hypervisor.vms.map(({ name }) => name)).toEqual(['k8s-ctrl-1']);
      expect(await resource()).toMatchObject({ tainted: true });
    },
    aRun,
  );

  it(
    'is killed while a creation hangs: the hypervisor finishes it, and the state knows nothing of the new VM',
    async () => {
      const before = hypervisor.room.machines.get(vmid)?.uuid;
      const { run } = await hanging();
      run.kill('SIGKILL');
      await run;
      const left = await resource();
      // Terraform has recorded that the old one is gone; OpenTofu writes a state every 20 seconds, and at its end.
      expect([undefined, before]).toContain(left?.values.id);
      expect(left?.tainted).toBeUndefined();
      expect(await hypervisor.ask('DELETE', `/vms/${vmid}`)).toEqual({
        status: 423,
        body: { error: `VM ${vmid} is locked (clone)` },
      });

      hypervisor.faults.disarm({ name: 'vm-create-hangs' });
      await until(() => hypervisor.hypervisor.vm(vmid).creation === 'done');
      const { plan } = await terraform.plan(`-target=${nodeModule(node)}`);
      expect(changesOf(plan)).toEqual(left ? {} : { [vm(node)]: 'create' });
      const made = hypervisor.room.machines.get(vmid)?.uuid;
      expect(made).not.toBe(before);
      if (left) return;
      const second = await terraform.start(
        'apply',
        '-auto-approve',
        '-input=false',
        `-target=${nodeModule(node)}`,
      );
      expect(second).toMatchObject({ exitCode: 1, all: expect.stringContaining('it already exists') });
      expect(hypervisor.room.machines.get(vmid)?.uuid).toBe(made);
    },
    aRun,
  );

  it(
    'breaks a creation off after one SIGINT: it is tainted, and the next apply removes what is left of it',
    async () => {
      const { run } = await hanging();
      run.kill('SIGINT');
      expect((await run).exitCode).toBe(1);
      expect(await resource()).toMatchObject({ tainted: true });
      hypervisor.faults.disarm({ name: 'vm-create-hangs' });
      await until(() => hypervisor.hypervisor.vm(vmid).creation === 'abandoned');
      expect(hypervisor.room.machines.has(vmid)).toBe(false);
      await terraform.apply(`-target=${nodeModule(node)}`);
      expect(hypervisor.room.machines.get(vmid)?.uuid).toBe((await resource())?.values.id);
    },
    aRun,
  );
}
