import { findProgram } from '../find-program.js';
import type { CacheRecord, Origin } from './cache.js';
import { cacheFolder, placeOf, readCache } from './cache.js';
import { findExplicit } from './explicit-path.js';
import { observeVersion } from './observe-version.js';
import type { BinaryName, Pin, Wanted } from './pin.js';
import { isPinned, programNames } from './wanted.js';

/** Where a program was found: configured by a person, on PATH, or in the cache, and how it got there. */
export type BinarySource = 'explicit' | 'path' | 'cache' | Origin;

/** An executable program. */
export interface ResolvedBinary {
  readonly name: BinaryName;
  /** Absolute. */
  readonly path: string;
  /** Without `v`; `unknown` only for a program that a person configured. */
  readonly version: string;
  readonly source: BinarySource;
  /** A notice for a person, e.g. that the configured program is not the pinned version. */
  readonly note?: string;
}

/** Why a source did not provide the program; a sentence without full stop. */
export interface Attempt {
  readonly source: 'named path' | 'PATH' | 'cache' | 'release' | 'source';
  readonly why: string;
}

/** The result of a search on this machine. */
export type Finding =
  | { readonly found: ResolvedBinary }
  | { readonly found?: undefined; readonly attempts: readonly Attempt[] };

/** Where to search; the defaults are this process' environment and the user's cache. */
export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that `bin/` is in. */
  readonly cache: string;
}

/** The places that an environment configures. */
export function placesOf(env: Places['env'] = process.env): Places {
  return { env, cache: cacheFolder(env) };
}

/**
 * Searches this machine for a program, without a download or build: explicit path, PATH, cache.
 * @throws ExplicitPathWrong when a person configured a path and the program there cannot be used.
 */
export async function findBinary(wanted: Wanted, places: Places): Promise<Finding> {
  const explicit = await findExplicit(wanted, places.env);
  if (explicit.found) return { found: explicit.found };
  const attempts: Attempt[] = [];
  if (explicit.passedOver !== undefined) attempts.push({ source: 'named path', why: explicit.passedOver });

  const onPath = await findOnPath(wanted, places.env['PATH'] ?? '');
  if (onPath.found) return onPath;
  attempts.push(...onPath.attempts);

  if (!isPinned(wanted)) return { attempts };
  const place = placeOf(wanted, places.cache);
  const record = await readCache(wanted, place);
  if (record) {
    return { found: { name: wanted.name, path: place.file, version: record.version, source: 'cache' } };
  }
  return { attempts: [...attempts, { source: 'cache', why: `not in ${place.folder}` }] };
}

/** A program that was just stored in the cache. */
export function resolvedFrom(pin: Pin, places: Places, record: CacheRecord): ResolvedBinary {
  return {
    name: pin.name,
    path: placeOf(pin, places.cache).file,
    version: record.version,
    source: record.origin,
  };
}

async function findOnPath(wanted: Wanted, searchPath: string): Promise<Finding> {
  const attempts: Attempt[] = [];
  for (const name of programNames(wanted)) {
    const file = findProgram(name, searchPath);
    if (file === undefined) continue;
    const { version, misfit } = await observeVersion(file, wanted);
    if (version !== undefined && misfit === undefined) {
      return { found: { name: wanted.name, path: file, version, source: 'path' } };
    }
    attempts.push({ source: 'PATH', why: `${file} does not fit: ${misfit ?? 'unknown version'}` });
  }
  return { attempts: attempts.length > 0 ? attempts : [{ source: 'PATH', why: 'there is none' }] };
}
