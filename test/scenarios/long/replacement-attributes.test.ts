import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';

const [from, to, worker] = ['v1.12.1', 'v1.13.7', 'k8s-work-1'];

/** Only here: a machine that gets more than another version, which a person approves, or does not. */
describe('machines that get more memory when they are replaced', () => {
  let world: World;
  let refused: RunStory;
  let result: RunStory;

  beforeAll(async () => {
    world = await World.start({
      name: 'replace-attributes',
      hypervisor: true,
      labArgs: ['--talos', from, '--target', from],
    });
    const { configuration = '' } = world.lab.hypervisor?.terraform ?? {};
    await writeFile(path.join(configuration, 'sizes.auto.tfvars'), 'worker_memory_mb = 65536\n');
    await world.owner.mergeTalos(to);
    refused = await answeredWith(world, 'reject');
    result = await answeredWith(world, 'approve');
  });

  afterAll(async () => {
    await world.stop();
  });

  it('wait for approval of the plan, which says what and of which node', () =>
    expect(result.plan?.approvals).toEqual([
      {
        kind: 'attributes',
        why: expect.stringMatching(
          /^Terraform would change \d+ attributes? beside the version: .*memory_mb from 32768 to 65536 of k8s-work-1/,
        ),
      },
    ]));

  it('are not touched after a rejection', () => {
    expect(refused).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'approval-rejected', by: 'Ada' }],
    });
    expect(refused.nodes).toEqual([]);
  });

  it('are made with it after an approval, by name and with its reason', async () => {
    expect(result).toMatchObject({
      outcome: 'done',
      reasons: [],
      decisions: [{ kind: 'approve', by: 'Ada', why: 'more pods' }],
    });
    expect(nodeResult(result, worker)).toMatchObject({ outcome: 'done', from, to });
    expect(await world.machineEvents(worker, 'destroyed')).toHaveLength(1);
  });

  it('are then as git says', () => {
    const left = result.terraform?.kind === 'known' ? result.terraform.writes : [];
    expect(left.some(({ node }) => node === 'k8s-work-2')).toBe(true);
    expect(left.some(({ node }) => node === worker)).toBe(false);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

/** Asks for a run, and answers its plan once it waits for that. */
async function answeredWith(world: World, answer: 'approve' | 'reject'): Promise<RunStory> {
  const run = await world.upgrade('--only', worker);
  let hash = '';
  await world.until('it waits for a person', async () => {
    const stdout = await world.says();
    hash = /--plan\s+([0-9a-f]{12})/.exec(stdout)?.[1] ?? '';
    return hash !== '';
  });
  const { code, stderr } = await world.slipway(
    answer,
    '--plan',
    hash,
    '--by',
    'Ada',
    '--reason',
    'more pods',
  );
  if (code !== 0) throw new Error(stderr);
  return world.result(run);
}
