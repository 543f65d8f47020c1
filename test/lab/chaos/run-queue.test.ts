import { describe, expect, test } from '@jest/globals';
import type { DrawnRun } from '../../../lab/chaos/draw-run.js';
import { RunQueue } from '../../../lab/chaos/run-queue.js';
import type { ShapeName } from '../../../lab/chaos/shapes.js';

const run = (index: number, shape: ShapeName): DrawnRun => ({
  seed: 1,
  index,
  shape,
  nodes: [],
  faults: [],
  points: [],
  decisions: [],
  onFailure: 'ask',
});

const runs = [run(1, 'small'), run(2, 'atlas'), run(3, 'small'), run(4, 'small'), run(5, 'portkey')];

describe('the runs that lanes share', () => {
  test('one lane plays a shape to its end before it starts another lab', () => {
    const queue = new RunQueue(runs);
    const order = runs.map(() => queue.next(0)?.index);
    expect(order).toEqual([1, 3, 4, 2, 5]);
    expect(queue.next(0)).toBeUndefined();
  });

  test('a second lane takes the shape with the most runs for each lane', () => {
    const queue = new RunQueue(runs);
    expect([queue.next(0), queue.next(1), queue.next(2)].map((one) => one?.shape)).toEqual([
      'small',
      'atlas',
      'small',
    ]);
  });

  test('each run is played once, whichever lane asks', () => {
    const queue = new RunQueue(runs);
    const taken = [0, 1, 2, 0, 1, 2, 0].map((lane) => queue.next(lane)?.index);
    expect(taken.filter((index) => index !== undefined).toSorted()).toEqual([1, 2, 3, 4, 5]);
  });
});
