import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Commands, commandOf } from '../../../lab/watcher/sources/commands.js';

const machines = [
  { name: 'k8s-ctrl-1', address: '10.20.67.1', loopback: '127.77.67.1' },
  { name: 'k8s-work-1', address: '10.20.67.4', loopback: '127.77.67.4' },
];
const talosctl = ['/x/talosctl', 'etcd', 'status', '--talosconfig', 'f', '--nodes', '10.20.67.4'];

describe('whom a command line dials', () => {
  it.each([
    ['talosctl', [...talosctl, '--endpoints', '127.77.67.1']],
    ['talosctl, written with =', [...talosctl, '--endpoints=127.77.67.1']],
    [
      'talosctl, behind another program',
      ['setpriv', '--pdeathsig', 'KILL', '--', '/proc/1/fd/21', '--', ...talosctl, '-e', '127.77.67.1'],
    ],
    ['talosctl, with several endpoints', [...talosctl, '-e', '127.77.0.9,127.77.67.1']],
  ])('%s', (_title, argv) => {
    expect(commandOf(argv, machines)).toEqual({
      command: 'talosctl etcd status',
      endpoint: 'k8s-ctrl-1',
      nodes: ['k8s-work-1'],
    });
  });

  it('kubectl', () => {
    const argv = ['kubectl', 'drain', 'k8s-work-1', '--server', 'https://127.77.67.1:6443'];
    expect(commandOf(argv, machines)).toEqual({
      command: 'kubectl drain k8s-work-1',
      endpoint: 'k8s-ctrl-1',
      nodes: [],
    });
  });

  it.each([
    ['nobody of this lab', [...talosctl, '-e', '127.78.67.1']],
    ['nobody at all', talosctl],
    ['another program', ['terraform', '--endpoints', '127.77.67.1']],
    ['nothing', ['']],
  ])('%s', (_title, argv) => {
    expect(commandOf(argv, machines)).toBeUndefined();
  });
});

describe('a process that dials', () => {
  it('is reported once, with its start time', async () => {
    const before = Date.now();
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const commands = new Commands(machines);
    await commands.take(pid, [...talosctl, '-e', '127.77.67.1']);
    await commands.take(pid, [...talosctl, '-e', '127.77.67.1']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await commands.take(pid, [...talosctl, '-e', '127.77.67.1']);
    expect(commands.observations).toHaveLength(1);
    const [{ at } = { at: 0 }] = commands.observations;
    // Linux counts in hundredths of a second, and the beginning of the machine likewise.
    expect(at).toBeGreaterThan(before - 2_000);
    expect(at).toBeLessThan(Date.now() + 2_000);
  });
});
