import { describe, expect, test } from '@jest/globals';
import {
  compareVersions,
  deltaOf,
  isMinorBetween,
  isVersion,
  minorOf,
  minorsApart,
  newestOf,
  nextMinor,
} from '../../../src/planning/versions/versions.js';

describe('versions', () => {
  test.each([
    ['v1.12.1', 'v1.12.1', 'same'],
    ['v1.12.1', 'v1.12.6', 'patch'],
    ['v1.12.0-beta.1', 'v1.12.0', 'patch'],
    ['v1.12.9', 'v1.12.10', 'patch'],
    ['v1.12.1', 'v1.13.0', 'minor'],
    ['v1.9.5', 'v1.12.0', 'minor'],
    ['v1.12.1', 'v2.0.0', 'major'],
    ['v1.12.6', 'v1.12.1', 'downgrade'],
    ['v1.12.0', 'v1.12.0-rc.1', 'downgrade'],
    ['v1.10.0', 'v1.9.9', 'downgrade'],
  ])('%s -> %s is %s', (from, to, delta) => {
    expect(deltaOf(from, to)).toBe(delta);
  });

  test.each(['v1.12.1', 'v0.0.0', 'v1.14.0-rc.1', 'v10.20.30'])('%s is a version', (text) =>
    expect(isVersion(text)).toBe(true),
  );

  test.each(['1.12.1', 'v1.12', 'v1.12.x', 'latest', '', 'v01.2.3', 'v1.2.3-', 'v1.12.1 '])(
    '"%s" is none',
    (text) => expect(isVersion(text)).toBe(false),
  );

  test('sort by number, not by character', () => {
    expect(['v1.9.0', 'v1.12.0', 'v1.10.0'].toSorted(compareVersions)).toEqual([
      'v1.9.0',
      'v1.10.0',
      'v1.12.0',
    ]);
  });

  test('have minors', () => {
    expect(minorOf('v1.12.1')).toBe('1.12');
    expect(nextMinor('v1.9.3')).toBe('1.10');
    expect(minorsApart('v1.9.3', 'v1.12.0')).toBe(3);
    expect(isMinorBetween('1.9', '1.10', '1.12')).toBe(false);
    expect(isMinorBetween('1.10', '1.10', '1.12')).toBe(true);
    expect(isMinorBetween('1.12', '1.10', '1.12')).toBe(true);
    expect(isMinorBetween('1.13', '1.10', '1.12')).toBe(false);
  });

  test('the newest of a minor is a release, whatever order the factory lists', () => {
    const listed = ['v1.12.10', 'v1.12.9', 'v1.13.0-rc.1', 'nonsense', 'v1.11.6'];
    expect(newestOf('1.12', listed)).toBe('v1.12.10');
    expect(newestOf('1.13', listed)).toBeUndefined();
    expect(newestOf('1.12', [])).toBeUndefined();
  });
});
