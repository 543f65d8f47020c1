import { liveScreen } from '../live-screen.js';
import { setTimeout as pause } from 'node:timers/promises';
import { progressView } from '../progress/progress-text.js';
import { changeLine, runChanges, type Look } from '../../runs/view/run-changes.js';
import type { RunOutcome, RunView } from '../../runs/view/run-view.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { chooseRun, unknownRun, type ChosenRun } from '../run-argument.js';
import { connectTemporal, type Temporal } from '../temporal/connect-temporal.js';
import { isSilence } from '../../runs/temporal/grpc-failure.js';
import { runReader } from '../../runs/temporal/read-run.js';
import { print, say, screen } from '../terminal.js';

export interface WatchOptions {
  readonly file: string;
  readonly taskQueue: string;
  /** One object a line for each change. */
  readonly json?: boolean;
}

const pollEveryMs = 1_000;
/** A run that was just enqueued takes a moment to begin. */
const beginsWithinMs = 20_000;

/** Shows a run until it ends. Reads only Temporal's record, so it works while no worker is up. */
export async function watch(named: string | undefined, options: WatchOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    return await watchRun(temporal, chosen, { taskQueue: options.taskQueue, json: options.json ?? false });
  } finally {
    await temporal.close();
  }
}

/** The exit code for a run's outcome. */
export function exitCodeOf(outcome: RunOutcome): ExitCode {
  return outcome === 'done' || outcome === 'nothing-to-do' ? exitCodes.ok : exitCodes.refused;
}

/** Shows one run on the screen, or line by line in a pipe. @returns the exit code of its outcome */
export async function watchRun(
  temporal: Temporal,
  chosen: ChosenRun,
  { taskQueue, json }: { readonly taskQueue: string; readonly json: boolean },
): Promise<ExitCode> {
  const { run } = chosen;
  const reader = runReader(temporal, taskQueue, chosen.cluster);
  const show = screen().live && !json ? await liveProgress() : lines(json);
  const interrupt = new AbortController();
  const stop = (): void => {
    // A second Ctrl-C does not wait for the request under way.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
  };
  // Not `once`: log-update's own listener would be the only one left, and would end the process before the last line.
  process.on('SIGINT', stop);
  const begunBy = Date.now() + beginsWithinMs;
  let seen = false;
  try {
    while (!interrupt.signal.aborted) {
      const view = await reader.read(run).catch(silence);
      if (view === 'unreachable') {
        show.unreachable(temporal.address);
      } else if (view) {
        seen = true;
        show.view(view);
        if (view.outcome) return exitCodeOf(view.outcome);
      } else if (seen || Date.now() > begunBy) {
        throw unknownRun(chosen, run);
      }
      await pause(pollEveryMs, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
    show.end();
    say(`The run goes on without this window. To look again, type: slipway watch ${chosen.cluster}/${run}`);
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', stop);
    show.end();
  }
}

function silence(error: unknown): 'unreachable' {
  if (isSilence(error)) return 'unreachable';
  throw error;
}

/** Where a run is shown. */
interface Display {
  view(view: RunView): void;
  /** Temporal does not respond. */
  unreachable(address: string): void;
  end(): void;
}

/** The progress view, redrawn in place. */
async function liveProgress(): Promise<Display> {
  const screenNow = await liveScreen();
  let last = '';
  let unresponsiveSince: number | undefined;
  return {
    view: (view) => {
      unresponsiveSince = undefined;
      last = progressView(view, Date.now(), screen());
      screenNow.show(last);
    },
    unreachable: (address) => {
      unresponsiveSince ??= Date.now();
      const seconds = Math.round((Date.now() - unresponsiveSince) / 1000);
      screenNow.show(`${last}\n  ! ${unreachableText(address)} Asked every second, for ${seconds} s now.`);
    },
    end: () => screenNow.done(),
  };
}

/** One line per change, for pipes and logs. */
function lines(json: boolean): Display {
  let before: Look | undefined;
  let unreachable = false;
  const printLine = (kind: string, text: string): void => {
    const time = new Date().toISOString();
    if (json) print(JSON.stringify({ time, kind, text }));
    else print(changeLine({ time, text }, { now: Date.now() }));
  };
  return {
    view: (view) => {
      if (unreachable) printLine('recovered', 'Temporal answers again');
      unreachable = false;
      const current: Look = { view, clock: { now: Date.now() } };
      const { cluster, run } = view;
      for (const change of runChanges(before, current)) {
        print(json ? JSON.stringify({ cluster, run, ...change }) : changeLine(change, current.clock));
      }
      before = current;
    },
    unreachable: (address) => {
      if (!unreachable) printLine('trouble', `${unreachableText(address)} Asked every second.`);
      unreachable = true;
    },
    end: () => undefined,
  };
}

function unreachableText(address: string): string {
  return `Temporal does not answer at ${address}: nothing new is decided until it does, and nothing is lost.`;
}
