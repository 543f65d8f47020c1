import { accessSync, constants, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../tools/refusal.js';
import { ServeRefused } from './serve-refused.js';

/** Where `slipway serve` keeps what must outlive it. */
export interface DataFolder {
  readonly folder: string;
  /** Temporal's database: every run's history. */
  readonly database: string;
  /** Says which Temporal made the database. */
  readonly version: string;
  /** Names the `slipway serve` that uses the folder. */
  readonly lock: string;
}

/** `${XDG_STATE_HOME:-~/.local/state}/slipway`. */
export function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_STATE_HOME'];
  // The XDG base directory specification: a relative path is to be ignored.
  const state =
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.local', 'state');
  return path.join(state, 'slipway');
}

/**
 * Makes the folder where it is missing, for this user alone.
 *
 * @throws ServeRefused when it cannot be made or written to.
 */
export function openDataFolder(folder: string): DataFolder {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new ServeRefused(
      `${folder} cannot be used for Temporal's database: ${messageOf(error)}.`,
      'Name another folder: slipway serve --data DIR.',
      { cause: error },
    );
  }
  const database = path.join(folder, 'temporal.db');
  return { folder, database, version: `${database}.version`, lock: path.join(folder, 'serve.lock') };
}
