import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import { startLab, type Lab } from '../../../lab/lab.js';
import { Owner } from '../../../lab/owner.js';
import { leavesResourcesAlone } from '../../../lab/terraform/owners-terraform.js';
import { parseInventory } from '../../../src/inventory/load.js';
import { commitOf } from '../../../src/tools/git-commit.js';

const WORKER = 'k8s-work-1';
const VM = 8004;

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-virtual-'));
let lab: Lab;
let owner: Owner;

/** A whole lab whose machines are VMs: here the owner's Terraform does what Slipway does elsewhere. */
beforeAll(async () => {
  lab = await startLab({
    directory: path.join(folder, 'lab'),
    speed: 4,
    hypervisor: true,
    target: 'v1.12.1',
    faults: ['vm-create-slow@k8s-work-2', 'host-unreachable@k8s-work-3'],
  });
  owner = new Owner(lab.description);
});

afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

function hypervisor(): NonNullable<Lab['description']['hypervisor']> {
  if (!lab.description.hypervisor) throw new Error('the lab has no hypervisor');
  return lab.description.hypervisor;
}

function uuidInState(name: string): string | undefined {
  const state = JSON.parse(readFileSync(hypervisor().terraform.state, 'utf8')) as {
    resources: { module?: string; instances: { attributes: { id: string } }[] }[];
  };
  const resource = state.resources.find(({ module }) => module?.includes(`"${name}"`));
  return resource?.instances[0]?.attributes.id;
}

const systemUuid = async (name: string): Promise<string | undefined> =>
  (await lab.kubernetes.admin.get<V1Node>(`/api/v1/nodes/${name}`)).status?.nodeInfo?.systemUUID;

describe('a lab whose machines Terraform made', () => {
  it('begins with a state in which each running machine is its VM', async () => {
    for (const { name } of lab.description.machines) {
      expect(uuidInState(name)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await systemUuid(name)).toBe(uuidInState(name));
    }
    expect((await owner.terraformPlan()).code).toBe(0);
  });

  it('has slipway.yaml and the configuration in git, committed, and no key', async () => {
    const { inventory, directory } = lab.description;
    expect(await commitOf(inventory)).toMatch(/^[0-9a-f]{40}$/);
    expect(await commitOf(path.join(directory, 'terraform', 'main.tf'))).toMatch(/^[0-9a-f]{40}$/);
    for (const name of ['talosconfig-admin', 'hypervisor-token', 'terraform-state/terraform.tfstate'])
      expect(await commitOf(path.join(directory, name))).toBeUndefined();
  });

  it('has an inventory Slipway accepts', () => {
    const read = parseInventory(readFileSync(lab.description.inventory, 'utf8'), 'slipway.yaml');
    expect(read.ok ? [] : read.mistakes).toEqual([]);
  });

  it('arms its hypervisor’s faults only now: its own Terraform was not affected', () => {
    expect(lab.faults.fired()).toEqual([]);
    expect(lab.faults.armed().map(({ name }) => name)).toEqual(['vm-create-slow', 'host-unreachable']);
  });

  it('declares another version as a merge does, and Terraform would replace all of it', async () => {
    const before = await commitOf(lab.description.inventory);
    const merged = await owner.mergeTalos('v1.13.7');
    expect(await commitOf(lab.description.inventory)).toBe(merged);
    expect(merged).not.toBe(before);
    const plan = await owner.terraformPlan();
    expect(plan.stdout).toContain('Plan: 12 to add, 0 to change, 12 to destroy.');
    expect(leavesResourcesAlone(plan)).toBe(false);
  });

  it('destroys a machine and replaces it of the new version: it waits in maintenance mode for its configuration', async () => {
    const terraform = await owner.terraform();
    const before = uuidInState(WORKER);
    await terraform.apply('-target=module.templates["baldar-worker"]');
    await terraform.apply(`-target=module.worker_nodes["${WORKER}"]`);
    const machine = lab.talos.machine(WORKER);
    await machine.waitFor(({ stage }) => stage === 'maintenance', { what: 'maintenance', timeoutMs: 30_000 });
    expect(machine.version).toBe('v1.13.7');
    expect(uuidInState(WORKER)).not.toBe(before);
    const answer = await fetch(`${hypervisor().url}/vms/${VM}/status`, {
      headers: { authorization: `PVEAPIToken=${readFileSync(hypervisor().tokens.slipway, 'utf8').trim()}` },
    });
    expect(await answer.json()).toMatchObject({ name: WORKER, power: 'on', uuid: uuidInState(WORKER) });
  });
});
