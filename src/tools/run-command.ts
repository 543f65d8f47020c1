import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { CommandFailed } from './command-failed.js';
import { LineSplitter, OutputTail } from './command-output.js';
import { dieWithParent, type DeathSignal } from './die-with-parent.js';
import { findProgram } from './find-program.js';
import { guarded } from './guarded-callback.js';
import { outputFiles, type OutputFiles } from './output-file.js';
import { ProcessSlots } from './process-slots.js';
import { ProcessStopper } from './process-stopper.js';
import type { StopReason } from './process-stopper.js';
import { Redaction } from './redaction.js';

export { CommandFailed } from './command-failed.js';

/** What to run, and its limits. */
export interface CommandOptions {
  /** A program's name (searched on PATH) or its path. Never a shell line. */
  readonly command: string;
  readonly args: readonly string[];
  /** Added to PATH, HOME, LANG and TMPDIR, which are all that is passed on from our own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Longest run in milliseconds, counted from the start of the process: waiting for a slot is not included. */
  readonly timeoutMs: number;
  /** Milliseconds since the epoch after which it is not started any more: the observation that it rests on is too old by then. */
  readonly startBefore?: number;
  /** Stops the process when it aborts; the promise settles only after the process is gone. */
  readonly signal?: AbortSignal;
  /** Written to stdin, which is then closed. Without it stdin is empty, so that no program can wait for input. */
  readonly input?: string | Uint8Array;
  /** An open file that becomes its stdin instead. */
  readonly stdinDescriptor?: number;
  /** Called for each line as it comes, redacted. When it throws, the process is stopped and that error is thrown. */
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  /** Bytes kept of each stream's end. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Exit codes that count as success. Default 0 alone. */
  readonly acceptExitCodes?: readonly number[];
  /** Texts to redact from output, lines and errors. */
  readonly secrets?: readonly string[];
  /** Sent first when the process must stop. Default SIGTERM; Terraform wants SIGINT. */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT';
  /** Milliseconds between the stop signal and SIGKILL. Default 5,000. */
  readonly graceMs?: number;
  /**
   * The signal that the kernel sends the process when this one dies. Default KILL. Other signals may arrive several times, once for each of
   * our threads that the child is reparented to. `none`: it continues alone; give it an `outputFolder`.
   */
  readonly deathSignal?: DeathSignal | 'none';
  /** Called once when all slots are taken, with how many commands wait before this one. */
  readonly onQueued?: (ahead: number) => void;
  /** Called with its process id as soon as it is started. When it throws, the process is stopped and that error is thrown. */
  readonly onStart?: (pid: number) => void;
  /** A private folder for files that take the output of a process that may outlive this one: a broken pipe would kill it. */
  readonly outputFolder?: string;
}

/** A command that ended with an accepted exit code. */
export interface CommandResult {
  readonly exitCode: number;
  /** Redacted; the end of it when it was longer than `maxBytes`. */
  readonly stdout: string;
  /** Redacted; the end of it when it was longer than `maxBytes`. */
  readonly stderr: string;
  /** True when the beginning of `stdout` was discarded: it must not be parsed. */
  readonly stdoutTruncated: boolean;
  readonly durationMs: number;
}

/** The only variables of our own environment that a child gets: others may be credentials that it must not have. */
const HANDED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
const DEFAULT_MAX_BYTES = 1024 * 1024;
const DEFAULT_GRACE_MS = 5_000;
/** A grandchild may keep the pipes open after the child has exited: read this long for a last line. */
const PIPES_AFTER_EXIT_MS = 500;

/**
 * All processes of this Node process share these slots. Long commands have their own, so that image pulls and drains never delay short
 * ones.
 */
const slots = { quick: new ProcessSlots(), long: new ProcessSlots() };
/** A command with a longer limit is a long one. Milliseconds. */
const quickMax = 30_000;

