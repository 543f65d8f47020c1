import { liveScreen } from '../live-screen.js';
import { setTimeout as pause } from 'node:timers/promises';
import { boardText } from '../board/board-text.js';
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

const lookEveryMs = 1_000;
/** A run that was just enqueued takes a moment to begin. */
const beginsWithinMs = 20_000;

/** Shows a run until it ends. Reads Temporal's record only, so it goes on showing when no worker is up. */
export async function watch(named: string | undefined, options: WatchOptions): Promise<ExitCode> {
  const temporal = await connectTemporal();
  try {
    const chosen = await chooseRun(temporal, options.file, named);
    return await watchRun(temporal, chosen, { taskQueue: options.taskQueue, json: options.json ?? false });
  } finally {
    await temporal.close();
  }
}

/** What a run's outcome is for scripts. */
export function exitCodeOf(outcome: RunOutcome): ExitCode {
  return outcome === 'done' || outcome === 'nothing-to-do' ? exitCodes.ok : exitCodes.refused;
}

/** Shows one run on the screen, or line by line in a pipe, and answers its outcome's exit code. */
export async function watchRun(
  temporal: Temporal,
  chosen: ChosenRun,
  { taskQueue, json }: { readonly taskQueue: string; readonly json: boolean },
): Promise<ExitCode> {
  const { run } = chosen;
  const reader = runReader(temporal, taskQueue, chosen.cluster);
  const show = screen().live && !json ? await liveBoard() : lines(json);
  const interrupt = new AbortController();
  const stop = (): void => {
    // Who asks twice does not want to wait for an answer that is under way.
    if (interrupt.signal.aborted) process.exit(exitCodes.interrupted);
    interrupt.abort();
  };
  // Not `once`: log-update's own listener would find itself alone, and end the process before the last word.
  process.on('SIGINT', stop);
  const begunBy = Date.now() + beginsWithinMs;
  let seen = false;
  try {
    while (!interrupt.signal.aborted) {
      const look = await reader.read(run).catch(silence);
      if (look === 'silent') {
        show.silent(temporal.address);
      } else if (look) {
        seen = true;
        show.view(look);
        if (look.outcome) return exitCodeOf(look.outcome);
      } else if (seen || Date.now() > begunBy) {
        throw unknownRun(chosen, run);
      }
      await pause(lookEveryMs, undefined, { signal: interrupt.signal }).catch(() => undefined);
    }
    show.end();
    say(`The run goes on without this window. To look again, type: slipway watch ${chosen.cluster}/${run}`);
    return exitCodes.interrupted;
  } finally {
    process.off('SIGINT', stop);
    show.end();
  }
}

function silence(error: unknown): 'silent' {
  if (isSilence(error)) return 'silent';
  throw error;
}

/** Where a run is shown. */
interface Display {
  view(view: RunView): void;
  /** Temporal does not answer. */
  silent(address: string): void;
  end(): void;
}

/** The board, written over itself. */
async function liveBoard(): Promise<Display> {
  const screenNow = await liveScreen();
  let last = '';
  let silentSince: number | undefined;
  return {
    view: (view) => {
      silentSince = undefined;
      last = boardText(view, Date.now(), screen());
      screenNow.show(last);
    },
    silent: (address) => {
      silentSince ??= Date.now();
      const seconds = Math.round((Date.now() - silentSince) / 1000);
      screenNow.show(`${last}\n  ! ${silentText(address)} Asked every second, for ${seconds} s now.`);
    },
    end: () => screenNow.done(),
  };
}

/** One line a change, for pipes and logs. */
function lines(json: boolean): Display {
  let before: Look | undefined;
  let silent = false;
  const tell = (kind: string, text: string): void => {
    const time = new Date().toISOString();
    if (json) print(JSON.stringify({ time, kind, text }));
    else print(changeLine({ time, text }, { now: Date.now() }));
  };
  return {
    view: (view) => {
      if (silent) tell('recovered', 'Temporal answers again');
      silent = false;
      const look: Look = { view, clock: { now: Date.now() } };
      const { cluster, run } = view;
      for (const change of runChanges(before, look)) {
        print(json ? JSON.stringify({ cluster, run, ...change }) : changeLine(change, look.clock));
      }
      before = look;
    },
    silent: (address) => {
      if (!silent) tell('trouble', `${silentText(address)} Asked every second.`);
      silent = true;
    },
    end: () => undefined,
  };
}

function silentText(address: string): string {
  return `Temporal does not answer at ${address}: nothing new is decided until it does, and nothing is lost.`;
}
