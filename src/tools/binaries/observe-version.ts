import { CommandFailed, runCommand } from '../run-command.js';
import type { Pin } from './pins.js';

/** What a program answered when asked for its version. */
export interface ObservedVersion {
  /** Without `v`; undefined when it could not be read. */
  readonly version: string | undefined;
  /** Why it does not fit the pin; undefined when it fits. */
  readonly misfit: string | undefined;
}

/** A program that does not answer within this time is broken. Cold page cache and a busy machine are in it. */
const VERSION_TIMEOUT_MS = 20_000;

/**
 * Asks a program for its version and judges it by the pin's rule.
 * @param rule `exact` for what we got ourselves, the pin's own rule for what was found on the machine.
 * @returns never throws for a program that does not run: that is a misfit with its reason.
 */
export async function observeVersion(file: string, pin: Pin, rule = pin.fits): Promise<ObservedVersion> {
  let output: string;
  try {
    const result = await runCommand({ command: file, args: pin.check.args, timeoutMs: VERSION_TIMEOUT_MS });
    output = `${result.stdout}\n${result.stderr}`;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    return { version: undefined, misfit: `it does not run: ${error.message.split('\n').join(' ')}` };
  }
  return judgeVersion(output, pin, rule);
}

/** The verdict on a program's answer: pure. */
export function judgeVersion(output: string, pin: Pin, rule = pin.fits): ObservedVersion {
  const groups = pin.check.pattern.exec(output)?.groups;
  const version = groups?.['version'];
  if (version === undefined) {
    const answer = output.trim().split('\n')[0] ?? '';
    return { version: undefined, misfit: `its version cannot be read from its answer "${answer}"` };
  }
  if (!fits(version, pin.version, rule)) {
    const wanted =
      rule === 'exact' ? pin.version : `${minorOf(pin.version).join('.')} give or take one minor`;
    return { version, misfit: `it is ${version}, wanted is ${wanted}` };
  }
  for (const [detail, wanted] of Object.entries(pin.check.details ?? {})) {
    const found = groups?.[detail];
    if (found !== wanted)
      return { version, misfit: `its ${detail} is ${found ?? 'not named'}, wanted is ${wanted}` };
  }
  return { version, misfit: undefined };
}

function fits(version: string, wanted: string, rule: Pin['fits']): boolean {
  if (rule === 'exact') return version === wanted;
  const [major, minor] = minorOf(version);
  const [wantedMajor, wantedMinor] = minorOf(wanted);
  return major === wantedMajor && Math.abs(minor - wantedMinor) <= 1;
}

function minorOf(version: string): [major: number, minor: number] {
  const [major = Number.NaN, minor = Number.NaN] = version.split('.').map(Number);
  return [major, minor];
}
