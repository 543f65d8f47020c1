import { expect, test } from '@jest/globals';
import { ProcessSlots } from '../../src/tools/process-slots.js';

test('at most as many run as there are slots, first come first served', async () => {
  const slots = new ProcessSlots(1);
  const order: string[] = [];
  const first = await slots.acquire();
  const ahead: number[] = [];
  const waiting = ['second', 'third'].map(async (name) => {
    const release = await slots.acquire(undefined, (count) => ahead.push(count));
    order.push(name);
    release();
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  first();
  await Promise.all(waiting);
  expect({ order, ahead }).toEqual({ order: ['second', 'third'], ahead: [0, 1] });
});

test('a slot that is released twice is one slot', async () => {
  const slots = new ProcessSlots(1);
  const release = await slots.acquire();
  release();
  release();
  await slots.acquire();
  const second = slots.acquire(AbortSignal.timeout(10));
  await expect(second).rejects.toThrow(/timeout/);
});

test('a cancelled caller leaves the queue', async () => {
  const slots = new ProcessSlots(1);
  const release = await slots.acquire();
  const givesUp = new AbortController();
  const second = slots.acquire(givesUp.signal);
  const third = slots.acquire();
  givesUp.abort(new Error('no more'));
  await expect(second).rejects.toThrow('no more');
  release();
  await expect(third).resolves.toBeInstanceOf(Function);
});

test.each([0, -1, 1.5])('%s slots are rejected', (size) => {
  expect(() => new ProcessSlots(size)).toThrow(/must be 1 or more/);
});
