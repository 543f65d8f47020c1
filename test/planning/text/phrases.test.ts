import { describe, expect, test } from '@jest/globals';
import { count, listed, moment, quoted, span, timeOfDay } from '../../../src/planning/text/phrases.js';

describe('phrases', () => {
  test.each([
    [0, '0s'],
    [-5, '0s'],
    [400, '400ms'],
    [999.6, '1s'],
    [1_000, '1s'],
    [59_499, '59s'],
    [59_600, '1m'],
    [60_000, '1m'],
    [192_000, '3m12s'],
    [3_600_000, '1h'],
    [3_900_000, '1h05m'],
    [7_199_900, '2h'],
  ])('%d ms is %s', (milliseconds, text) => expect(span(milliseconds)).toBe(text));

  test.each([
    ['2026-11-21T14:32:59.000Z', '2026-11-21 14:32 UTC'],
    ['2026-11-21T14:32:59+02:00', '2026-11-21 12:32 UTC'],
    ['yesterday', 'yesterday'],
    ['', ''],
  ])('the moment %s is "%s"', (iso, text) => expect(moment(iso)).toBe(text));

  test.each([
    ['2026-11-21T14:32:59.600Z', '14:32:59 UTC'],
    ['2026-11-21T00:02:03+02:00', '22:02:03 UTC'],
    ['yesterday', 'yesterday'],
  ])('the time of day of %s is "%s"', (iso, text) => expect(timeOfDay(iso)).toBe(text));

  test.each<[readonly string[], string]>([
    [[], 'none'],
    [['a'], 'a'],
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
  ])('%j is listed as "%s"', (items, text) => expect(listed(items, 3)).toBe(text));

  test('count in the singular and the plural', () => {
    expect([count(0, 'node'), count(1, 'node'), count(2, 'node'), count(2, 'entry', 'entries')]).toEqual([
      '0 nodes',
      '1 node',
      '2 nodes',
      '2 entries',
    ]);
  });

  test('quote what others said, without line breaks and without its full stop', () => {
    expect(quoted('went\n  wrong.\n')).toBe('went wrong');
    expect(quoted('  ')).toBe('no reason was given');
  });
});
