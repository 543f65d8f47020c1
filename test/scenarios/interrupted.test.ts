import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawRun, type DrawnRun } from '../../lab/chaos/draw-run.js';
import { playRun } from '../../lab/chaos/play-run.js';
import { Interrupter } from '../../lab/interruptions/interrupter.js';
import { reset } from '../../lab/put-back/reset.js';
import type { StepName } from '../../src/planning/steps/node-steps.js';
import { playColumn, prepareForMatrix } from './kill-matrix/play-matrix.js';

/** The first run of a seed in which a worker dies twice on one node, and nobody is asked anything. */
function sample(): DrawnRun {
  const runs = Array.from({ length: 400 }, (_, index) => drawRun(1, index + 1, ['small']));
  const found = runs.find(
    ({ nodes, points, decisions }) =>
      nodes.length === 1 &&
      decisions.length === 0 &&
      points.filter(({ what }) => what.startsWith('killed')).length > 1,
  );
  if (!found) throw new Error('no run of this seed has two deaths of a worker');
  return found;
}

/** Only here: a sample of the kill matrix, and of chaos. All of both is in `npm run test:all`. */
describe('a run that something comes in the way of', () => {
  let stage: Interrupter;

  beforeAll(async () => {
    stage = await Interrupter.start({ name: 'interrupted', limits: 'short' });
    await prepareForMatrix(stage.world);
  });

  afterAll(async () => {
    await stage.stop();
  });

  const steps: readonly StepName[] = ['cordon', 'drain', 'await-boot', 'uncordon'];
  it('ends as if nothing had happened where its worker dies after each of four steps', async () => {
    const { cells, resumedMs } = await playColumn(stage, { order: 'legacy', column: 'killed after' }, steps);
    expect([...cells]).toEqual(steps.map((step) => [step, { kind: 'same end' }]));
    expect(resumedMs).toHaveLength(steps.length);
  });

  it('sends an install once, though Temporal never learns of its end', async () => {
    const { cells } = await playColumn(stage, { order: 'legacy', column: 'twice' }, ['install']);
    expect([...cells]).toEqual([['install', { kind: 'same end' }]]);
  });

  it('breaks no promise in a run of chaos', async () => {
    const drawn = sample();
    const played = await playRun(stage, drawn);
    await reset(stage.world, ...drawn.nodes);
    expect(played.broken).toEqual([]);
    expect(played.happened.length + played.notReached.length).toBe(drawn.points.length);
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await stage.stop()).violations).toEqual([]);
  });
});
