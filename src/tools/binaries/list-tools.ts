import { findProgram } from '../find-program.js';
import type { BinarySource } from './find-binary.js';
import { findBinary, placesOf } from './find-binary.js';
import { goVersion } from './go-build.js';
import type { BinaryName } from './pin.js';
import { pins } from './pins.js';
import { isPinned, namedBeyondPins, setupName } from './wanted.js';

/** One line of `slipway tools`. */
export interface ToolState {
  readonly name: BinaryName;
  /** The pinned version, without `v`; or a minor or version that has a configured path and no pin. */
  readonly wanted: string;
  /** Absent when the program is not installed. */
  readonly path?: string;
  readonly version?: string;
  readonly source?: BinarySource;
  /** What is missing or unexpected, as sentences. */
  readonly notes: readonly string[];
  /** What to type; absent when there is nothing to do. */
  readonly remedy?: string;
}

/**
 * Every pinned program, and each further version with a configured path: what is required, what is installed and from where, or what is
 * missing and what to do.
 */
export async function listTools(env: NodeJS.ProcessEnv = process.env): Promise<readonly ToolState[]> {
  const places = placesOf(env);
  return Promise.all(
    [...pins, ...namedBeyondPins(env)].map(async (program): Promise<ToolState> => {
      const base = { name: program.name, wanted: program.version };
      const remedy = isPinned(program) ? { remedy: `npm run setup -- ${setupName(program)}` } : {};
      try {
        const finding = await findBinary(program, places);
        if (!finding.found) {
          const notes = finding.attempts.map(({ source, why }) => `${source}: ${why}.`);
          return { ...base, notes, ...remedy };
        }
        const { path, version, source, note } = finding.found;
        return { ...base, path, version, source, notes: note === undefined ? [] : [`${note}.`] };
      } catch (error) {
        return { ...base, notes: [(error as Error).message] };
      }
    }),
  );
}

/** Programs that the machine itself must provide; each with what to do when it is missing. */
export interface Prerequisite {
  readonly name: string;
  readonly found?: string;
  readonly remedy?: string;
  /** Absent when Slipway cannot do without it. */
  readonly onlyFor?: string;
}

/** Programs of the machine that no release replaces. Go is needed only where releases cannot be downloaded. */
export async function listPrerequisites(
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly Prerequisite[]> {
  const searchPath = env['PATH'] ?? '';
  const program = (name: string, remedy: string): Prerequisite => {
    const found = findProgram(name, searchPath);
    return found === undefined ? { name, remedy } : { name, found };
  };
  const onlyFor = 'building programs that cannot be downloaded';
  const go = await goVersion(env).then(
    (found): Prerequisite => ({ name: 'go', found, onlyFor }),
    (error: unknown): Prerequisite => ({ name: 'go', remedy: `${(error as Error).message}.`, onlyFor }),
  );
  return [
    program('setpriv', 'Install util-linux 2.33 or later.'),
    program('flock', 'Install util-linux 2.33 or later.'),
    program('tar', 'Install tar; releases are unpacked with it.'),
    program('git', 'Install git.'),
    go,
  ];
}
