import { describe, expect, test } from '@jest/globals';
import { duration, parseDuration } from '../../src/inventory/duration.js';

describe('a duration', () => {
  test.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(duration('1s').parse(text)).toBe(milliseconds);
  });

  test.each(['', '5', 's', '5 m', '-5m', '5min', '1h30m', '∞'])('"%s" is none', (text) => {
    expect(() => parseDuration(text)).toThrow('is not a duration');
    expect(duration('1s').safeParse(text).success).toBe(false);
  });

  test('is its default if left out', () => {
    expect(duration('90s').parse(undefined)).toBe(90_000);
  });
});