/**
 * Runs one program to its end: the only place in `src` that starts processes.
 *
 * The kernel kills each child when this process dies, however and whenever it dies (`die-with-parent.ts`). Grandchildren are not bound to
 * this process. A caller whose command must not run twice therefore also observes the cluster before it starts.
 *
 * The child is the leader of its own process group: Ctrl-C in a terminal reaches only this process, which stops the child once and
 * gracefully. A process that must stop gets its stop signal, then SIGKILL; what is left of its group gets SIGKILL.
 *
 * @throws CommandFailed for every failure: exit code, signal, time limit, cancelled, not started.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  const redaction = new Redaction(options.secrets);
  const argv = [options.command, ...options.args].map((argument) => redaction.apply(argument));
  const env = childEnvironment(options.env);
  const programs = findPrograms(options, env);
  if ('obstacle' in programs) throw notStarted(argv, redaction.apply(programs.obstacle));

  const pool = options.timeoutMs > quickMax ? slots.long : slots.quick;
  const release = await pool.acquire(options.signal, options.onQueued).catch((error: unknown) => {
    if (!options.signal?.aborted) throw error;
    throw notStarted(argv, 'its caller cancelled it before its turn came.', { cancelled: true });
  });
  try {
    if (Date.now() > (options.startBefore ?? Number.POSITIVE_INFINITY))
      throw notStarted(argv, 'it was too late to start it when its turn came.');
    return judge(await runToExit(options, programs, env, redaction), options, argv);
  } finally {
    release();
  }
}

/** The end of a child. */
interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly durationMs: number;
  readonly stopped: StopReason | undefined;
  readonly callbackError: unknown;
  /** Why the system refused to start it, redacted; undefined when it started. */
  readonly refused: string | undefined;
  readonly stdout: OutputTail;
  readonly stderr: OutputTail;
}

type Programs = { readonly setpriv: string; readonly program: string };
type Environment = Readonly<Record<string, string>>;

/** Starts the child and resolves when it has exited, however it ended. */
async function runToExit(
  options: CommandOptions,
  programs: Programs,
  env: Environment,
  redaction: Redaction,
): Promise<Exit> {
  const startedAt = performance.now();
  const { outputFolder } = options;
  const files = outputFolder === undefined ? undefined : outputFiles(outputFolder);
  const child = startInItsOwnGroup(options, programs, env, files);
  const { stopSignal = 'SIGTERM', graceMs = DEFAULT_GRACE_MS, timeoutMs, signal } = options;
  const stopper = new ProcessStopper({ pid: child.pid, stopSignal, graceMs, timeoutMs, signal });
  const callback = guarded(() => stopper.stop('line-callback-failed'));
  const read = (stream: 'stdout' | 'stderr'): Read => {
    const tail = new OutputTail(options.maxBytes ?? DEFAULT_MAX_BYTES, redaction);
    const lines = new LineSplitter(redaction, (line) => callback.run(() => options.onLine?.(stream, line)));
    const take = (chunk: Buffer): void => {
      tail.push(chunk);
      if (options.onLine) lines.push(chunk);
    };
    files?.[stream].follow(take);
    child[stream]?.on('data', take);
    // At the stream's end, or where it is cut off before: its close event may come after the promise has settled.
    for (const event of ['end', 'close'] as const) child[stream]?.once(event, () => lines.end());
    return { tail, lines };
  };
  const output = { stdout: read('stdout'), stderr: read('stderr') };
  const { pid } = child;
  if (pid !== undefined) callback.run(() => options.onStart?.(pid));

  let durationMs = 0;
  child.once('exit', () => {
    stopper.childIsGone();
    durationMs = performance.now() - startedAt;
    const closing = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, PIPES_AFTER_EXIT_MS);
    child.once('close', () => clearTimeout(closing));
  });
  const outcome = await child;
  stopper.childIsGone();
  for (const stream of files ? (['stdout', 'stderr'] as const) : []) {
    files?.[stream].end();
    output[stream].lines.end();
  }
  return {
    exitCode: child.exitCode ?? undefined,
    signal: child.signalCode ?? undefined,
    durationMs,
    stopped: stopper.reason,
    callbackError: callback.error(),
    refused:
      child.pid === undefined ? redaction.apply(outcome.originalMessage ?? 'unknown reason') : undefined,
    stdout: output.stdout.tail,
    stderr: output.stderr.tail,
  };
}

