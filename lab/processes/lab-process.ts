import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { identify, type ProcessIdentity } from '../../src/tools/process-identity.js';
import { dieWithLab } from './die-with-lab.js';
import { waitUntilReady, type ReadyWait } from './ready-probe.js';

/** The program to run. */
export interface ProcessSpec {
  /** Its name in the lab, for messages and the record: `etcd k8s-ctrl-1`. */
  readonly name: string;
  /** Path of the program. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment besides PATH: nothing of ours is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** File for stdout and stderr; appended to. */
  readonly logFile: string;
  /** Without it the process counts as ready once it is started. */
  readonly ready?: ReadyWait;
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped. Default 5,000. */
  readonly graceMs?: number;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const DEFAULT_GRACE_MS = 5_000;
const LAST_LINES = 12;

/**
 * One running child of the lab. It has its own session, so that Ctrl-C in a terminal reaches only the lab, and the kernel kills it when the
 * lab dies (`src/tools/die-with-parent.ts`).
 */
export class LabProcess {
  readonly identity: ProcessIdentity;
  /** Resolves when the process has exited, however it ended. */
  readonly exited: Promise<ProcessExit>;
  #exit: ProcessExit | undefined;
  #stopping = false;

  private constructor(
    readonly spec: ProcessSpec,
    readonly argv: readonly string[],
    pid: number,
    child: ChildProcess,
  ) {
    this.identity = identify(pid) ?? { pid, startTime: 'gone' };
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  /**
   * Starts the process; it may not be ready yet.
   *
   * @throws when the program or setpriv cannot be started
   */
  static start(spec: ProcessSpec): LabProcess {
    refuseWhatIsNotAProgram(spec);
    mkdirSync(path.dirname(spec.logFile), { recursive: true });
    const log = openSync(spec.logFile, 'a', 0o600);
    try {
      const argv = [spec.command, ...spec.args];
      const start = dieWithLab(spec.command, spec.args);
      const child = spawn(start.command, start.args, {
        detached: true,
        stdio: ['ignore', log, log],
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', ...spec.env },
      });
      child.on('error', () => undefined); // handled below: without a pid nothing was started
      if (child.pid === undefined) throw new Error(`${spec.name} could not be started: ${argv.join(' ')}`);
      return new LabProcess(spec, argv, child.pid, child);
    } finally {
      closeSync(log);
    }
  }

  get name(): string {
    return this.spec.name;
  }

  get running(): boolean {
    return this.#exit === undefined;
  }

  /** True once `stop` or `kill` was called: its end is expected. */
  get stopping(): boolean {
    return this.#stopping;
  }

  /**
   * Waits until the process is ready.
   *
   * @throws with the reason and the last lines of its log when it ended before, or was not ready in time
   */
  async ready(): Promise<void> {
    const { ready } = this.spec;
    if (!ready) return;
    const reason = await waitUntilReady(ready, () => !this.running);
    if (reason === undefined && this.running) return;
    const what = this.#exit
      ? `ended (${describeExit(this.#exit)}) before it was ready`
      : `was not ready after ${ready.timeoutMs / 1000} s: ${reason}`;
    throw new Error(
      `${this.name} ${what}. Last lines of ${this.spec.logFile}:\n${lastLines(this.spec.logFile)}`,
    );
  }

  /** Stops it with SIGTERM, then SIGKILL after `graceMs`; resolves when it has exited. */
  async stop(graceMs = this.spec.graceMs ?? DEFAULT_GRACE_MS): Promise<ProcessExit> {
    this.#stopping = true;
    if (this.running) this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Kills it as a power cut would; resolves when it has exited. */
  async kill(): Promise<ProcessExit> {
    this.#stopping = true;
    this.#signal('SIGKILL');
    return this.exited;
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.running) return;
    try {
      process.kill(this.identity.pid, signal); // not reaped yet, so the pid is still this process
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** `exit code 1`, `signal SIGKILL`. */
export function describeExit(exit: ProcessExit): string {
  return exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code}`;
}

/** The end of a log file, for messages. */
export function lastLines(file: string, count = LAST_LINES): string {
  if (!existsSync(file)) return '  (nothing was written)';
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count);
  return lines.map((line) => `  ${line.slice(0, 400)}`).join('\n');
}

function refuseWhatIsNotAProgram(spec: ProcessSpec): void {
  try {
    accessSync(spec.command, constants.X_OK);
  } catch {
    throw new Error(
      `${spec.name} cannot be started: ${spec.command} is not there or may not be run. Type: slipway tools`,
    );
  }
}
