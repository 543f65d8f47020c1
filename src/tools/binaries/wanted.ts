import type { BinaryName, Pin, Wanted } from './pins.js';
import { minorOf, pins, wantedTalosctl } from './pins.js';

/**
 * What is looked for.
 * @param minor e.g. `1.13`, for talosctl alone; by default the first pin of that name.
 * @returns a pin, or for a minor of talosctl that is not pinned what a program of that minor must be.
 * @throws Error when the minor is none, or the program is not used in several.
 */
export function wanted(name: BinaryName, minor?: string): Wanted {
  const ofName = pins.filter((pin) => pin.name === name);
  const pin = minor === undefined ? ofName[0] : ofName.find(({ version }) => minorOf(version) === minor);
  if (pin) return pin;
  if (name === 'talosctl' && minor !== undefined && /^\d+\.\d+$/.test(minor)) return wantedTalosctl(minor);
  throw new Error(`${name} has no minor "${minor}": pinned is ${versionsOf(name)} (tools/README.md).`);
}

/** True for what can be got; what is not pinned is only looked for. */
export function isPinned(program: Wanted): program is Pin {
  return 'source' in program;
}

/** Every pinned version of a program, e.g. `1.12.1, 1.13.9, 1.11.5`. */
export function versionsOf(name: BinaryName): string {
  const versions = pins.filter((pin) => pin.name === name).map(({ version }) => version);
  return versions.join(', ') || 'none';
}

/** What the set-up calls a pin: its name, with the minor where it is not the first, e.g. `talosctl-1.13`. */
export function setupName(pin: Pin): string {
  return wanted(pin.name) === pin ? pin.name : `${pin.name}-${minorOf(pin.version)}`;
}

/** The pin of a word a person typed: `kubectl`, `talosctl`, `talosctl-1.13`, `talosctl-1.12`; undefined for others. */
export function pinNamed(word: string): Pin | undefined {
  return pins.find((pin) => setupName(pin) === word || (isOneOfMinors(pin) && minorName(pin) === word));
}

/** What a program may be called on PATH, in the order they are tried. */
export function programNames(program: Wanted): readonly string[] {
  const { name } = program;
  if (!isOneOfMinors(program)) return [name];
  return [minorName(program), `${name}-v${minorOf(program.version)}`, name];
}

/**
 * The environment variables that may name a program's path, in the order they are tried, e.g.
 * SLIPWAY_BIN_KUBE_APISERVER, or SLIPWAY_BIN_TALOSCTL_1_13 and SLIPWAY_BIN_TALOSCTL.
 */
export function explicitPathVariables(program: Wanted): readonly [first: string, ...others: string[]] {
  const variable = (name: string): string => `SLIPWAY_BIN_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
  const { name } = program;
  return isOneOfMinors(program) ? [variable(minorName(program)), variable(name)] : [variable(name)];
}

/** Minors that a person named a path for and that are not pinned. */
export function namedBeyondPins(env: Readonly<Record<string, string | undefined>>): readonly Wanted[] {
  return Object.entries(env)
    .flatMap(([variable, value]) => {
      const minor = /^SLIPWAY_BIN_TALOSCTL_(\d+)_(\d+)$/.exec(variable)?.slice(1).join('.');
      return minor === undefined || value === '' ? [] : [wanted('talosctl', minor)];
    })
    .filter((program) => !isPinned(program));
}

/** True for a program of which several minors are used side by side. */
export function isOneOfMinors({ fits }: Wanted): boolean {
  return fits === 'same-minor';
}

function minorName({ name, version }: Wanted): string {
  return `${name}-${minorOf(version)}`;
}
