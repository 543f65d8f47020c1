import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from '@jest/globals';
import { descendantsOf, type Descendant } from '../../../lab/processes/descendants.js';
import { until } from '../../until.js';

let shell: ChildProcess | undefined;

afterEach(() => {
  for (const { pid } of descendantsOf(shell?.pid ?? 0)) process.kill(pid, 'SIGKILL');
  shell?.kill('SIGKILL');
});

/** `sh` that waits for `sh`, which waits for `sleep`, beside another `sleep`. Each is a copy of its `sh` until it has become one. */
test('all that a process started, and what stands in line with each', async () => {
  shell = spawn('/bin/sh', ['-c', 'sleep 61 & (sleep 62; true); true'], { stdio: 'ignore' });
  const asWanted = (found: readonly Descendant[]) =>
    found.filter(({ program }) => program === 'sleep').length === 2;
  const { pid = 0 } = shell;
  const found = await until('both have become sleep', () => {
    const all = descendantsOf(pid);
    return asWanted(all) ? all : undefined;
  });
  const programs = found.map(({ program, besides }) => [program, [...besides]]);
  expect(programs).toHaveLength(3);
  expect(programs).toContainEqual(['sh', ['sleep']]);
  expect(programs).toContainEqual(['sleep', ['sh']]);
  expect(programs).toContainEqual(['sleep', []]);
});

test('none of a missing process', () => {
  expect(descendantsOf(2 ** 30)).toEqual([]);
});
