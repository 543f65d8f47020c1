import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot, SetupStopped } from './project.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
const setpriv =
  (process.env['PATH'] ?? '/usr/bin:/bin')
    .split(':')
    .map((folder) => path.resolve(folder, 'setpriv'))
    .find((file) => existsSync(file)) ?? 'setpriv';
let descriptor = /** @type {number | undefined} */ (undefined);
let stopSignal = /** @type {NodeJS.Signals | undefined} */ (undefined);

/**
 * @typedef {object} ChildEnd
 * @property {number} code Exit code, or 128 + the signal's number as shells count it.
 * @property {string} output Standard output and error together; empty when they went to the terminal.
 */

/**
 * Runs one child to its end.
 *
 * It dies when this process is killed, at any moment. On Ctrl-C the terminal has already signalled the child; without a terminal the signal
 * is passed on. Either way this function waits for the child's end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ collect?: boolean, deathSignal?: 'KILL' | 'TERM', env?: NodeJS.ProcessEnv }} [options] `collect`: keep the output instead of
 * showing it.
 * @returns {Promise<ChildEnd>}
 * @throws {SetupStopped} when a signal stopped the set-up before or while it ran.
 */
export async function runChild(
  command,
  args,
  { collect = false, deathSignal = 'KILL', env = process.env } = {},
) {
  throwIfStopped();
  return /** @type {Promise<ChildEnd>} */ (
    new Promise((resolve, reject) => {
      const collected = collect ? unnamedFile() : undefined;
      const child = spawn(
        setpriv,
        ['--pdeathsig', deathSignal, '--', parentLives(), '--', command, ...args],
        {
          cwd: projectRoot,
          env,
          stdio: collected === undefined ? 'inherit' : ['ignore', collected, collected],
        },
      );
      running.add(child);
      const output = () => (collected === undefined ? '' : contentOf(collected));
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        running.delete(child);
        resolve({ code: code ?? 128 + (os.constants.signals[signal ?? 'SIGKILL'] ?? 0), output: output() });
      });
    })
  );
}

/** A file that is deleted with this process. Not a pipe: leftovers of a child would keep it open, and the set-up waiting. */
function unnamedFile() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-output-'));
  try {
    return openSync(path.join(folder, 'output'), 'a+');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {number} file */
function contentOf(file) {
  const text = readFileSync(`/proc/self/fd/${file}`, 'utf8');
  closeSync(file);
  return text;
}

/**
 * The same for a step that must succeed.
 * @param {string} what Its purpose, for the sentence.
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function runStep(what, command, args) {
  const { code, output } = await runChild(command, args, { collect: true });
  throwIfStopped();
  if (code === 0) return;
  throw new SetupStopped(`${what} failed (exit code ${code}):\n${excerpt(output)}`);
}

/**
 * The useful part of a failed command's output: npm's reason comes first, a compiler's last.
 * @param {string} output
 */
export function excerpt(output) {
  const lines = output.trimEnd().split('\n');
  const shown = lines.length <= 60 ? lines : [...lines.slice(0, 30), '…', ...lines.slice(-29)];
  return shown.map((line) => `  ${line}`).join('\n');
}

/**
 * A path to setpriv that exists only while this process lives. `src/tools/die-with-parent.ts` explains why a child starts through it; that
 * module is not compiled yet when the set-up runs.
 */
function parentLives() {
  descriptor ??= openSync(setpriv, 'r');
  return `/proc/${process.pid}/fd/${descriptor}`;
}

/** Must be called once: passes signals on to the children and keeps this process alive until they have ended. */
export function forwardSignals() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      stopSignal = signal;
      const terminalDidIt = signal === 'SIGINT' && process.stdin.isTTY;
      if (!terminalDidIt) for (const child of running) child.kill(signal);
    });
  }
}

/** @throws {SetupStopped} after a signal. */
export function throwIfStopped() {
  if (stopSignal === undefined) return;
  const code = 128 + os.constants.signals[stopSignal];
  throw new SetupStopped('Stopped. What is finished stays; the next start goes on from there.', code);
}