interface Read {
  readonly tail: OutputTail;
  readonly lines: LineSplitter;
}

function startInItsOwnGroup(
  options: CommandOptions,
  programs: Programs,
  env: Environment,
  files?: OutputFiles,
) {
  const { args, cwd = process.cwd(), input, stdinDescriptor, deathSignal = 'KILL' } = options;
  const program = { command: programs.program, args };
  const start = deathSignal === 'none' ? program : dieWithParent(programs.setpriv, program, deathSignal);
  return execa(start.command, start.args, {
    env,
    extendEnv: false,
    cwd,
    // Any descriptor works; execa's types know only our own streams.
    ...(input === undefined ? { stdin: (stdinDescriptor as 0 | undefined) ?? 'ignore' } : { input }),
    stdout: (files?.stdout.descriptor as 1 | undefined) ?? 'pipe',
    stderr: (files?.stderr.descriptor as 2 | undefined) ?? 'pipe',
    // OutputTail collects the output: it drops the beginning instead of killing a process that writes too much.
    buffer: false,
    reject: false,
    // ProcessStopper stops it, and the kernel does when this process dies.
    detached: true,
    cleanup: false,
  });
}

function judge(exit: Exit, options: CommandOptions, argv: readonly string[]): CommandResult {
  if (exit.refused !== undefined) throw notStarted(argv, exit.refused);
  if (exit.stopped === 'line-callback-failed') throw exit.callbackError;
  const { exitCode, signal, durationMs, stopped } = exit;
  const stdout = exit.stdout.text();
  const stderr = exit.stderr.text();
  const accepted = options.acceptExitCodes ?? [0];
  if (stopped === undefined && exitCode !== undefined && accepted.includes(exitCode)) {
    return { exitCode, stdout, stderr, stdoutTruncated: exit.stdout.truncated, durationMs };
  }
  throw new CommandFailed({
    tool: toolName(argv),
    argv,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    timedOut: stopped === 'timed-out',
    cancelled: stopped === 'cancelled',
    durationMs,
    stdoutTail: stdout,
    stderrTail: stderr,
  });
}

function findPrograms(options: CommandOptions, env: Environment): Programs | { readonly obstacle: string } {
  const cwd = options.cwd ?? process.cwd();
  if (!existsSync(cwd)) return { obstacle: `its working folder ${cwd} does not exist.` };
  const setpriv = findProgram('setpriv', process.env['PATH'] ?? '');
  if (setpriv === undefined) {
    return {
      obstacle:
        'setpriv is not on PATH. Slipway starts every process through it, so that none outlives Slipway. ' +
        'Install util-linux 2.33 or later (the setpriv of BusyBox has no --pdeathsig).',
    };
  }
  const program = findProgram(options.command, env['PATH'] ?? '', cwd);
  if (program !== undefined) return { setpriv, program };
  const where = options.command.includes('/') ? 'is not an executable file' : 'is not on PATH';
  return {
    obstacle: `${options.command} ${where}. \`slipway tools\` lists every program, where it is and what to do.`,
  };
}

function childEnvironment(added: Environment | undefined): Environment {
  const env: Record<string, string> = {};
  for (const name of HANDED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return { ...env, ...added };
}

function notStarted(argv: readonly string[], why: string, how: { cancelled?: boolean } = {}): CommandFailed {
  return new CommandFailed({
    tool: toolName(argv),
    argv,
    timedOut: false,
    cancelled: how.cancelled ?? false,
    durationMs: 0,
    stdoutTail: '',
    stderrTail: '',
    notStarted: why,
  });
}

function toolName(argv: readonly string[]): string {
  return path.basename(argv[0] ?? '');
}
