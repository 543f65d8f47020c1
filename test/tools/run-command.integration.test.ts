import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { CommandOptions, CommandResult } from '../../src/tools/run-command.js';
import { ProcessSlots } from '../../src/tools/process-slots.js';
import { CommandFailed, runCommand } from '../../src/tools/run-command.js';
import { limits } from '../limits.js';
import { until } from '../until.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-run-command-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (code: string, options: Partial<CommandOptions> = {}): Promise<CommandResult> =>
  runCommand({ command: process.execPath, args: ['-e', code], timeoutMs: 10_000, ...options });

const failureOf = async (run: Promise<unknown>): Promise<CommandFailed> => {
  const error: unknown = await run.then(
    () => new Error('it ended well'),
    (reason: unknown) => reason,
  );
  if (error instanceof CommandFailed) return error;
  throw error;
};

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command that ends well', () => {
  test('gives both streams, the exit code and how long it took', async () => {
    const result = await script('console.log("out"); console.error("err")');
    expect(result).toMatchObject({ exitCode: 0, stdout: 'out\n', stderr: 'err\n', stdoutTruncated: false });
    expect(result.durationMs).toBeGreaterThan(1);
  });

  test('may end with another exit code that its caller accepts', async () => {
    expect((await script('process.exitCode = 2', { acceptExitCodes: [0, 2] })).exitCode).toBe(2);
  });

  test('gets unchanged arguments, because there is no shell', async () => {
    const args = ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', '$(id)', 'a b', '*', "'"];
    const { stdout } = await runCommand({ command: process.execPath, args, timeoutMs: 10_000 });
    expect(JSON.parse(stdout)).toEqual(['$(id)', 'a b', '*', "'"]);
  });

  test('reads its input and then the end of it', async () => {
    expect((await runCommand({ command: 'cat', args: [], input: 'hello', timeoutMs: 10_000 })).stdout).toBe(
      'hello',
    );
  });

  test('has an empty stdin by default, so it cannot wait for a person', async () => {
    expect((await runCommand({ command: 'cat', args: [], timeoutMs: 10_000 })).stdout).toBe('');
  });

  test('sees PATH, HOME, LANG, TMPDIR and what it was given, and nothing else of ours', async () => {
    process.env['SECRET_OF_OURS'] = 'x';
    const { stdout } = await runCommand({
      command: 'env',
      args: [],
      env: { GIVEN: 'yes' },
      timeoutMs: 10_000,
    });
    delete process.env['SECRET_OF_OURS'];
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0] ?? '');
    expect(names).toContain('GIVEN');
    expect(names.filter((name) => !['PATH', 'HOME', 'LANG', 'TMPDIR', 'GIVEN'].includes(name))).toEqual([]);
  });

  test('runs in the folder it was given', async () => {
    expect((await script('console.log(process.cwd())', { cwd: folder })).stdout.trim()).toBe(folder);
  });
});

describe('a command that does not end well', () => {
  test('fails with its exit code, its last lines and the command in one message', async () => {
    const error = await failureOf(script('console.error("disk full"); process.exit(3)'));
    expect(error).toMatchObject({
      tool: 'node',
      exitCode: 3,
      timedOut: false,
      cancelled: false,
      stderrTail: 'disk full\n',
    });
    expect(error.message).toMatch(/^`node -e '.*'` failed with exit code 3 after \d\.\d s\.\n {2}disk full$/);
  });

  test('names the signal that ended it', async () => {
    const error = await failureOf(script('process.kill(process.pid, "SIGKILL")'));
    expect(error).toMatchObject({ signal: 'SIGKILL', exitCode: undefined, timedOut: false });
    expect(error.message).toContain('was ended by SIGKILL from outside');
  });

  test.each([
    [
      'a name',
      'no-such-program',
      /`no-such-program` did not start: no-such-program is not on PATH\. `slipway tools`/,
    ],
    ['a path', '/no/such/program', /\/no\/such\/program is not an executable file/],
    ['a folder', '/tmp', /\/tmp is not an executable file/],
  ])('says so when there is no such program (%s)', async (_, command, message) => {
    const error = await failureOf(runCommand({ command, args: [], timeoutMs: 1_000 }));
    expect(error.message).toMatch(message);
    expect(error.exitCode).toBeUndefined();
  });

  test('says so when its working folder is not there', async () => {
    const error = await failureOf(script('', { cwd: '/no/such/folder' }));
    expect(error.notStarted).toBe('its working folder /no/such/folder does not exist.');
  });

  test('says what to install when setpriv is missing', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = folder;
    const error = await failureOf(script('')).finally(() => (process.env['PATH'] = before));
    expect(error.notStarted).toContain('Install util-linux');
  });

  test('is refused by the system without a hang', async () => {
    const error = await failureOf(
      runCommand({ command: 'true', args: ['x'.repeat(200_000)], timeoutMs: 1_000 }),
    );
    expect(error.notStarted).toContain('E2BIG');
  });
});

