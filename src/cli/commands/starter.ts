import { loadSettings } from '../../starter/load-settings.js';
import type { StarterSettings } from '../../starter/settings.js';
import { startStarter, whyOf, type StarterEvent } from '../../starter/starter.js';
import { starterJson, starterText } from '../../starter/starter-texts.js';
import { mistakeLine } from '../../inventory/mistake.js';
import { exitCodes, UserMistake, type ExitCode } from '../mistakes.js';
import { openTemporal } from '../temporal/connect-temporal.js';
import { print } from '../terminal.js';

export interface StarterOptions {
  readonly file: string;
  readonly taskQueue: string;
  readonly json?: boolean;
}

/** Receives webhooks from and polls the git hosts of starter.yaml until a signal stops it. */
export async function starter({ file, taskQueue, json }: StarterOptions): Promise<ExitCode> {
  const settings = await readStarterFile(file);
  const temporal = openTemporal();
  const printEvent = (event: StarterEvent): void =>
    print((json ? starterJson : starterText)(event, new Date()));
  const asked = new Promise<NodeJS.Signals>((resolve) => {
    // `once`: a second signal ends the process immediately.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  try {
    const running = await startStarter({ settings, client: temporal.client, taskQueue, tell: printEvent });
    await running.stop(await asked);
    return exitCodes.ok;
  } catch (error) {
    throw asUserMistake(error, settings);
  } finally {
    await temporal.close();
  }
}

/** Reads starter.yaml. @throws UserMistake with all its mistakes */
export async function readStarterFile(file: string): Promise<StarterSettings> {
  const loaded = await loadSettings(file);
  if (!loaded.ok) throw new UserMistake(loaded.mistakes.map(mistakeLine).join('\n'));
  return loaded.settings;
}

/** The cause of a failed start is nearly always in starter.yaml. */
function asUserMistake(error: unknown, { listen }: StarterSettings): UserMistake {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' || code === 'EACCES')
    return new UserMistake(
      `The starter cannot listen on ${listen.address}:${listen.port} (${code}).`,
      'Name another address or port in starter.yaml: listen: { address: 127.0.0.1, port: 8801 }',
    );
  return new UserMistake(
    `The starter cannot start: ${whyOf(error)}.`,
    'slipway starter check looks at everything it needs.',
  );
}
