import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commitLab, createLabRepository } from '../../../lab/lab-repository.js';
import { World, nodeResult } from '../../../lab/world.js';
import { pinNamed } from '../../../src/tools/binaries/wanted.js';
import { abortRun, runId } from '../../../src/workflows/messages.js';
import { StateServer } from '../../tools/terraform/state-server.js';
import { setInInventory } from '../../../lab/edit-inventory.js';

const question = 'confirmNoChanges';

/** Only here: Terraform that cannot be asked once the nodes of a run in place are done. */
describe('after an upgrade in place, Terraform', () => {
  let world: World;
  let backend: StateServer;

  beforeAll(async () => {
    backend = await StateServer.start();
    world = await World.start({ name: 'asked-after', speed: 10 });
    const { directory } = world.lab;
    await mkdir(path.join(directory, 'terraform'));
    await writeFile(
      path.join(directory, 'terraform', 'main.tf'),
      'terraform {\n  backend "http" {}\n}\nvariable "talos_version" {\n  default = "v1.12.2"\n}\n',
    );
    await writeFile(path.join(directory, 'backend.hcl'), backend.backend);
    const strategy = { minor: 'in-place', major: 'in-place' };
    await setInInventory(world, ['upgrade', 'strategy'], strategy);
    await setInInventory(world, ['terraform'], {
      version: pinNamed('terraform')?.version,
      source: { folder: 'terraform' },
      backend: [{ file: 'backend.hcl' }],
      variables: { talos: 'talos_version' },
    });
    await createLabRepository(directory);
  });

  afterAll(async () => {
    await world.stop();
    await backend.end();
  });

  it('is asked once where its backend refuses: the run is done, and says that it is not known', async () => {
    backend.forbidden = true;
    const run = await world.upgrade('--only', 'k8s-work-1');
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'done',
      reasons: [],
      plan: { strategy: 'in-place' },
      terraform: { kind: 'unknown', reason: { kind: expect.stringMatching(/^terraform-/) } },
    });
    expect(await attempts(run)).toEqual([1]);
  });

  it('leaves the run done where it is aborted while its configuration cannot be had, and the cluster free', async () => {
    Object.assign(backend, { forbidden: false, silent: true });
    await setInInventory(world, ['terraform', 'source', 'repository'], backend.url);
    await commitLab(world.lab.directory, 'another repository, which does not answer');
    const run = await world.upgrade('--only', 'k8s-work-2');
    await world.until('Terraform is asked', async () => (await events(run)).some(isQuestion));
    const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
    await handle.executeUpdate(abortRun, { args: [{ by: 'bob', why: 'a test' }] });
    const result = await world.result(run);
    expect(result).toMatchObject({
      outcome: 'done',
      reasons: [],
      terraform: { kind: 'unknown', reason: { kind: 'aborted', by: 'bob: a test' } },
    });
    expect(nodeResult(result, 'k8s-work-2')).toMatchObject({ outcome: 'done' });
    backend.silent = false;
    const next = await world.result(await world.upgrade('--only', 'k8s-work-3'));
    expect(next).toMatchObject({ outcome: 'done', reasons: [] });
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  type Event = Awaited<ReturnType<typeof events>>[number];

  async function events(run: number) {
    const handle = (await world.client()).workflow.getHandle(runId(world.lab.cluster, run));
    return (await handle.fetchHistory()).events ?? [];
  }

  function isQuestion({ activityTaskScheduledEventAttributes: scheduled }: Event): boolean {
    return scheduled?.activityType?.name === question;
  }

  /** Which attempt answered, of each time it was asked. */
  async function attempts(run: number): Promise<(number | null | undefined)[]> {
    const all = await events(run);
    const asked = all.filter(isQuestion).map(({ eventId }) => String(eventId));
    return all.flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started && asked.includes(String(started.scheduledEventId)) ? [started.attempt] : [],
    );
  }
});
