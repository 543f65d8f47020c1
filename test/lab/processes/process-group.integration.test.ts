import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProcessSpec } from '../../../lab/processes/lab-process.js';
import { stopLeftOvers } from '../../../lab/processes/left-overs.js';
import { ProcessGroup } from '../../../lab/processes/process-group.js';
import { identify, isRunning } from '../../../src/tools/process-identity.js';
import type { ProcessRecordFile } from '../../../lab/processes/process-record.js';
import { limits } from '../../limits.js';
import { until } from '../../until.js';

const labModule = (name: string): string =>
  fileURLToPath(new URL(`../../../lab/processes/${name}`, import.meta.url));

describe('the processes of a lab', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-processes-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sleeper = (more: Partial<ProcessSpec> = {}): ProcessSpec => ({
    name: 'sleeper',
    command: '/bin/sleep',
    args: ['60'],
    logFile: path.join(folder, 'sleeper.log'),
    ...more,
  });
  const record = (): ProcessRecordFile =>
    JSON.parse(readFileSync(path.join(folder, 'processes.json'), 'utf8')) as ProcessRecordFile;

  it('are recorded while they run, and only then', async () => {
    const group = new ProcessGroup(folder);
    const one = await group.start(sleeper());
    const two = await group.start(sleeper());
    const entry = { ...one.identity, name: 'sleeper', argv: ['/bin/sleep', '60'] };
    expect(record().processes).toEqual([entry, { ...entry, ...two.identity }]);
    await one.stop();
    expect(record().processes).toEqual([{ ...entry, ...two.identity }]);
    await group.stopAll();
    expect([one, two].map(({ identity }) => isRunning(identity))).toEqual([false, false]);
  });

  it('have a session of their own, so that Ctrl-C reaches the lab alone', async () => {
    const group = new ProcessGroup(folder);
    const { identity } = await group.start(sleeper());
    const stat = readFileSync(`/proc/${identity.pid}/stat`, 'utf8').split(' ');
    expect(Number(stat[5])).toBe(identity.pid);
    await group.stopAll();
  });

  it('get the environment they are given and nothing of ours', async () => {
    const group = new ProcessGroup(folder);
    const shown = await group.start(sleeper({ command: '/usr/bin/env', args: [], env: { ONE: '1' } }));
    await shown.exited;
    expect(readFileSync(shown.spec.logFile, 'utf8')).toMatch(/^PATH=.*\nONE=1\n$/);
    await group.stopAll();
  });

  it.each([
    [
      'end early',
      'echo no such flag; exit 3',
      limits.wait,
      /tester ended \(exit code 3\) before it was ready.*\n {2}no such flag/,
    ],
    [
      'never answer',
      'echo waiting; sleep 60',
      3_000,
      /tester was not ready after 3 s: not yet.*\n {2}waiting/,
    ],
  ])('that %s are reported with the end of their log', async (_what, script, timeoutMs, message) => {
    const group = new ProcessGroup(folder);
    const ready = { probe: async () => 'not yet', timeoutMs, everyMs: 20 };
    await expect(
      group.start(sleeper({ name: 'tester', command: '/bin/sh', args: ['-c', script], ready })),
    ).rejects.toThrow(message);
    expect(group.running).toEqual([]);
    await group.stopAll();
  });

  it('that are not there are named with the path that was tried', async () => {
    const group = new ProcessGroup(folder);
    await expect(group.start(sleeper({ command: '/nowhere/etcd' }))).rejects.toThrow(
      /\/nowhere\/etcd is not there/,
    );
    await group.stopAll();
  });

  it('that end on their own are reported, those that were stopped are not', async () => {
    const ended: string[] = [];
    const group = new ProcessGroup(folder, (process, exit) => ended.push(`${process.name} ${exit.signal}`));
    const victim = await group.start(sleeper({ name: 'victim' }));
    process.kill(victim.identity.pid, 'SIGKILL');
    await victim.exited;
    await (await group.start(sleeper())).stop();
    expect(ended).toEqual(['victim SIGKILL']);
    await group.stopAll();
  });

  it('die with the lab, however it dies', async () => {
    const script = `
      import { ProcessGroup } from ${JSON.stringify(labModule('process-group.js'))};
      const group = new ProcessGroup(${JSON.stringify(folder)});
      const child = await group.start(${JSON.stringify(sleeper())});
      console.log(child.identity.pid);
      setInterval(() => undefined, 1000);`;
    const lab = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(lab.stdout, 'data')) as [Buffer];
    const child = identify(Number(line.toString()));
    expect(child).toBeDefined();
    lab.kill('SIGKILL');
    await once(lab, 'exit');
    await until('the child of the killed lab ends', () => child !== undefined && !isRunning(child));
  });

  it('that a killed lab left running are stopped by pid and start time, and no others', async () => {
    const [leftOver, stranger] = [1, 2].map(() => spawn('/bin/sleep', ['60'], { stdio: 'ignore' }));
    const identities = [leftOver, stranger].map((child) => identify(child?.pid ?? 0));
    const entry = { name: 'etcd k8s-ctrl-1', argv: ['etcd'] };
    const processes = [
      { ...identities[0], ...entry },
      { ...identities[1], ...entry, startTime: '1' },
      { pid: 2 ** 22 + 1, startTime: '1', ...entry },
    ];
    writeFileSync(
      path.join(folder, 'processes.json'),
      JSON.stringify({ lab: { pid: 2 ** 22 + 2, startTime: '1' }, processes }),
    );
    expect(await stopLeftOvers(folder)).toEqual([processes[0]]);
    expect(identities.map((identity) => identity && isRunning(identity))).toEqual([false, true]);
    expect(await stopLeftOvers(folder)).toEqual([]);
    stranger?.kill();
  });

  it('of a lab that runs are left alone', async () => {
    const group = new ProcessGroup(folder);
    await expect(stopLeftOvers(folder)).rejects.toThrow(
      `A lab already runs in ${folder} (pid ${process.pid}).`,
    );
    await group.stopAll();
    expect(await stopLeftOvers(folder)).toEqual([]);
  });
});
