import type { DataFolder } from './data-folder.js';
import { databaseIsMade } from './database-version.js';
import type { Tell } from './events.js';
import type { Listening } from './free-ports.js';
import { programOfUtilLinux, ServiceProcess } from './service-process.js';
import type { Service } from './supervisor.js';
import { temporalSettings } from './temporal-settings.js';
import { whyNotServing } from './temporal-answers.js';

/** Which Temporal, on which data, listening where. */
export interface TemporalSettings extends Listening {
  readonly data: DataFolder;
  /** Path of the `temporal` program. */
  readonly program: string;
  /** Its version, without `v`. */
  readonly version: string;
  /** Where it answers on this machine: `127.0.0.1:7233`. */
  readonly address: string;
}

/** On a slow disk the first start makes the tables for some seconds. */
const readyMs = 60_000;
/** It takes five seconds to end in order. */
const graceMs = 15_000;
/** Of flock: somebody else holds the folder. */
const folderInUse = 75;

/**
 * Temporal's dev server on a database file. `flock` holds the data folder in Temporal's own process: as long as one
 * lives, whoever started it, the kernel lets no other begin on the same file.
 */
export function temporalService(settings: TemporalSettings, tell: Tell): Service {
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
        // Its own command line would read a person's settings from their home.
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: data.folder },
        graceMs,
        meanings: { [folderInUse]: `another Temporal still uses ${data.folder}` },
        onLine: (line) => {
          if (line.trim() !== '' && !isGreeting(line)) tell({ event: 'said', service: 'temporal', line });
        },
      }),
    whyNotReady: () => whyNotServing(address),
    onReady: () => {
      databaseIsMade(data, version);
      return Promise.resolve();
    },
  };
}

/** What it says at each start and end; we say it better. */
function isGreeting(line: string): boolean {
  return /^(CLI |Server: |UI: |Metrics: |Stopping server)/.test(line);
}
