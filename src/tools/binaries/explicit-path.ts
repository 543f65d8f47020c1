import { isExecutableFile } from '../find-program.js';
import type { Places, ResolvedBinary } from './find-binary.js';
import type { ObservedVersion } from './observe-version.js';
import { observeVersion } from './observe-version.js';
import type { Wanted } from './pin.js';
import type { PathVariable } from './wanted.js';
import { askedVersion, isVersioned, pathVariables } from './wanted.js';

/** A path that a person configured does not lead to a usable program; the message says which, and what to do. */
export class ExplicitPathWrong extends Error {
  override readonly name = 'ExplicitPathWrong';
  constructor(
    readonly program: Wanted,
    message: string,
  ) {
    super(message);
  }
}

/** The result of checking the configured paths. */
export interface ExplicitFinding {
  readonly found?: ResolvedBinary;
  /** Why a configured program does not fit; a sentence without full stop. */
  readonly passedOver?: string;
}

/**
 * The program that a person configured, if any.
 *
 * Its version is reported, and not enforced. Programs that are used in several versions are the exception: there the configured program
 * must fit. A variable without a version serves only the version that its program reports.
 * @throws ExplicitPathWrong when the configured program cannot be used: no other source is tried instead.
 */
export async function findExplicit(program: Wanted, env: Places['env']): Promise<ExplicitFinding> {
  let passedOver: string | undefined;
  for (const { variable, scope } of pathVariables(program)) {
    const named = env[variable];
    if (named === undefined || named === '') continue;
    assertExecutable(program, variable, named);
    const observed = await observeVersion(named, program);
    if (servesAnother(program, scope, observed)) {
      const what = program.fits === 'same-minor' ? 'minor' : 'version';
      passedOver = `${variable}=${named} is ${observed.version} and serves that ${what} alone`;
      continue;
    }
    assertUsable(program, variable, named, observed);
    const { version = 'unknown', misfit } = observed;
    const found = { name: program.name, path: named, version, source: 'explicit' } as const;
    return {
      found: misfit === undefined ? found : { ...found, note: `${variable} is used though ${misfit}` },
    };
  }
  return passedOver === undefined ? {} : { passedOver };
}

/** True for a program that its variable may name, and whose version is not the requested one. */
function servesAnother(program: Wanted, scope: PathVariable['scope'], { version }: ObservedVersion): boolean {
  if (version === undefined || !isVersioned(program.name)) return false;
  return isOf(version, scope) && !isOf(version, askedVersion(program));
}

function isOf(version: string, scope: string | undefined): boolean {
  return scope === undefined || version === scope || version.startsWith(`${scope}.`);
}

function assertExecutable(program: Wanted, variable: string, named: string): void {
  const sentence = named.startsWith('/')
    ? `is not an executable file. Correct it, or unset ${variable}.`
    : `must be an absolute path. Write it from the root, or unset ${variable}.`;
  if (!named.startsWith('/') || !isExecutableFile(named)) {
    throw new ExplicitPathWrong(program, `${variable}=${named} ${sentence}`);
  }
}

function assertUsable(program: Wanted, variable: string, named: string, { misfit }: ObservedVersion): void {
  if (misfit === undefined || !isVersioned(program.name)) return;
  throw new ExplicitPathWrong(
    program,
    `${variable}=${named} cannot be used: ${misfit}. Name another, or unset ${variable}.`,
  );
}
