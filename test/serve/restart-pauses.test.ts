import { expect, test } from '@jest/globals';
import { RestartPauses } from '../../src/serve/restart-pauses.js';

test('pauses grow from a second to half a minute, and no further', () => {
  const pauses = new RestartPauses();
  const seconds = Array.from({ length: 8 }, () => pauses.next(0) / 1000);
  expect(seconds).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
});

test('a service that worked for a minute starts with a pause of one second again', () => {
  const pauses = new RestartPauses();
  for (let start = 0; start < 5; start += 1) pauses.next(59_999);
  expect(pauses.next(59_999)).toBe(30_000);
  expect(pauses.next(60_000)).toBe(1_000);
  expect(pauses.next(0)).toBe(2_000);
});
