import { execa } from 'execa';
import { LineSplitter } from '../tools/command-output.js';
import { dieWithParent } from '../tools/die-with-parent.js';
import { findProgram } from '../tools/find-program.js';
import { Redaction } from '../tools/redaction.js';
import { ServeRefused } from './serve-refused.js';

/** What to start. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** All it gets: nothing of ours is handed on besides. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds from SIGTERM to SIGKILL when it is stopped. */
  readonly graceMs: number;
  /** Exit codes that say more than their number. */
  readonly meanings?: Readonly<Record<number, string>>;
  /** Gets each line it writes. */
  readonly onLine: (line: string) => void;
}

/** This long we listen for a last line of a process that has gone; a grandchild may hold the pipes for ever. */
const pipesAfterExitMs = 100;

/**
 * A process that is to run for ever. `run-command` is for those that end: it has a time limit, and a place among few.
 *
 * The kernel kills it when this process dies, however and whenever it dies (`die-with-parent.ts`). It leads its own process
 * group, so that Ctrl-C reaches only us and everything stops in order.
 */
export class ServiceProcess {
  readonly pid: number;
  /** Settles when the process is gone, with how it went: `exit code 1`, `SIGKILL`. */
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

  /** Asks it to end, and makes it when it does not in time; returns when it is gone. */
  async stop(): Promise<string> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.kill(), this.#graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Ends it at once. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.#running) return; // not reaped yet while it runs, so the pid is still this process
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
