import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { DataFolder } from './data-folder.js';
import { ServeRefused } from './serve-refused.js';

/** SQLite's own files beside a database. */
const parts = ['', '-journal', '-wal', '-shm'];
/** Follows the version until Temporal has first responded on the database. */
const unfinished = ' (being made)';

/** The result: `unmade` means that an incomplete database was removed. */
export type DatabaseState = 'known' | 'new' | 'unmade';

/**
 * Allows only the Temporal version that created a database. Temporal creates the tables only where there is no file, and never
 * converts them: another version on the same file may fail in the middle of a run.
 *
 * A database whose first start was interrupted is removed: it may lack tables, and it contains no data yet.
 *
 * @param version of the `temporal` that is to run, without `v`
 * @throws ServeRefused when another version created the file, or the version is unknown.
 */
export function claimDatabase(data: DataFolder, version: string, program: string): DatabaseState {
  const recorded = readVersion(data.version);
  const there = existsSync(data.database);
  if (there && recorded === undefined) throw ofUnknownOrigin(data, version);
  if (there && recorded?.endsWith(unfinished) !== true) {
    if (recorded === version) return 'known';
    throw ofAnotherVersion(data, recorded ?? '', version, program);
  }
  for (const part of parts) rmSync(data.database + part, { force: true });
  writeVersion(data.version, version + unfinished);
  return there ? 'unmade' : 'new';
}

/** Records that the database is complete: this Temporal has responded on it. */
export function databaseIsMade(data: DataFolder, version: string): void {
  if (readVersion(data.version) !== version) writeVersion(data.version, version);
}

function readVersion(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** Writes with fsync: the next step relies on the file, even after a power cut. */
function writeVersion(file: string, text: string): void {
  const next = `${file}.next`;
  const open = openSync(next, 'w', 0o600);
  writeSync(open, `${text}\n`);
  fsyncSync(open);
  closeSync(open);
  renameSync(next, file);
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

function ofUnknownOrigin(data: DataFolder, version: string): ServeRefused {
  return new ServeRefused(
    `${data.database} was not made by slipway serve: which Temporal made it is not known, and Temporal ${version} ` +
      'works on its own databases only.',
    `If Temporal ${version} made it: echo ${version} > ${data.version}\n` +
      `If not, or if you do not know, begin a new one beside it: slipway serve --data DIR`,
  );
}

function ofAnotherVersion(data: DataFolder, made: string, version: string, program: string): ServeRefused {
  const aside = path.join(data.folder, `temporal-${/^[\w.-]+$/.test(made) ? made : 'old'}.db`);
  return new ServeRefused(
    `${data.database} was made by Temporal ${made}, and ${program} is ${version}. Temporal does not convert databases.`,
    `To continue with it: SLIPWAY_BIN_TEMPORAL=/path/to/temporal-${made} slipway serve\n` +
      `To move on, once no run is open (slipway status): mv ${data.database} ${aside}\n` +
      'Then history, run numbers and holds begin again; the marks on the Nodes stay. Keep the old file as the record.',
  );
}
