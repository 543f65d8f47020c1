import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type World, nodeResult } from '../../../lab/world.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { from, versionMerged } from '../version-merged.js';

const [to, worker] = ['v1.12.6', 'k8s-work-1'];

/** Only here: a patch that comes with a new machine, once somebody has approved it. */
describe('a patch on machines that Terraform makes, asked for by replacement', () => {
  let world: World;
  let result: RunStory;
  let destroyedBefore: readonly unknown[];

  beforeAll(async () => {
    world = await versionMerged('replace-approved', to);
    const run = await world.upgrade('--only', worker, '--strategy', 'replace');
    const { plan } = JSON.parse(
      (await world.slipway('plan', '--only', worker, '--strategy', 'replace', '--json')).stdout,
    ) as {
      readonly plan: { readonly hash: string };
    };
    destroyedBefore = await world.machineEvents(worker, 'destroyed');
    const approved = await world.slipway(
      'approve',
      '--plan',
      plan.hash,
      '--by',
      'Ada',
      '--reason',
      'a new template',
    );
    if (approved.code !== 0) throw new Error(approved.stderr);
    result = await world.result(run);
  });

  afterAll(async () => {
    await world.stop();
  });

  it('replaces the machine, with its template, and installs nothing', async () => {
    expect(destroyedBefore).toEqual([]);
    expect(result).toMatchObject({
      outcome: 'done',
      reasons: [],
      decisions: [{ kind: 'approve', by: 'Ada' }],
    });
    expect(nodeResult(result, worker)).toMatchObject({ outcome: 'done', from, to });
    expect(result.plan?.hops[0]).toMatchObject({ strategy: 'replace', templates: [expect.any(String)] });
    const events = await Promise.all(
      ['destroyed', 'created', 'install-started'].map((event) => world.machineEvents(worker, event)),
    );
    expect(events.map((list) => list.length)).toEqual([1, 1, 0]);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});