describe('stopping', () => {
  const ignoresSigterm = 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)';

  test('a command that takes too long gets SIGTERM', async () => {
    const error = await failureOf(script('setInterval(() => {}, 1000)', { timeoutMs: 200 }));
    expect(error).toMatchObject({ timedOut: true, cancelled: false, signal: 'SIGTERM' });
    expect(error.message).toContain('took longer than its time limit');
  });

  test('one that ignores it gets SIGKILL after the grace time', async () => {
    const cancel = new AbortController();
    const onLine = (): void => cancel.abort();
    const error = await failureOf(script(ignoresSigterm, { graceMs: 100, signal: cancel.signal, onLine }));
    expect(error).toMatchObject({ cancelled: true, signal: 'SIGKILL' });
  });

  test('a cancelled command has exited before its caller is notified', async () => {
    const cancel = new AbortController();
    let pid = 0;
    const onLine = (_: string, line: string): void => {
      pid = Number(line);
      cancel.abort();
    };
    const slowToGo = `process.on("SIGTERM", () => setTimeout(() => process.exit(0), 200));
      console.log(process.pid); setInterval(() => {}, 1000)`;
    const error = await failureOf(script(slowToGo, { signal: cancel.signal, onLine }));
    expect(error).toMatchObject({ cancelled: true, timedOut: false, exitCode: 0 });
    expect(error.durationMs).toBeGreaterThan(150);
    expect(isAlive(pid)).toBe(false);
  });

  test('the stop signal can be set', async () => {
    const code =
      'process.on("SIGINT", () => process.exit(7)); console.log("ready"); setInterval(() => {}, 1000)';
    const cancel = new AbortController();
    const onLine = (): void => cancel.abort();
    const error = await failureOf(script(code, { signal: cancel.signal, stopSignal: 'SIGINT', onLine }));
    expect(error.exitCode).toBe(7);
  });

  test('a signal that aborted before keeps the command from starting', async () => {
    const marker = path.join(folder, 'started');
    const error = await failureOf(
      runCommand({ command: 'touch', args: [marker], timeoutMs: 1_000, signal: AbortSignal.abort() }),
    );
    expect(error).toMatchObject({ cancelled: true, durationMs: 0 });
    expect(existsSync(marker)).toBe(false);
  });

  test('a time that has passed keeps the command from starting: the observation is too old', async () => {
    const marker = path.join(folder, 'too-late');
    const touch = { command: 'touch', args: [marker], timeoutMs: 10_000 };
    const error = await failureOf(runCommand({ ...touch, startBefore: Date.now() - 1 }));
    expect(error).toMatchObject({ cancelled: false, notStarted: expect.stringContaining('too late') });
    expect(existsSync(marker)).toBe(false);
    await runCommand({ ...touch, startBefore: Date.now() + 3_600_000 });
    expect(existsSync(marker)).toBe(true);
  });

  test('stops grandchildren as well', async () => {
    const cancel = new AbortController();
    let grandchild = 0;
    const onLine = (_: string, line: string): void => {
      grandchild = Number(line);
      cancel.abort();
    };
    const args = ['-c', 'sleep 300 & echo $!; wait'];
    await failureOf(runCommand({ command: 'sh', args, timeoutMs: 5_000, signal: cancel.signal, onLine }));
    await until('the grandchild ends', () => !isAlive(grandchild));
  });

  test('does not wait for a grandchild that keeps the pipes open', async () => {
    // If it waited, its limit would end it with an error.
    const result = await runCommand({
      command: 'sh',
      args: ['-c', 'sleep 600 & echo done'],
      timeoutMs: limits.wait,
    });
    expect(result.stdout).toBe('done\n');
  });

  test('an error in the line callback stops the command and comes out as it is', async () => {
    const onLine = (): void => {
      throw new Error('unreadable line');
    };
    await expect(script('console.log(1); setInterval(() => {}, 1000)', { onLine })).rejects.toThrow(
      'unreadable line',
    );
  });

  test('a child dies with a parent that is killed', async () => {
    const module = new URL('../../src/tools/run-command.js', import.meta.url).href;
    const parentFile = path.join(folder, 'parent.mjs');
    writeFileSync(
      parentFile,
      `import { runCommand } from ${JSON.stringify(module)};
       await runCommand({ command: 'sh', args: ['-c', 'echo $$; exec sleep 300'], timeoutMs: 60_000,
         onLine: (_, line) => console.log(line) });`,
    );
    const parent = spawn(process.execPath, [parentFile], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const child = Number(line);
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    await until('the child ends', () => !isAlive(child));
  });
});

