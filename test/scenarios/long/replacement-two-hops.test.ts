import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { hypervisorOf } from '../../../lab/put-back/replace-machines.js';

const from = 'v1.11.6';
const between = 'v1.12.11';
const to = 'v1.13.7';

/** Only here: two minors in one run, every machine replaced for each, each hop with values that git does not have. */
describe('an upgrade over two minors, on machines that Terraform makes', () => {
  let world: World;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({
      name: 'two-hops',
      hypervisor: true,
      // Talos 1.11 supports no newer one, and 1.13 none older than 1.31.
      versions: 'kubernetes=1.34.1',
      labArgs: ['--talos', from, '--target', from],
    });
    await world.owner.mergeTalos(to);
    result = await world.result(await world.upgrade());
  });

  afterAll(async () => {
    await world.stop();
  });

  it('goes through the minor between, by its newest patch', () => {
    expect(result).toMatchObject({ outcome: 'done', reasons: [] });
    expect(result.plan?.hops.map((hop) => [hop.to, hop.strategy, hop.values?.['talos_version']])).toEqual([
      [between, 'replace', '1.12.11'],
      [to, 'replace', '1.13.7'],
    ]);
  });

  it('brings every node through the first hop before any goes through the second', () => {
    const done = result.nodes.filter(({ outcome }) => outcome === 'done').map((node) => node.to);
    expect(done).toEqual([
      ...Array.from({ length: 6 }, () => between),
      ...Array.from({ length: 6 }, () => to),
    ]);
  });

  it('replaced each machine twice, one after the other', async () => {
    for (const { name } of world.lab.machines) {
      const created = await world.machineEvents(name, 'created');
      expect(created.map(({ version }) => version)).toEqual([between, to]);
    }
  });

  it('replaced each template once for each hop, before its machines', async () => {
    const { log, slipway } = hypervisorOf(world);
    const lines = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { by: string; event: string; method: string; path: string })
      .filter(({ by, event, method }) => by === slipway && event === 'answered' && method === 'POST')
      .map(({ path }) => path);
    const hop = [
      ...Array.from({ length: 6 }, () => '/templates'),
      ...Array.from({ length: 6 }, () => '/vms'),
    ];
    expect(lines).toEqual([...hop, ...hop]);
  });

  it('leaves Terraform with nothing to change, given what git says', () => {
    expect(result.terraform).toMatchObject({ kind: 'known', count: 0 });
  });

  it('keeps every promise the watcher can see', async () => {
    const { complaints, figures } = await world.stop();
    expect(complaints).toEqual([]);
    expect(Object.values(figures.replaced ?? {})).toEqual([2, 2, 2, 2, 2, 2]);
  });
});
