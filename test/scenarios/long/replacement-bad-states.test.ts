import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiChange } from '../../../lab/watcher/sources/audit-log.js';
import { hypervisorLine, hypervisorRequests } from '../../../lab/watcher/sources/hypervisor-log.js';
import { type World } from '../../../lab/world.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { hypervisorOf } from '../../../lab/put-back/replace-machines.js';
import { play } from '../faults/play.js';
import { to, versionMerged } from '../version-merged.js';

const worker = 'k8s-work-1';
const machine = `module.worker_nodes["${worker}"]`;
const elsewhere = `module.workers["${worker}"]`;

/**
 * What the owner does before a run, and how it is reported. A state of another lineage is not among them: a run compares the lineage only
 * with its own record, when it plans a machine, right before the cordon.
 */
interface BadState {
  readonly name: string;
  /** Shorter limits, for a wait in vain. */
  readonly limits?: Readonly<Record<string, string>>;
  /** Returns how to restore it. */
  readonly spoil: (at: World) => Promise<() => Promise<unknown>>;
  readonly reason: Partial<Reason>;
  readonly says: RegExp;
  /** A command of the advice. */
  readonly advises: string;
}

const badStates: readonly BadState[] = [
  {
    name: 'the state is emptied',
    spoil: (at) => forgotten(at, 'module.templates', 'module.control_nodes', 'module.worker_nodes'),
    reason: { kind: 'terraform-state-empty', answering: 6 },
    says: /^the Terraform state is empty, and 6 nodes of the cluster answer: Terraform would make every machine a second time$/,
    advises: 'terraform state pull',
  },
  {
    name: 'the machine is taken out of the state, and its node answers',
    spoil: (at) => forgotten(at, machine),
    reason: { kind: 'terraform-state-lacks-node', node: worker, address: machine },
    says: /^the Terraform state holds nothing at module\.worker_nodes\["k8s-work-1"\], and k8s-work-1 answers: Terraform would make the machine a second time$/,
    advises: 'terraform import',
  },
  {
    name: 'another machine is taken out of it, and nobody asked for that one',
    spoil: (at) => forgotten(at, 'module.control_nodes["k8s-ctrl-2"]'),
    reason: {
      kind: 'terraform-state-lacks-node',
      node: 'k8s-ctrl-2',
      address: 'module.control_nodes["k8s-ctrl-2"]',
    },
    says: /^the Terraform state holds nothing at module\.control_nodes\["k8s-ctrl-2"\], and k8s-ctrl-2 answers: /,
    advises: 'terraform import',
  },
  {
    name: 'a newer Terraform wrote the state, which the one at hand would take for its own',
    spoil: async (at) => {
      const before = await stateOf(at);
      await write(at, { ...before, terraform_version: '1.99.0' });
      return () => write(at, before);
    },
    reason: { kind: 'terraform-too-new', what: 'state', version: '1.99.0' },
    says: /^the Terraform state was written by version 1\.99\.0, and slipway\.yaml allows 1\.\d+\.\d+: /,
    advises: 'terraform version',
  },
  {
    name: 'somebody else holds the lock, and keeps it',
    limits: { terraformLock: '1s' },
    spoil: async (at) => (await at.owner.terraform()).applyUnanswered(`-target=${machine}`),
    reason: {
      kind: 'terraform-locked',
      operation: 'apply',
      why: 'no process that Slipway started surely took it',
    },
    says: /^the Terraform state is locked by \S+@\S+ \(apply, lock [\da-f-]{36}\) since .* UTC: no process that Slipway started surely took it$/,
    advises: 'terraform force-unlock',
  },
  {
    name: 'slipway.yaml names an address at which there is nothing',
    spoil: async (at) => {
      await setInInventory(at, ['roles', 'worker', 'terraform'], 'module.workers["{node}"]');
      await at.owner.merge('another address');
      // The file itself is restored with its limits.
      return () => Promise.resolve();
    },
    reason: { kind: 'terraform-state-lacks-node', node: worker, address: elsewhere },
    says: /^the Terraform state holds nothing at module\.workers\["k8s-work-1"\], and k8s-work-1 answers: /,
    advises: 'terraform state list',
  },
];

/** Only here: runs with a Terraform state, or with an address in it, that is wrong: nothing comes of them. */
describe('a machine that is to be replaced from a bad Terraform state', () => {
  let world: World;

  beforeAll(async () => {
    world = await versionMerged('bad-states', to);
  });

  afterAll(async () => {
    await world.stop();
  });

  it.each(badStates.map((bad) => [bad.name, bad] as const))(
    'is reported before any template or node is touched: %s',
    async (name, { limits = {}, spoil, reason, says, advises }) => {
      let putBack: (() => Promise<unknown>) | undefined;
      const seen = await play(world, {
        name,
        limits,
        prepare: async (at) => {
          putBack = await spoil(at);
        },
        cleanUp: async () => putBack?.(),
        ends: {},
      });
      expect(seen).toMatchObject({
        outcome: 'refused',
        result: { reasons: [reason], nodes: [], snapshots: [] },
        installs: 0,
        boots: 0,
        cordoned: false,
      });
      expect(seen.says).toMatch(says);
      expect(seen.advises).toContain(advises);
      // Nothing was touched, so there is nothing to hold it for.
      expect(await world.says()).not.toContain('is held');
    },
  );

  it('begins no run where slipway.yaml names one address for all workers', async () => {
    const before = await readFile(world.lab.inventory, 'utf8');
    await setInInventory(world, ['roles', 'worker', 'terraform'], 'module.worker_nodes');
    const { code, stderr } = await world.slipway('upgrade', '--only', worker);
    await writeFile(world.lab.inventory, before);
    expect(code).toBe(2);
    expect(stderr).toContain('roles.worker.terraform: it does not say {node}');
    expect(await world.says()).not.toContain('is held');
  });

  it('let Slipway change no Node, evict no pod, and ask nothing of the hypervisor', async () => {
    const changes = (await linesOf(world.lab.logs.audit)).flatMap((line) => apiChange(line) ?? []);
    expect(changes.filter(({ user }) => user === 'slipway')).toEqual([]);
    const { log, slipway } = hypervisorOf(world);
    const asked = hypervisorRequests((await linesOf(log)).map((line) => hypervisorLine(line)));
    expect(asked.filter(({ method }) => method !== 'GET').length).toBeGreaterThan(0); // the owner's, of all machines
    expect(asked.filter(({ by }) => by === slipway)).toEqual([]);
    for (const { name } of world.lab.machines)
      expect(await world.machineEvents(name, 'destroyed')).toEqual([]);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

interface StateFile {
  readonly serial: number;
  readonly [field: string]: unknown;
}

async function stateOf(at: World): Promise<StateFile> {
  return JSON.parse(await readFile(hypervisorOf(at).terraform.state, 'utf8')) as StateFile;
}

/** As the owner's next write: its serial is higher than any before. */
async function write(at: World, state: StateFile): Promise<void> {
  const { serial } = await stateOf(at);
  await writeFile(hypervisorOf(at).terraform.state, JSON.stringify({ ...state, serial: serial + 1 }));
}

async function forgotten(at: World, ...addresses: string[]): Promise<() => Promise<void>> {
  const before = await stateOf(at);
  await (await at.owner.terraform()).forget(...addresses);
  return () => write(at, before);
}

async function linesOf(file: string): Promise<unknown[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}