describe('output', () => {
  test('arrives line by line while the command runs, the last one without a line break too', async () => {
    const lines: string[] = [];
    const code = 'process.stdout.write("a\\nb"); setTimeout(() => process.stdout.write("c\\r\\nd"), 50)';
    await script(code, { onLine: (stream, line) => lines.push(`${stream}:${line}`) });
    expect(lines).toEqual(['stdout:a', 'stdout:bc', 'stdout:d']);
  });

  test('is kept to its end when there is too much of it', async () => {
    const result = await script('for (let i = 0; i < 50_000; i++) console.log(i)', { maxBytes: 100 });
    expect(result.stdout.length).toBeLessThanOrEqual(100);
    expect(result.stdout.endsWith('49998\n49999\n')).toBe(true);
    expect(result.stdoutTruncated).toBe(true);
  });

  test('is cut between characters', async () => {
    expect((await script('process.stdout.write("ä".repeat(1000))', { maxBytes: 11 })).stdout).toBe(
      'ä'.repeat(5),
    );
  });
});

describe('secrets', () => {
  const token = 'hunter2-hunter2';

  test.each<[string, Partial<CommandOptions>]>([
    ['short output', {}],
    ['output whose kept end begins within the secret', { maxBytes: 10 }],
  ])('leave neither in a result nor in lines: %s', async (_, options) => {
    const lines: string[] = [];
    const code = 'process.stdout.write(process.env.TOKEN + "!\\n"); process.stderr.write(process.env.TOKEN)';
    const onLine = (__: string, line: string): void => void lines.push(line);
    const result = await script(code, { env: { TOKEN: token }, secrets: [token], onLine, ...options });
    expect(JSON.stringify([result, lines])).not.toMatch(/hunter2/);
    expect(lines).toEqual(['[redacted]!', '[redacted]']);
  });

  test('leave neither in an error, nor in its arguments', async () => {
    const error = await failureOf(
      runCommand({
        command: 'sh',
        args: ['-c', `echo ${token} >&2; exit 1`],
        timeoutMs: 5_000,
        secrets: [token],
      }),
    );
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack ?? ''}`).not.toContain('hunter2');
    expect(error.argv).toEqual(['sh', '-c', 'echo [redacted] >&2; exit 1']);
  });

  test('of several lines are recognised by each of them', async () => {
    const key = '-----BEGIN KEY-----\nMC4CAQAwBQYDK2Vw\nBCIEIHh4eHh4eHh4\n-----END KEY-----';
    const result = await script('console.log("at: BCIEIHh4eHh4eHh4")', { secrets: [key] });
    expect(result.stdout).toBe('at: [redacted]\n');
  });

  test('that are empty black out nothing', async () => {
    expect((await script('console.log("x")', { secrets: ['', ' '] })).stdout).toBe('x\n');
  });
});

describe('places', () => {
  test('of long commands never delay a short one', async () => {
    const places = new ProcessSlots().size;
    const cancel = new AbortController();
    let ready = 0;
    const long: Partial<CommandOptions> & Pick<CommandOptions, 'command' | 'args' | 'timeoutMs'> = {
      command: 'sh',
      args: ['-c', 'echo ready; exec sleep 300'],
      timeoutMs: 300_000,
      signal: cancel.signal,
      onLine: () => (ready += 1),
    };
    const running = Array.from({ length: places }, () => failureOf(runCommand(long)));
    await until('every place is taken', () => ready === places);
    const ahead: number[] = [];
    const queued = failureOf(runCommand({ ...long, onQueued: (count) => ahead.push(count) }));
    expect(ahead).toEqual([0]);
    expect((await script('console.log("quick")')).stdout).toBe('quick\n');
    cancel.abort();
    await Promise.all([...running, queued]);
    expect(ready).toBe(places);
  });
});
