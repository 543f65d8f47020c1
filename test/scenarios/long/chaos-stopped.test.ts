import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChaosResult } from '../../../lab/chaos/chaos-result.js';
import { descendantsOf, type Descendant } from '../../../lab/processes/descendants.js';
import { cleanEnvironment } from '../../../lab/terminal.js';
import { isRunning } from '../../../src/tools/process-identity.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { until } from '../../until.js';

/** Only here: chaos that somebody stops in the middle of a run. */
describe('chaos that is stopped by Ctrl-C', () => {
  let folder: string;
  let all: readonly Descendant[] = [];
  let code: number | null;
  let said = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'slipway-chaos-stopped-'));
    const program = path.join(projectRoot, 'dist/lab/chaos.js');
    const args = ['--seed', '1', '--only', '24', '--json', path.join(folder, 'chaos.json')];
    const child = spawn(process.execPath, [program, ...args], {
      env: cleanEnvironment({}),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (exit) => resolve(exit)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    // Lab, watcher and worker are up, and the run has not ended. The tools of its steps come and go too fast to wait for one.
    const nodes = () => all.filter(({ program: name }) => name === 'node').length;
    await until('it works, or has ended', () => {
      all = descendantsOf(child.pid ?? 0);
      return child.exitCode !== null || nodes() >= 3;
    });
    child.kill('SIGINT');
    code = await ended;
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('says so in its last line, and in its exit code', () => {
    expect(said.trimEnd().split('\n').at(-1)).toBe('0 runs, 0 promises broken, and stopped by SIGINT');
    expect(code).toBe(130);
  });

  it('leaves no process behind', async () => {
    expect(all.length).toBeGreaterThan(5);
    // What was killed with it is gone a moment later on a busy machine.
    await until('all of them are gone', () => !all.some(isRunning));
  });

  it('keeps what it had, so that it can be resumed', async () => {
    const kept = JSON.parse(await readFile(path.join(folder, 'chaos.json'), 'utf8')) as ChaosResult;
    expect(kept).toMatchObject({ runs: [], notPlayed: [] });
  });
});
