import semver from 'semver';
import { CommandFailed, runCommand } from '../run-command.js';
import type { FitRule, Wanted } from './pin.js';
import { minorOf } from './pin.js';

/** A program's output when asked for its version. */
export interface ObservedVersion {
  /** Without `v`; undefined when it could not be read. */
  readonly version: string | undefined;
  /** Why it does not fit; undefined when it fits. */
  readonly misfit: string | undefined;
}

/** A program that does not respond within this time counts as broken. It includes a cold page cache and a busy machine. */
const VERSION_TIMEOUT_MS = 20_000;

/**
 * Asks a program for its version and judges it.
 * @param rule `exact` for what Slipway downloaded or built, the program's own rule for what was found on the machine.
 * @returns a misfit with its reason for a program that does not run; it never throws for that.
 */
export async function observeVersion(
  file: string,
  wanted: Wanted,
  rule: FitRule = wanted.fits,
): Promise<ObservedVersion> {
  let output: string;
  try {
    const result = await runCommand({
      command: file,
      args: wanted.check.args,
      ...(wanted.check.env ? { env: wanted.check.env } : {}),
      timeoutMs: VERSION_TIMEOUT_MS,
    });
    output = `${result.stdout}\n${result.stderr}`;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { version: undefined, misfit: `it does not run: ${error.message.split('\n').join(' ')}` };
  }
  return judgeVersion(output, wanted, rule);
}

/** The verdict on a program's output: pure. */
export function judgeVersion(output: string, wanted: Wanted, rule: FitRule = wanted.fits): ObservedVersion {
  const groups = wanted.check.pattern.exec(output)?.groups;
  const version = groups?.['version'];
  if (version === undefined) {
    const answer = output.trim().split('\n')[0] ?? '';
    return { version: undefined, misfit: `its version cannot be read from its answer "${answer}"` };
  }
  const instead = wantedInstead(version, wanted, rule);
  if (instead !== undefined) return { version, misfit: `it is ${version}, wanted is ${instead}` };
  for (const [detail, value] of Object.entries(wanted.check.details ?? {})) {
    const found = groups?.[detail];
    if (found !== value)
      return { version, misfit: `its ${detail} is ${found ?? 'not named'}, wanted is ${value}` };
  }
  return { version, misfit: undefined };
}

/** What would have fitted, and why where that is not obvious; undefined for a version that fits. */
function wantedInstead(version: string, wanted: Wanted, rule: FitRule): string | undefined {
  const minor = minorOf(wanted.version);
  if (rule === 'exact') return version === wanted.version ? undefined : wanted.version;
  if (rule === 'within-one-minor') {
    return isWithinOneMinor(version, wanted.version) ? undefined : `${minor} give or take one minor`;
  }
  if (minorOf(version) !== minor) return minor;
  const { version: oldest, why } = wanted.floor ?? { version: `${minor}.0`, why: undefined };
  // A preview sorts before its release; text that is no version sorts as older than everything.
  if (semver.valid(version) !== null && semver.gte(version, oldest)) return undefined;
  return why === undefined ? `${oldest} or later` : `${oldest} or later: ${why}`;
}

function isWithinOneMinor(version: string, wanted: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor = Number.NaN] = wanted.split('.').map(Number);
  return major === wantedMajor && minor !== undefined && Math.abs(minor - wantedMinor) <= 1;
}
