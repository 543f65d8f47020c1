import { execa } from 'execa';
import { LineSplitter } from '../tools/command-output.js';
import { dieWithParent } from '../tools/die-with-parent.js';
import { findProgram } from '../tools/find-program.js';
import { Redaction } from '../tools/redaction.js';
import { ServeRefused } from './serve-refused.js';

/** The program to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Its whole environment; ours is not inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds from SIGTERM to SIGKILL when it is stopped. */
  readonly graceMs: number;
  /** Meanings of exit codes. */
  readonly meanings?: Readonly<Record<number, string>>;
  /** Gets each line it writes. */
  readonly onLine: (line: string) => void;
}

/** How long to read the last lines after a process has exited; a grandchild may hold the pipes for ever. */
const pipesAfterExitMs = 100;

/**
 * A long-running process. `run-command` is for processes that end: it has a time limit and a concurrency limit.
 *
 * The kernel kills it when this process dies, however and whenever it dies (`die-with-parent.ts`). It leads its own process
 * group, so that Ctrl-C reaches only us and everything stops in order.
 */
export class ServiceProcess {
  readonly pid: number;
  /** Resolves when the process has exited, with how: `exit code 1`, `SIGKILL`. */
  readonly exited: Promise<string>;
  readonly #graceMs: number;
  #running = true;

  private constructor(launch: Launch, setpriv: string) {
    const { command, args } = dieWithParent(setpriv, launch);
    const child = execa(command, args, {
      env: launch.env,
      extendEnv: false,
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
      buffer: false,
      reject: false,
      detached: true,
      cleanup: false,
    });
    if (child.pid === undefined) throw new Error(`${launch.command} could not be started.`);
    this.pid = child.pid;
    this.#graceMs = launch.graceMs;
    for (const stream of [child.stdout, child.stderr]) {
      const lines = new LineSplitter(new Redaction(), launch.onLine);
      stream.on('data', (chunk: Buffer) => lines.push(chunk));
      stream.once('close', () => lines.end());
    }
    this.exited = new Promise((resolve) => {
      child.once('exit', (code: number | null, signal: string | null) => {
        this.#running = false;
        setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
          const meaning = launch.meanings?.[code ?? -1];
          resolve(signal ?? meaning ?? `exit code ${code ?? 'unknown'}`);
        }, pipesAfterExitMs);
      });
    });
  }

  /** @throws ServeRefused when the machine has no setpriv. */
  static start(launch: Launch): ServiceProcess {
    return new ServiceProcess(launch, programOfUtilLinux('setpriv'));
  }

  get running(): boolean {
    return this.#running;
  }

  /** Sends SIGTERM, and SIGKILL when it does not exit in time. Returns when it has exited. */
  async stop(): Promise<string> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.kill(), this.#graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Kills it immediately. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.#running) return; // Not reaped while it runs, so the pid is still this process.
    try {
      process.kill(this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Path of a program that ties a child to its parent (setpriv) or to a folder (flock).
 *
 * @throws ServeRefused when PATH has none.
 */
export function programOfUtilLinux(name: 'setpriv' | 'flock'): string {
  const found = findProgram(name, process.env['PATH'] ?? '');
  if (found !== undefined) return found;
  throw new ServeRefused(
    `${name} is not on PATH: without it ${name === 'setpriv' ? 'a child could outlive slipway serve' : 'two Temporals could share one database'}.`,
    'Install util-linux 2.33 or later.',
  );
}
