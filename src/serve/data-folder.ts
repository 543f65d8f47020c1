import { accessSync, constants, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { messageOf } from '../tools/refusal.js';
import { ServeRefused } from './serve-refused.js';

/** The persistent files of `slipway serve`. */
export interface DataFolder {
  readonly folder: string;
  /** Temporal's database: every run's history. */
  readonly database: string;
  /** Contains the version of the Temporal that created the database. */
  readonly version: string;
  /** Names the `slipway serve` that uses the folder. */
  readonly lock: string;
}

/** `${XDG_STATE_HOME:-~/.local/state}/slipway`. */
export function defaultDataFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_STATE_HOME'];
  // The XDG base directory specification: relative paths must be ignored.
  const state =
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.local', 'state');
  return path.join(state, 'slipway');
}

/**
 * Creates the folder if it is missing, accessible to this user only.
 *
 * @throws ServeRefused when it cannot be created or written to.
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
