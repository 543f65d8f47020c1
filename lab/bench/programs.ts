import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { foreground } from '../processes/foreground.js';
import { cleanEnvironment } from '../terminal.js';

/** Duration of the demo in seconds, with everything installed. @throws Error when it fails. */
export async function measureDemo(...args: readonly string[]): Promise<number> {
  return secondsOf('the demo', 'dist/lab/demo.js', ...args);
}

/** Seconds of each set-up without work. The first one, which may have work, is left out. */
export async function measureSetUpAgain(times: number): Promise<number[]> {
  const took: number[] = [];
  for (let time = 0; time <= times; time += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    took.push(await secondsOf('the set-up', 'setup/run.mjs', 'setup'));
  }
  return took.slice(1);
}

/** Longer than the longest: the whole of the tests on a slow machine. */
const patienceMs = 7_200_000;

/** Seconds that a program of this project takes, by its path and arguments. @throws Error when it fails. */
export async function secondsOf(what: string, ...argv: readonly [string, ...string[]]): Promise<number> {
  const [program, ...args] = argv;
  const began = performance.now();
  const { code, stdout, stderr } = await foreground(
    process.execPath,
    [path.join(projectRoot, program), ...args],
    { cwd: projectRoot, env: cleanEnvironment({}), timeoutMs: patienceMs },
  );
  if (code !== 0) throw new Error(`${what} ended with ${code}: ${`${stdout}${stderr}`.trim().slice(-600)}`);
  return (performance.now() - began) / 1_000;
}
