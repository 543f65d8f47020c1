import { findProgram } from '../find-program.js';
import type { CacheRecord, Origin } from './cache.js';
import { cacheFolder, placeOf, readCache } from './cache.js';
import { findExplicit } from './explicit-path.js';
import { observeVersion } from './observe-version.js';
import type { BinaryName, Pin, Wanted } from './pin.js';
import { isPinned, programNames } from './wanted.js';

/** Where a program was found: named by a person, on PATH, or in the cache and how it came there. */
export type BinarySource = 'explicit' | 'path' | 'cache' | Origin;

/** A program that can be run. */
export interface ResolvedBinary {
  readonly name: BinaryName;
  /** Absolute. */
  readonly path: string;
  /** Without `v`; `unknown` only for a program a person named. */
  readonly version: string;
  readonly source: BinarySource;
  /** Something a person should know, e.g. that the program they named is not the pinned version. */
  readonly note?: string;
}

/** Why a source did not give the program; a sentence without full stop. */
export interface Attempt {
  readonly source: 'named path' | 'PATH' | 'cache' | 'release' | 'source';
  readonly why: string;
}

/** What looking on this machine gave. */
export type Finding =
  | { readonly found: ResolvedBinary }
  | { readonly found?: undefined; readonly attempts: readonly Attempt[] };

/** Where to look; the defaults are this process' environment and the user's cache. */
export interface Places {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that `bin/` is in. */
  readonly cache: string;
}

/** The places named by an environment. */
export function placesOf(env: Places['env'] = process.env): Places {
  return { env, cache: cacheFolder(env) };
}

/**
 * Looks for a program on this machine, without getting or building anything: explicit path, PATH, cache.
 * @throws ExplicitPathWrong when a person named a path and what is there cannot be used.
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

/** A program that was just put into the cache. */
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
