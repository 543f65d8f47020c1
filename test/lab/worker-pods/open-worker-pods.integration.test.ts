import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ContainerProcess, type StartPodProcess } from '../../../lab/kubernetes/kubelet/pod-process.js';
import type { WirePod } from '../../../lab/kubernetes/kubelet/pod-status.js';
import { ProcessGroup } from '../../../lab/processes/process-group.js';
import { openWorkerPods, runsWorker, type WorkerPodLine } from '../../../lab/worker-pods/open-worker-pods.js';

const node = 'k8s-work-1';
let directory: string;
let processes: ProcessGroup;
let start: StartPodProcess;

beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'slipway-worker-pods-'));
  processes = new ProcessGroup(directory);
  start = openWorkerPods({ processes, directory, log: path.join(directory, 'pods.jsonl') });
});

afterAll(async () => {
  await processes.stopAll();
  rmSync(directory, { recursive: true, force: true });
});

/** A worker that tries to reach a missing Temporal. */
const pod = (name: string, annotations = { [runsWorker]: 'yes' }): WirePod => ({
  metadata: { name, annotations },
  spec: {
    nodeName: node,
    containers: [{ name: 'worker', env: [{ name: 'TEMPORAL_ADDRESS', value: '127.0.0.1:9' }] }],
  },
});

const linesOf = (name: string): WorkerPodLine[] =>
  read('pods.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as WorkerPodLine)
    .filter((line) => line.pod === name);

function read(name: string): string {
  try {
    return readFileSync(path.join(directory, name), 'utf8');
  } catch {
    return '';
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (;;) {
    if (isSo()) return;
    await pause(50);
  }
}

/** Runs its container until its process has started. */
async function run(name: string): Promise<{ container: ContainerProcess; pid: number; again: () => number }> {
  let again = 0;
  const container = new ContainerProcess(start, () => (again += 1));
  container.run(pod(name));
  await until(() => linesOf(name).length > 0);
  const { pid = 0 } = linesOf(name).at(-1) ?? {};
  return { container, pid, again: () => again };
}

const events = (name: string): string[] =>
  linesOf(name).map(({ event, how }) => (how === undefined ? event : `${event}: ${how}`));

describe('the container of a worker pod', () => {
  it('is there only where the pod says that it is a worker', () => {
    const container = new ContainerProcess(start, () => undefined);
    container.run(pod('words', {} as never));
    expect(container.runs).toBe(false);
  });

  it('gets SIGTERM, and stops gracefully', async () => {
    const { container } = await run('told');
    await until(() => read('logs/told.log').includes('Temporal does not answer'));
    await container.stop(20);
    expect(events('told')).toEqual(['started', 'told-to-end', 'ended: exit code 0']);
    expect(linesOf('told')[0]).toMatchObject({ pod: 'told', node });
  });

  it('leaves the name of this machine alone', async () => {
    const own = os.hostname();
    const { container } = await run('named');
    container.kill();
    expect(readFileSync('/proc/sys/kernel/hostname', 'utf8').trim()).toBe(own);
  });

  it('is killed when it does not end within its grace period', async () => {
    const { container, pid } = await run('stopped');
    // Before that SIGTERM would end it, stopped or not.
    await until(() => read('logs/stopped.log').includes('Temporal does not answer'));
    process.kill(pid, 'SIGSTOP');
    await container.stop(0.5);
    expect(events('stopped')).toEqual(['started', 'told-to-end', 'ended: signal SIGKILL']);
  });

  it('is killed at once with its machine', async () => {
    const { container } = await run('powerless');
    container.kill();
    await until(() => events('powerless').length === 3);
    expect(events('powerless')).toEqual(['started', 'killed-with-its-machine', 'ended: signal SIGKILL']);
  });

  it('is restarted when it exits on its own, and not after SIGTERM', async () => {
    const { container, pid, again } = await run('falls');
    process.kill(pid, 'SIGKILL');
    await until(() => again() === 1);
    await until(() => linesOf('falls').at(-1)?.event === 'started');
    container.kill();
    await until(() => linesOf('falls').at(-1)?.event === 'ended');
    await pause(1_500);
    expect(events('falls').map((event) => event.split(':')[0])).toEqual([
      'started',
      'ended',
      'started',
      'killed-with-its-machine',
      'ended',
    ]);
  });
});
