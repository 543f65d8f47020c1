import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Pin } from './pin.js';
import { sha256Of } from './sha256.js';

/** How a program came into the cache. */
export type Origin = 'download' | 'build';

const recordSchema = z.object({
  version: z.string(),
  sha256: z.string(),
  origin: z.enum(['download', 'build']),
  /** The release's address, or the Go package and the Go version it was built with. */
  from: z.string(),
  /** ISO 8601. */
  since: z.string(),
  /** Bytes and milliseconds of the last check: a file whose size and time are unchanged is not read again. */
  size: z.number(),
  modified: z.number(),
});

/** What the cache records of one complete program, in a JSON file beside it. */
export type CacheRecord = z.infer<typeof recordSchema>;

/** The paths of one version of one program. */
export interface CachePlace {
  readonly folder: string;
  readonly file: string;
  readonly record: string;
  readonly lock: string;
  /** Folder for incomplete downloads and builds; only the owner of the lock may read or write it. */
  readonly partial: string;
}

/** `${XDG_CACHE_HOME:-~/.cache}/slipway`: shared by all clones of one user. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  // The XDG base directory specification: a relative path is to be ignored.
  return path.join(
    base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'),
    'slipway',
  );
}

/** The path of a pin's program below a cache folder. */
export function placeOf(pin: Pin, cache: string): CachePlace {
  const folder = path.join(cache, 'bin', pin.name, pin.version);
  return {
    folder,
    file: path.join(folder, pin.name),
    record: path.join(folder, `${pin.name}.json`),
    lock: `${folder}.lock`,
    partial: path.join(folder, 'partial'),
  };
}

/**
 * The complete program of a pin.
 * @returns undefined when there is none, or when the file differs from its record (truncated, overwritten).
 */
export async function readCache(pin: Pin, place: CachePlace): Promise<CacheRecord | undefined> {
  const record = await readRecord(place.record);
  const now = await stat(place.file).catch(() => undefined);
  if (!record || !now?.isFile() || record.version !== pin.version) return undefined;
  if (now.size !== record.size) return undefined;
  if (now.mtimeMs === record.modified) return record;
  if ((await sha256Of(place.file)) !== record.sha256) return undefined;
  const checked = { ...record, modified: now.mtimeMs };
  await writeRecord(place, checked).catch(() => undefined);
  return checked;
}

/**
 * Moves a complete program into place: program first, record last, each by an atomic rename. A concurrent reader finds nothing or all of
 * it. The caller holds the lock.
 */
export async function store(
  pin: Pin,
  place: CachePlace,
  finished: string,
  how: { origin: Origin; from: string },
): Promise<CacheRecord> {
  await mkdir(place.folder, { recursive: true });
  await chmod(finished, 0o755);
  const sha256 = await sha256Of(finished);
  await rm(place.record, { force: true });
  await rename(finished, place.file);
  const { size, mtimeMs } = await stat(place.file);
  const since = new Date().toISOString();
  const record: CacheRecord = { version: pin.version, sha256, ...how, since, size, modified: mtimeMs };
  await writeRecord(place, record);
  return record;
}

async function readRecord(file: string): Promise<CacheRecord | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

async function writeRecord(place: CachePlace, record: CacheRecord): Promise<void> {
  const temporary = `${place.record}.${process.pid}`;
  await writeFile(temporary, `${JSON.stringify(record, null, 2)}\n`);
  await rename(temporary, place.record);
}
