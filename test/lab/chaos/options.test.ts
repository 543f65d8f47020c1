import os from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { readOptions } from '../../../lab/chaos/options.js';

describe('what is typed after npm run chaos --', () => {
  test('is ten runs of any seed where nothing is', () => {
    const { seed, lanes, ...rest } = readOptions([]);
    expect(seed).toBeGreaterThan(0);
    expect(lanes).toBe(2 * os.availableParallelism());
    expect(rest).toEqual({ runs: 10, drawOnly: false, resume: false, writeDocs: false, page: false });
  });

  test.each([
    ['17', [17]],
    ['3,1-3', [3, 1, 2]],
    ['1-2,9-10', [1, 2, 9, 10]],
  ])('names runs by their numbers: %s', (text, only) => {
    expect(readOptions(['--only', text]).only).toEqual(only);
  });

  test('plays on the given number of labs side by side', () => {
    expect(readOptions(['--lanes', '1']).lanes).toBe(1);
  });

  test('shows earlier results, from the default file or another one', () => {
    expect(readOptions(['--page'])).toMatchObject({
      page: true,
      json: expect.stringContaining('.slipway/chaos.json'),
      matrix: expect.stringContaining('.slipway/kill-matrix.json'),
    });
    expect(readOptions(['--page', '--json', 'other.json']).json).toBe('other.json');
  });
});
