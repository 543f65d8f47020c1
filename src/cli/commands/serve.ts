import path from 'node:path';
import { defaultDataFolder } from '../../serve/data-folder.js';
import { eventJson, eventText, type ServeEvent } from '../../serve/events.js';
import { serve as serveHere } from '../../serve/serve.js';
import { ServeRefused } from '../../serve/serve-refused.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { print, say } from '../terminal.js';

export interface ServeOptions {
  readonly data?: string;
  readonly port: string;
  readonly uiPort?: string;
  readonly ip: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** Temporal's convention: the Web UI listens 1000 ports above. */
const uiPortAbove = 1_000;
const portMax = 65_535;

/** Runs Temporal and a worker on this machine until a signal. The first signal stops both in order, the second immediately. */
export async function serve(options: ServeOptions): Promise<ExitCode> {
  const port = portOf('--port', options.port);
  const settings = {
    data: path.resolve(options.data ?? defaultDataFolder(process.env)),
    ip: options.ip,
    port,
    uiPort: portOf('--ui-port', options.uiPort ?? String(port + uiPortAbove)),
    taskQueue: options.taskQueue,
    env: process.env,
  };
  const printEvent = (event: ServeEvent): void =>
    print((options.json ? eventJson : eventText)(event, new Date()));
  const inOrder = new AbortController();
  const atOnce = new AbortController();
  const asked = (signal: NodeJS.Signals): void => (inOrder.signal.aborted ? atOnce : inOrder).abort(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  try {
    await serveHere(settings, printEvent, { inOrder: inOrder.signal, atOnce: atOnce.signal });
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof ServeRefused)) throw error;
    say(error.message);
    say(error.hint);
    return exitCodes.refused;
  }
}

function portOf(option: string, text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= portMax) return port;
  throw new UserMistake(`${option} ${text} is no port: it must be a number from 1 to ${portMax}.`);
}
