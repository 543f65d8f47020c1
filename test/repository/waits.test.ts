import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';
import { exceptions, speedDependent } from './waits.js';

const files = readdirSync(path.join(projectRoot, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => `test/${file}`)
  .filter((file) => /[.]tsx?$/.test(file))
  // This file has examples.
  .filter((file) => file !== 'test/repository/waits.test.ts');

describe('tests wait for conditions, not for time', () => {
  test('no file sleeps or sets a deadline of its own, but for those with a reason', () => {
    const found = files.flatMap((file) => {
      const lines = speedDependent(file, readFileSync(path.join(projectRoot, file), 'utf8'));
      return lines.length === (exceptions[file]?.[0] ?? 0) ? [] : lines;
    });
    expect(found).toEqual([]);
  });

  test('each exception is of a file that is there and has such lines', () => {
    expect(Object.keys(exceptions).filter((file) => !files.includes(file))).toEqual([]);
    expect(Object.values(exceptions).every(([lines, why]) => lines > 0 && why !== '')).toBe(true);
  });

  test.each([
    ['a sleep', 'await sleep(3_000);', 1],
    ['a sleep by a promise', 'await new Promise((resolve) => setTimeout(resolve, 200));', 1],
    ['a look each 50 ms', 'await pause(50);', 0],
    ['the limit of a test', '  }, 60_000);', 1],
    ['the limit of a file', 'jest.setTimeout(40_000);', 1],
    ['a loop until a time', 'for (const until = Date.now() + 20_000; ; ) look();', 1],
    ['a signal after a time', 'AbortSignal.timeout(10_000)', 1],
    ['a number of looks', 'for (let tries = 0; tries < 200; tries += 1) look();', 1],
    ['the one limit', 'AbortSignal.timeout(limits.wait)', 0],
    ['an upper bound', 'expect(Date.now() - began).toBeLessThan(20_000);', 1],
    ['a lower bound', 'expect(Date.now() - began).toBeGreaterThan(900);', 0],
  ])('%s', (_title, line, found) => {
    expect(speedDependent('a file', line)).toHaveLength(found);
  });
});
