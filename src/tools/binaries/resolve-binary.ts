import { existsSync } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { projectRoot as ownRoot } from '../project-root.js';
import type { Origin } from './cache.js';
import { placeOf, readCache, store } from './cache.js';
import { DownloadFailed, Downloads } from './download.js';
import type { Attempt, Places, ResolvedBinary } from './find-binary.js';
import { findBinary, placesOf, resolvedFrom } from './find-binary.js';
import { BuildFailed, buildFromSource } from './go-build.js';
import { withLock } from './lock.js';
import { observeVersion } from './observe-version.js';
import type { Architecture, BinaryName, Pin, Wanted } from './pin.js';
import type { ProgressEvent } from './progress.js';
import { getRelease } from './release.js';
import { askedVersion, isPinned, pathVariables, setupName, versionsOf, wanted } from './wanted.js';

export type { ResolvedBinary } from './find-binary.js';

/** Everything has a default; tests and the set-up override some. */
export interface ResolveOptions {
  /**
   * For programs that are used in several versions (`wanted`), e.g. `1.13`; by default the first pin's. An unpinned version is searched
   * for, and never downloaded.
   */
  readonly version?: string;
  /** Whether to download or build what is missing, which takes minutes. Default true. */
  readonly fetch?: boolean;
  /** Where to search. Default: this process' environment. */
  readonly places?: Places;
  /** Shared by all binaries of one run, so that an unreachable host is tried once. */
  readonly downloads?: Downloads;
  /** Default: this machine's architecture; where it has no release, everything is built. */
  readonly architecture?: Architecture | undefined;
  /** Folder that holds `tools/`. */
  readonly projectRoot?: string;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/** A program that no source provides, each with its reason, and what a person can do. */
export class BinaryMissing extends Error {
  override readonly name = 'BinaryMissing';
  constructor(
    readonly program: Wanted,
    readonly attempts: readonly Attempt[],
    /** False when the caller disabled downloads and builds. */
    readonly fetched: boolean,
  ) {
    super(missingSentence(program, attempts, fetched));
  }
}

const known = new Map<string, ResolvedBinary>();
let ownDownloads: Downloads | undefined;

/**
 * A program that Slipway runs, at a version that fits: an explicit path (SLIPWAY_BIN_<NAME>), then PATH, then the cache, then the official
 * release with its checksum, then a build from the pinned source. The result is cached for the life of this process, as long as the file
 * exists.
 *
 * @throws BinaryMissing when no source provides it; ExplicitPathWrong when an explicit path does not lead to a usable program.
 */
export async function resolveBinary(name: BinaryName, options: ResolveOptions = {}): Promise<ResolvedBinary> {
  const program = wanted(name, options.version);
  const places = options.places ?? placesOf();
  const named = pathVariables(program).map(({ variable }) => places.env[variable]);
  const key = [name, program.version, program.fits, ...named, places.env['PATH'], places.cache].join('\0');
  const before = known.get(key);
  if (before && existsSync(before.path)) return before;
  const resolved = await look(program, places, options);
  known.set(key, resolved);
  return resolved;
}

async function look(program: Wanted, places: Places, options: ResolveOptions): Promise<ResolvedBinary> {
  const finding = await findBinary(program, places);
  if (finding.found) return finding.found;
  if (options.fetch === false || !isPinned(program)) {
    throw new BinaryMissing(program, finding.attempts, false);
  }
  return fetchLocked(program, places, options, finding.attempts);
}

/** Downloads or builds it, or waits for the process that already does. */
async function fetchLocked(
  pin: Pin,
  places: Places,
  options: ResolveOptions,
  before: readonly Attempt[],
): Promise<ResolvedBinary> {
  const place = placeOf(pin, places.cache);
  const { name, version } = pin;
  const lockOptions = {
    what: `getting ${name} ${version}`,
    signal: options.signal,
    onWait: ({ pid }: { pid: number }) => options.onProgress?.({ kind: 'waiting', name, version, pid }),
  };
  return withLock(place.lock, lockOptions, async () => {
    // The previous owner of the lock may have finished the same work.
    const record = await readCache(pin, place);
    if (record) return { name, path: place.file, version: record.version, source: 'cache' };
    return fetchInto(pin, places, options, before);
  });
}

/** Release, then source; the caller holds the lock. */
async function fetchInto(
  pin: Pin,
  places: Places,
  options: ResolveOptions,
  before: readonly Attempt[],
): Promise<ResolvedBinary> {
  const attempts = [...before];
  const place = placeOf(pin, places.cache);
  for (const origin of ['download', 'build'] as const) {
    // Only the owner of the lock uses this folder: its content is leftover from a process that died.
    await rm(place.partial, { recursive: true, force: true });
    await mkdir(place.partial, { recursive: true });
    try {
      const { file, from } = await (origin === 'download' ? download : build)(
        pin,
        place.partial,
        places,
        options,
      );
      await assertIsPin(file, pin);
      const record = await store(pin, place, file, { origin, from });
      return resolvedFrom(pin, places, record);
    } catch (error) {
      if (!(error instanceof DownloadFailed || error instanceof BuildFailed)) throw error;
      attempts.push({ source: origin === 'download' ? 'release' : 'source', why: error.message });
      options.onProgress?.({
        kind: 'refused',
        name: pin.name,
        version: pin.version,
        origin,
        why: error.message,
      });
    } finally {
      await rm(place.partial, { recursive: true, force: true });
    }
  }
  throw new BinaryMissing(pin, attempts, true);
}

type Fetch = (
  pin: Pin,
  partial: string,
  places: Places,
  options: ResolveOptions,
) => Promise<{ readonly file: string; readonly from: string }>;

const download: Fetch = async (pin, partial, places, options) => {
  const architecture = 'architecture' in options ? options.architecture : ownArchitecture();
  if (architecture === undefined) throw new DownloadFailed(`there is no release for ${process.arch}`);
  const downloads = options.downloads ?? (ownDownloads ??= new Downloads(places.env['SLIPWAY_RELEASES']));
  if (!downloads.isKnownSilent(pin.release.url)) started('download', pin, options);
  const { name } = pin;
  const onBytes = (received: number, total: number | undefined): void =>
    options.onProgress?.({ kind: 'bytes', name, received, total });
  return getRelease({ pin, architecture, downloads, partial, onBytes, signal: options.signal });
};

const build: Fetch = async (pin, partial, places, options) => {
  started('build', pin, options);
  const projectRoot = options.projectRoot ?? ownRoot;
  return buildFromSource({ pin, projectRoot, partial, env: places.env, signal: options.signal });
};

function started(origin: Origin, pin: Pin, options: ResolveOptions): void {
  options.onProgress?.({ kind: 'started', origin, name: pin.name, version: pin.version });
}

/** The downloaded program must report the wanted version itself; a release may hold another build than its name says. */
async function assertIsPin(file: string, pin: Pin): Promise<void> {
  await chmod(file, 0o755);
  const { misfit } = await observeVersion(file, pin, 'exact');
  if (misfit !== undefined) throw new DownloadFailed(`${pin.name} was got, but ${misfit}. It was not used`);
}

function ownArchitecture(): Architecture | undefined {
  if (process.arch === 'x64') return 'amd64';
  return process.arch === 'arm64' ? 'arm64' : undefined;
}

function missingSentence(program: Wanted, attempts: readonly Attempt[], fetched: boolean): string {
  const { name, version } = program;
  const variable = pathVariables(program)[0]?.variable ?? '';
  return [
    `${name} ${version} is not here.`,
    ...attempts.map(({ source, why }) => `  ${source}: ${why}.`),
    `${advice(program, fetched)}, or name the program yourself: ${variable}=/path/to/${name}.`,
  ].join('\n');
}

function advice(program: Wanted, fetched: boolean): string {
  if (!isPinned(program)) {
    const { name } = program;
    const asked = askedVersion(program);
    return (
      `The set-up cannot get it: pinned is ${versionsOf(name)}. ` +
      `Install ${name} ${asked} as ${name}-${asked} in a folder of PATH`
    );
  }
  return fetched
    ? 'Install Go 1.26 or later, or make the release reachable (SLIPWAY_RELEASES names a mirror)'
    : `Type: npm run setup -- ${setupName(program)}`;
}
