import type { DataFolder } from './data-folder.js';
import { databaseIsMade } from './database-version.js';
import type { Tell } from './events.js';
import type { Listening } from './free-ports.js';
import { programOfUtilLinux, ServiceProcess } from './service-process.js';
import type { Service } from './supervisor.js';
import { temporalSettings } from './temporal-settings.js';
import { whyNotServing } from './temporal-answers.js';

/** The program, its data, and its addresses. */
export interface TemporalSettings extends Listening {
  readonly data: DataFolder;
  /** Path of the `temporal` program. */
  readonly program: string;
  /** Its version, without `v`. */
  readonly version: string;
  /** Its address on this machine: `127.0.0.1:7233`. */
  readonly address: string;
}

/** On a slow disk the first start takes some seconds to create the tables. */
const readyMs = 60_000;
/** Temporal takes five seconds to shut down. */
const graceMs = 15_000;
/** Exit code of flock: another process holds the folder. */
const folderInUse = 75;

/**
 * Temporal's dev server on a database file. `flock` locks the data folder in Temporal's own process. While that process runs, the
 * kernel refuses the lock to any other.
 */
export function temporalService(settings: TemporalSettings, report: Tell): Service {
  const { data, program, version, address, ip, port, uiPort } = settings;
  const temporal = [
    program,
    'server',
    'start-dev',
    `--ip=${ip}`,
    `--ui-ip=${ip}`,
    `--port=${port}`,
    `--ui-port=${uiPort}`,
    `--db-filename=${data.database}`,
    '--log-level=error',
    ...temporalSettings,
  ];
  return {
    name: 'temporal',
    where: `answers at ${address}`,
    readyMs,
    mayStart: () => Promise.resolve(),
    start: () =>
      ServiceProcess.start({
        command: programOfUtilLinux('flock'),
        args: ['--nonblock', '--no-fork', `--conflict-exit-code=${folderInUse}`, data.folder, ...temporal],
        // The `temporal` program would read a person's settings from their home folder.
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: data.folder },
        graceMs,
        meanings: { [folderInUse]: `another Temporal still uses ${data.folder}` },
        onLine: (line) => {
          if (line.trim() !== '' && !isGreeting(line)) report({ event: 'said', service: 'temporal', line });
        },
      }),
    whyNotReady: () => whyNotServing(address),
    onReady: () => {
      databaseIsMade(data, version);
      return Promise.resolve();
    },
  };
}

/** Lines that Temporal prints at each start and end. Slipway prints its own events instead. */
function isGreeting(line: string): boolean {
  return /^(CLI |Server: |UI: |Metrics: |Stopping server)/.test(line);
}
