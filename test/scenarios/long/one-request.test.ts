import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CuttableWay } from '../../../lab/processes/cuttable-way.js';
import type { LabProcess } from '../../../lab/processes/lab-process.js';
import { startTemporalAlone, type TemporalAlone } from '../../../lab/temporal-alone.js';
import type { World } from '../../../lab/world.js';
import { endingIn, nodeOf, type Flow } from '../faults/fault-case.js';
import { makeAnew } from '../../../lab/put-back/replace-machines.js';
import { play, startFaultLab } from '../faults/play.js';
import { reset } from '../../../lab/put-back/reset.js';
import { countRequests } from './counted-requests.js';
import { caseBegins, oneRequestCases, type Around, type OneRequest } from './one-request-cases.js';

const flows: readonly Flow[] = ['legacy', 'lifecycle', 'replace'];

/**
 * Only here: workers that cannot know of each other. One loses its connection to Temporal, another one takes over, and it comes back;
 * one is stopped and continues; Temporal is away for longer than a heartbeat. Machines and hypervisor count their requests.
 */
describe.each(flows)('nothing is asked twice in the %s flow', (flow) => {
  const left: LabProcess[] = [];
  // Set before any case is played: a table is made before there is a lab.
  const around = { left } as { -readonly [Name in keyof Around]: Around[Name] };
  let world: World;
  let temporal: TemporalAlone;

  beforeAll(async () => {
    temporal = await startTemporalAlone();
    around.temporal = temporal;
    around.way = await CuttableWay.open(temporal.server.description.address);
    world = await startFaultLab(flow, {
      name: `one-request-${flow}`,
      temporal: temporal.server.description.address,
      workerEnv: { TEMPORAL_ADDRESS: around.way.address },
    });
  });

  afterAll(async () => {
    await world.stop();
    await around.way.close();
    await temporal.stop();
  });

  const names = oneRequestCases(flow, around).map(({ name }) => name);

  it.each(names)('%s', async (name) => {
    const story = caseOf(oneRequestCases(flow, around), name);
    caseBegins(world);
    const count = await countRequests(world, nodeOf(story));
    try {
      expect(await play(world, story)).toMatchObject({ ...endingIn(flow, story), cordoned: false });
      expect(await count()).toEqual(story.asked);
    } finally {
      around.way.mend();
      for (const worker of left.splice(0)) await worker.kill();
      await world.killWorker();
      await world.startWorker();
      await (flow === 'replace' ? makeAnew : reset)(world, nodeOf(story));
    }
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });
});

function caseOf(cases: readonly OneRequest[], name: string): OneRequest {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
}
