import { expect, test } from '@jest/globals';
import { ProcessSlots } from '../../src/tools/process-slots.js';

test('no more run than there are places, and who came first goes first', async () => {
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

test('a place given back twice is one place', async () => {
  const slots = new ProcessSlots(1);
  const release = await slots.acquire();
  release();
  release();
  await slots.acquire();
  const second = slots.acquire(AbortSignal.timeout(10));
  await expect(second).rejects.toThrow(/timeout/);
});

test('who gives up waiting leaves the queue', async () => {
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

test.each([0, -1, 1.5])('%s places are refused', (size) => {
  expect(() => new ProcessSlots(size)).toThrow(/must be 1 or more/);
});
