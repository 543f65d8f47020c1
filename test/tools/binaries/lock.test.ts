import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { withLock } from '../../../src/tools/binaries/lock.js';
import { ownIdentity } from '../../../src/tools/process-identity.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(root, 'case-')), 'thing.lock');
});
const what = 'getting kubectl';

test('holds one at a time, lets all have their turn, and leaves no file', async () => {
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 4 }, () => withLock(file, { what }, work)));
  expect(most).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('is given back when the work fails', async () => {
  await expect(withLock(file, { what }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test('names its owner to those who wait', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const first = withLock(file, { what }, () => released);
  await sleep(20);
  const seen: string[] = [];
  const second = withLock(
    file,
    { what, onWait: (owner) => seen.push(`${owner.pid} is ${owner.what}`) },
    async () => 'mine',
  );
  await sleep(20);
  release();
  await first;
  expect(await second).toBe('mine');
  expect(seen).toEqual([`${process.pid} is getting kubectl`]);
});

test.each<[string, object | string]>([
  [
    'of a process whose number another has now',
    { host: os.hostname(), ...ownIdentity(), startTime: '1', what },
  ],
  ['of a process that is gone', { host: os.hostname(), pid: 2 ** 22 + 1, startTime: '1', what }],
  ['that nobody can read', '{"pid":'],
])('a lock %s is taken over', async (_, content) => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  expect(await withLock(file, { what }, async () => 'mine')).toBe('mine');
});

test('a lock of another machine counts until it has not been touched for long', async () => {
  writeFileSync(file, JSON.stringify({ host: 'elsewhere', pid: 1, startTime: '1', what }));
  const waiting = withLock(file, { what, timeoutMs: 50 }, async () => 'mine');
  await expect(waiting).rejects.toThrow(/Process 1 on elsewhere has been getting kubectl for too long/);
  const longAgo = new Date(Date.now() - 100_000);
  utimesSync(file, longAgo, longAgo);
  expect(await withLock(file, { what }, async () => 'mine')).toBe('mine');
});

test('waiting ends when its caller gives up', async () => {
  writeFileSync(file, JSON.stringify({ host: os.hostname(), ...ownIdentity(), what }));
  await expect(withLock(file, { what, signal: AbortSignal.timeout(20) }, async () => 'mine')).rejects.toThrow(
    /timeout/,
  );
});

test('the lock of a killed set-up is free for the next', async () => {
  const module = new URL('../../../src/tools/binaries/lock.js', import.meta.url).href;
  const code = `import { withLock } from ${JSON.stringify(module)};
    await withLock(${JSON.stringify(file)}, { what: 'x' }, () => new Promise((done) => {
      console.log('held'); setTimeout(done, 60_000);
    }));`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: other.pid, what: 'x' });
  other.kill('SIGKILL');
  expect(await withLock(file, { what, timeoutMs: 5_000 }, async () => 'mine')).toBe('mine');
});
