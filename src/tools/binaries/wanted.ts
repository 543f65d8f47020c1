import type { BinaryName, Pin, VersionedName, Wanted } from './pin.js';
import { minorOf } from './pin.js';
import { pins, wantedVersion } from './pins.js';

/**
 * Which version rule these programs follow: any talosctl of a node's minor can talk to it; only the exact version that a cluster names
 * writes its Terraform state, and any of that minor reads it.
 */
const ASKED: Readonly<Record<VersionedName, RegExp>> = {
  talosctl: /^\d+\.\d+$/,
  terraform: /^\d+\.\d+(\.\d+)?$/,
  tofu: /^\d+\.\d+(\.\d+)?$/,
};

/**
 * The program to search for.
 * @param version For programs that are used in several versions: a minor, of which any release fits (`1.13`), or for terraform and tofu
 * exactly one (`1.11.4`). By default the first pin of that name.
 * @returns a pin, or for an unpinned version its requirements.
 * @throws Error when it is no version, or the program is not used in several.
 */
export function wanted(name: BinaryName, version?: string): Wanted {
  const ofName = pins.filter((pin) => pin.name === name);
  if (version === undefined && ofName[0]) return ofName[0];
  if (version === undefined || !isVersioned(name) || !ASKED[name].test(version)) {
    throw new Error(
      `${name} has no version "${version}" to ask for: pinned is ${versionsOf(name)} (tools/README.md).`,
    );
  }
  const fits = version === minorOf(version) ? 'same-minor' : 'exact';
  const pin = ofName.find((one) => version === (fits === 'exact' ? one.version : minorOf(one.version)));
  if (pin) return pin.fits === fits ? pin : { ...pin, fits };
  return wantedVersion(name, version, fits);
}

/** The requested version: the minor where any of its releases fits, else the exact version. */
export function askedVersion({ version, fits }: Wanted): string {
  return fits === 'same-minor' ? minorOf(version) : version;
}

/** True for a program of which several versions are used side by side. */
export function isVersioned(name: string): name is VersionedName {
  return Object.hasOwn(ASKED, name);
}

/** True for pinned programs, which can be downloaded or built; unpinned ones are only searched for. */
export function isPinned(program: Wanted): program is Pin {
  return 'source' in program;
}

/** Every pinned version of a program, e.g. `1.12.1, 1.13.9, 1.11.5`. */
export function versionsOf(name: BinaryName): string {
  const versions = pins.filter((pin) => pin.name === name).map(({ version }) => version);
  return versions.join(', ') || 'none';
}

/** What the set-up calls a pin: its name, with the minor where it is not the first, e.g. `talosctl-1.13`. */
export function setupName({ name, version }: Pin): string {
  return wanted(name).version === version ? name : `${name}-${minorOf(version)}`;
}

/** The pin that a person's argument names: `kubectl`, `talosctl`, `talosctl-1.13`, `talosctl-1.12`; undefined for others. */
export function pinNamed(word: string): Pin | undefined {
  return pins.find(
    (pin) =>
      setupName(pin) === word || (isVersioned(pin.name) && `${pin.name}-${minorOf(pin.version)}` === word),
  );
}

/** The names a program may have on PATH, in the order they are tried. */
export function programNames(program: Wanted): readonly string[] {
  const { name } = program;
  const scoped = scopes(program).flatMap((scope) => [`${name}-${scope}`, `${name}-v${scope}`]);
  return [...scoped, name];
}

/** An environment variable that may hold a program's path. */
export interface PathVariable {
  readonly variable: string;
  /** The program it names must be of this minor or version; undefined where it may be of any. */
  readonly scope?: string;
}

/**
 * The variables that may hold a program's path, in the order they are tried, e.g. SLIPWAY_BIN_KUBE_APISERVER, or SLIPWAY_BIN_TALOSCTL_1_13
 * and SLIPWAY_BIN_TALOSCTL.
 */
export function pathVariables(program: Wanted): readonly PathVariable[] {
  const variable = (name: string): string => `SLIPWAY_BIN_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
  const { name } = program;
  const scoped = scopes(program).map((scope) => ({ variable: variable(`${name}-${scope}`), scope }));
  return [...scoped, { variable: variable(name) }];
}

/** Unpinned versions that have a configured path. */
export function namedBeyondPins(env: Readonly<Record<string, string | undefined>>): readonly Wanted[] {
  return Object.entries(env)
    .flatMap(([variable, value]) => {
      const groups = /^SLIPWAY_BIN_(?<name>[A-Z]+)_(?<version>\d+(?:_\d+)+)$/.exec(variable)?.groups;
      const name = groups?.['name']?.toLowerCase() ?? '';
      const version = groups?.['version']?.replaceAll('_', '.') ?? '';
      if (value === '' || !isVersioned(name) || !ASKED[name].test(version)) return [];
      return [wanted(name, version)];
    })
    .filter((program) => !isPinned(program));
}

/** From the narrowest: the exact version where one is wanted, then its minor; none for a program of one version. */
function scopes(program: Wanted): readonly string[] {
  if (!isVersioned(program.name)) return [];
  return [...new Set([askedVersion(program), minorOf(program.version)])];
}
