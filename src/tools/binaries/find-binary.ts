import { findProgram, isExecutableFile } from '../find-program.js';
import type { CacheRecord, Origin } from './cache.js';
import { cacheFolder, placeOf, readCache } from './cache.js';
import { observeVersion } from './observe-version.js';
import type { BinaryName, Pin } from './pins.js';
import { explicitPathVariable } from './pins.js';

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
  readonly source: 'PATH' | 'cache' | 'release' | 'source';
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
 * @throws when a person named a path and there is no program: nothing else may be taken in its stead.
 */
export async function findBinary(pin: Pin, places: Places): Promise<Finding> {
  const explicit = await findExplicit(pin, places.env);
  if (explicit) return { found: explicit };
  const attempts: Attempt[] = [];

  const onPath = findProgram(pin.name, places.env['PATH'] ?? '');
  if (onPath === undefined) {
    attempts.push({ source: 'PATH', why: 'there is none' });
  } else {
    const { version, misfit } = await observeVersion(onPath, pin);
    if (version !== undefined && misfit === undefined) {
      return { found: { name: pin.name, path: onPath, version, source: 'path' } };
    }
    attempts.push({ source: 'PATH', why: `${onPath} does not fit: ${misfit ?? 'unknown version'}` });
  }

  const place = placeOf(pin, places.cache);
  const record = await readCache(pin, place);
  if (record)
    return { found: { name: pin.name, path: place.file, version: record.version, source: 'cache' } };
  attempts.push({ source: 'cache', why: `not in ${place.folder}` });
  return { attempts };
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

async function findExplicit(pin: Pin, env: Places['env']): Promise<ResolvedBinary | undefined> {
  const variable = explicitPathVariable(pin.name);
  const named = env[variable];
  if (named === undefined || named === '') return undefined;
  if (!named.startsWith('/')) {
    throw new Error(
      `${variable}=${named} must be an absolute path. Write it from the root, or unset ${variable}.`,
    );
  }
  if (!isExecutableFile(named)) {
    throw new Error(`${variable}=${named} is not an executable file. Correct it, or unset ${variable}.`);
  }
  const { version = 'unknown', misfit } = await observeVersion(named, pin);
  const base = { name: pin.name, path: named, version, source: 'explicit' } as const;
  return misfit === undefined ? base : { ...base, note: `${variable} is used though ${misfit}` };
}
