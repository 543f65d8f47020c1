import { describe, expect, test } from '@jest/globals';
import { LaneQueue } from '../../../lab/chaos/lane-queue.js';

const work = ['small 1', 'atlas 2', 'small 3', 'small 4', 'portkey 5'];
const queueOf = (all: readonly string[]): LaneQueue<string> =>
  new LaneQueue(all, (one) => one.replace(/ .*/, ''));

describe('work that lanes share', () => {
  test('one lane completes a kind before it starts another lab', () => {
    const queue = queueOf(work);
    expect(work.map(() => queue.next(0))).toEqual(['small 1', 'small 3', 'small 4', 'atlas 2', 'portkey 5']);
    expect(queue.next(0)).toBeUndefined();
  });

  test('another lane takes the kind with the most work for each lane', () => {
    const queue = queueOf([...work, 'small 6']);
    expect([queue.next(0), queue.next(1), queue.next(2)]).toEqual(['small 1', 'small 3', 'atlas 2']);
  });

  test('each piece is played once, whichever lane asks', () => {
    const queue = queueOf(work);
    const taken = [0, 1, 2, 0, 1, 2, 0].flatMap((lane) => queue.next(lane) ?? []);
    expect(taken.toSorted()).toEqual(work.toSorted());
  });
});
