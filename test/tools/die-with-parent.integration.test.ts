import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findProgram } from '../../src/tools/find-program.js';
import { projectRoot } from '../../src/tools/project-root.js';

const setpriv = findProgram('setpriv', process.env['PATH'] ?? '') ?? '/nowhere';

/** The program's entry in the record; then it stays. The descriptor is the one that `setpriv` below opened. */
const program = JSON.stringify(['-c', 'echo executed >&9; exec sleep 600']);
const sh = JSON.stringify('/bin/sh');

/** Every function with which Slipway, its lab and its set-up start a process that must not outlive them: a module and a call. */
const ways: readonly [string, string, string][] = [
  [
    'src/tools/run-command',
    'dist/src/tools/run-command.js',
    `runCommand({ command: ${sh}, args: ${program}, timeoutMs: 600_000 })`,
  ],
  [
    'src/serve/service-process',
    'dist/src/serve/service-process.js',
    `ServiceProcess.start({ command: ${sh}, args: ${program}, env: {}, graceMs: 1, onLine: () => undefined })`,
  ],
  [
    'lab/processes/lab-process',
    'dist/lab/processes/lab-process.js',
    `LabProcess.start({ name: 'it', command: ${sh}, args: ${program}, logFile: '/dev/null' })`,
  ],
  [
    'lab/processes/foreground',
    'dist/lab/processes/foreground.js',
    `foreground(${sh}, ${program}, { env: {} })`,
  ],
  ['setup/child.mjs', 'setup/child.mjs', `runChild(${sh}, ${program})`],
];

describe('a process whose parent is killed', () => {
  let folder = '';
  let parent: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-parent-'));
    execFileSync('mkfifo', [path.join(folder, 'record'), path.join(folder, 'gate')]);
    // Pauses before the real one asks the kernel for the signal. The record ends when the last process that has it open is gone.
    const waits = `exec 9>${folder}/record; echo forked >&9; read -r _ <${folder}/gate`;
    const script = `#!/bin/sh\n[ "$1" = --pdeathsig ] && { ${waits}; }\nexec ${setpriv} "$@"\n`;
    writeFileSync(path.join(folder, 'setpriv'), script, { mode: 0o755 });
  });
  afterEach(() => {
    parent?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts a parent with a child that pauses before it has asked for the signal. */
  async function forked(module: string, call: string): Promise<Recorded> {
    const url = pathToFileURL(path.join(projectRoot, module)).href;
    const names = /^\w+/.exec(call)?.[0] ?? '';
    const script = `import { ${names} } from ${JSON.stringify(url)}; setInterval(() => {}, 1000); await ${call};`;
    parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const record = recorded(path.join(folder, 'record'));
    await record.has('forked\n');
    return record;
  }
  const kill = async (): Promise<void> => {
    parent?.kill('SIGKILL');
    if (parent) await once(parent, 'exit');
  };
  const open = (): Promise<void> => writeFile(path.join(folder, 'gate'), 'go\n');

  it.each(ways)(
    'before it has asked the kernel for a signal is never executed (%s)',
    async (_name, module, call) => {
      const record = await forked(module, call);
      await kill();
      await open();
      expect(await record.end).toBe('forked\n');
    },
  );

  it.each(ways)('while it runs is killed (%s)', async (_name, module, call) => {
    const record = await forked(module, call);
    await open();
    await record.has('forked\nexecuted\n');
    await kill();
    expect(await record.end).toBe('forked\nexecuted\n');
  });
});

interface Recorded {
  /** Resolves when the record begins with that text. */
  has(text: string): Promise<void>;
  /** The whole record, when no process is left that could append. */
  readonly end: Promise<string>;
}

function recorded(fifo: string): Recorded {
  const stream = createReadStream(fifo, 'utf8');
  let text = '';
  stream.on('data', (chunk) => (text += chunk.toString()));
  const ended = once(stream, 'end');
  return {
    has: async (wanted) => {
      // oxlint-disable-next-line no-await-in-loop -- piece after piece
      while (!text.startsWith(wanted)) await once(stream, 'data');
    },
    end: ended.then(() => text),
  };
}
