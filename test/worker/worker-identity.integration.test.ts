import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { identify } from '../../src/tools/process-identity.js';
import {
  isGone,
  ownWorkerIdentity,
  ownWorkerName,
  workerIdentityOf,
  type WorkerIdentity,
} from '../../src/worker/worker-identity.js';

function own(): WorkerIdentity {
  const found = ownWorkerIdentity();
  if (!found) throw new Error('/proc is unreadable');
  return found;
}

/** A process, as the worker it could have been. */
async function started(): Promise<{ worker: WorkerIdentity; kill: () => Promise<void> }> {
  const child = spawn('/bin/sleep', ['60']);
  await once(child, 'spawn');
  const process_ = identify(child.pid ?? 0);
  if (!process_) throw new Error('it did not start');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { worker: { ...own(), ...process_ }, kill };
}

describe("a worker's name", () => {
  it('says which process of which place it is, and ends with the process id', () => {
    expect(workerIdentityOf(ownWorkerName())).toEqual(own());
    expect(ownWorkerName()).toMatch(new RegExp(`^slipway-worker@.*#${process.pid}$`));
  });

  it.each(['slipway-worker@vm#4711', '4711@vm', '', 'slipway-worker@vm:xyz:1#4711'])(
    'of another kind says too little: "%s"',
    (name) => expect(workerIdentityOf(name)).toBeUndefined(),
  );
});

describe('a worker is gone', () => {
  it('once its process is', async () => {
    const { worker, kill } = await started();
    expect(isGone(worker, own())).toBe(false);
    await kill();
    expect(isGone(worker, own())).toBe(true);
  });

  it('when another process has its id now', () => {
    expect(isGone({ ...own(), startTime: '1' }, own())).toBe(true);
    expect(isGone(own(), own())).toBe(false);
  });

  it('not for sure when it was elsewhere', async () => {
    const { worker, kill } = await started();
    await kill();
    expect(isGone({ ...worker, host: 'another' }, own())).toBe(false);
    expect(isGone({ ...worker, place: '0123456789abcdef' }, own())).toBe(false);
  });
});
