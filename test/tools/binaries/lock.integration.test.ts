import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from '../../../src/tools/binaries/lock.js';
import { ownIdentity } from '../../../src/tools/process-identity.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(root, 'case-')), 'thing.lock');
});
const what = 'getting kubectl';
const host = os.hostname();

test('holds one at a time, lets everyone acquire it in turn, and leaves no file', async () => {
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

test('is released when the work fails', async () => {
  await expect(withLock(file, { what }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(file)).toBe(false);
});

test.each<[string, object | string]>([
  ['whose number another has now', { host, ...ownIdentity(), startTime: '1', what }],
  ['that is gone', { host, pid: 2 ** 22 + 1, startTime: '1', what }],
  ['that lives, and holds nothing', { host, ...ownIdentity(), what }],
  ['of another machine', { host: 'elsewhere', pid: 1, startTime: '1', what }],
  ['that nobody can read', '{"pid":'],
])('the name of a process %s keeps nobody out', async (_, content) => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  expect(await withLock(file, { what, timeoutMs: 0 }, async () => 'mine')).toBe('mine');
});

describe('a lock that is held', () => {
  let release: () => void;
  let first: Promise<void>;
  beforeEach(async () => {
    const released = new Promise<void>((resolve) => (release = resolve));
    await new Promise<void>((resolve) => {
      first = withLock(file, { what }, () => {
        resolve();
        return released;
      });
    });
  });
  afterEach(async () => {
    release();
    await first;
  });

  test('names its owner to those who wait', async () => {
    const seen: string[] = [];
    const told = new Promise<void>((resolve) => {
      const onWait = (owner: { pid: number; what: string }): void => {
        seen.push(`${owner.pid} is ${owner.what}`);
        resolve();
      };
      first = Promise.all([first, withLock(file, { what, onWait }, async () => undefined)]).then(
        () => undefined,
      );
    });
    await told;
    release();
    await first;
    expect(seen).toEqual([`${process.pid} is getting kubectl`]);
  });

  test.each([
    ['is another’s', JSON.stringify({ host, pid: 2 ** 22 + 1, startTime: '1', what })],
    ['cannot be read', '{"pid":'],
  ])('is held although the name in it %s', async (_, content) => {
    writeFileSync(file, content);
    const waiting = withLock(file, { what, timeoutMs: 50 }, async () => 'mine');
    await expect(waiting).rejects.toThrow(`Another process has held ${file} for too long.`);
  });

  test('is waited for until the limit, and reported with its owner', async () => {
    const waiting = withLock(file, { what, timeoutMs: 50 }, async () => 'mine');
    await expect(waiting).rejects.toThrow(
      `Process ${process.pid} on ${host} has been getting kubectl for too long.`,
    );
  });

  test('is waited for until its caller gives up', async () => {
    const signal = AbortSignal.timeout(20);
    await expect(withLock(file, { what, signal }, async () => 'mine')).rejects.toThrow(/timeout/);
  });

  test('is a new lock once its file is removed, and stays with the new owner', async () => {
    rmSync(file);
    await withLock(file, { what }, async () => {
      release();
      await first;
      const third = withLock(file, { what, timeoutMs: 50 }, async () => 'mine');
      await expect(third).rejects.toThrow('for too long');
    });
  });
});

describe('of several processes', () => {
  /** A process that takes the lock, runs the given code, and releases it. */
  function another(work: string): ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> } {
    const module = new URL('../../../src/tools/binaries/lock.js', import.meta.url).href;
    const code = `import { appendFileSync } from 'node:fs';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { withLock } from ${JSON.stringify(module)};
      await withLock(${JSON.stringify(file)}, { what: 'x' }, async () => { ${work} });`;
    return spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  test('each acquires it, also after an owner died', async () => {
    const log = `${file}.log`;
    writeFileSync(file, JSON.stringify({ host, pid: 2 ** 22 + 1, startTime: '1', what }));
    const note = (word: string): string => `appendFileSync(${JSON.stringify(log)}, '${word}\\n');`;
    const all = [1, 2, 3].map(() => another(`${note('in')} await sleep(20); ${note('out')}`));
    const codes = await Promise.all(all.map(async (one) => (await once(one, 'close'))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    expect(readFileSync(log, 'utf8')).toBe('in\nout\n'.repeat(3));
  });

  test('one that is killed frees it for the next', async () => {
    const other = another(`console.log('held'); await sleep(60_000);`);
    await once(other.stdout, 'data');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: other.pid, what: 'x' });
    const waiting = withLock(file, { what, timeoutMs: 50 }, async () => 'mine');
    await expect(waiting).rejects.toThrow(`Process ${other.pid} on ${host} has been x for too long.`);
    other.kill('SIGKILL');
    expect(await withLock(file, { what, timeoutMs: 5_000 }, async () => 'mine')).toBe('mine');
  });
});
