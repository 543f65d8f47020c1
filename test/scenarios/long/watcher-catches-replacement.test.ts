import { readFile, rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { World } from '../../../lab/world.js';
import type { Verdict } from '../../../lab/watcher/watch.js';

const node = 'k8s-work-3';
const vmid = 8006;

/** Only here: the watcher on a real hypervisor's log and Terraform state, where Slipway's token is used against every promise. */
let world: World;
let verdict: Verdict;

beforeAll(async () => {
  world = await World.start({ name: 'catches-replace', hypervisor: true });
  const { hypervisor } = world.lab;
  if (!hypervisor) throw new Error('the lab has no hypervisor');
  const token = (await readFile(hypervisor.tokens.slipway, 'utf8')).trim();
  const destroyed = await fetch(`${hypervisor.url}/vms/${vmid}`, {
    method: 'DELETE',
    headers: { authorization: `PVEAPIToken=${token}` },
  });
  if (!destroyed.ok)
    throw new Error(`the hypervisor answered ${destroyed.status}: ${await destroyed.text()}`);
  await world.until(
    'its machine is gone',
    async () => (await world.machineEvents(node, 'destroyed')).length > 0,
  );
  verdict = await world.stop();
});

afterAll(async () => {
  await world.stop();
  await rm(world.folder, { recursive: true, force: true });
});

it.each([
  ['I3', node, /^destruction of k8s-work-3 belongs to no run/],
  [
    'I4',
    'Terraform',
    /^DELETE \/vms\/8006 at the hypervisor while nobody held the lock of the Terraform state$/,
  ],
  ['I12', node, /^DELETE \/vms\/8006 at the hypervisor belongs to no plan/],
])('the watcher sees that %s was broken', (promise, about, words) => {
  expect(verdict.violations).toContainEqual(
    expect.objectContaining({ promise, about, what: expect.stringMatching(words) }),
  );
});

it('says that nobody can know whose that was', () => {
  expect(verdict.unobserved).toContainEqual(
    expect.objectContaining({
      promise: 'I6',
      about: node,
      what: expect.stringContaining('belongs to no workflow'),
    }),
  );
});

it('looked for the secrets of replacements, and found none', () => {
  expect(verdict.violations.filter(({ promise }) => promise === 'I10')).toEqual([]);
  // A lab without a hypervisor has five.
  expect(verdict.figures.searched.secrets).toBeGreaterThan(7);
});
