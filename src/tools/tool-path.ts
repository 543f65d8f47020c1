import { ExplicitPathWrong } from './binaries/explicit-path.js';
import type { BinaryName, VersionedName } from './binaries/pin.js';
import { BinaryMissing, resolveBinary } from './binaries/resolve-binary.js';
import { Refusal } from './refusal.js';

/**
 * Path of a program a step runs. Nothing is downloaded or built in the middle of an upgrade.
 * @param version A node is spoken to by a talosctl of the minor it runs: `1.13`. A Terraform state is written by exactly
 * the version its cluster names: `1.11.4`; any of a minor will do to read it: `1.11`. By default the first pin's.
 *
 * @throws Refusal `tool-missing`, with what was tried.
 */
export async function toolPath(name: VersionedName, version?: string): Promise<string>;
export async function toolPath(name: BinaryName): Promise<string>;
export async function toolPath(name: BinaryName, version?: string): Promise<string> {
  try {
    return (await resolveBinary(name, { fetch: false, ...(version === undefined ? {} : { version }) })).path;
  } catch (error) {
    if (!(error instanceof BinaryMissing || error instanceof ExplicitPathWrong)) throw error;
    throw new Refusal(
      { kind: 'tool-missing', tool: name, version: error.program.version, why: error.message },
      { cause: error },
    );
  }
}

/**
 * Path of the talosctl for a machine that runs a version, `v1.13.4`: that of its minor. There is none for what is no version.
 *
 * @throws Refusal `tool-missing`
 */
export function talosctlPath(version: string): Promise<string> {
  return toolPath('talosctl', /^v?(?<minor>\d+\.\d+)\./.exec(version)?.groups?.['minor'] ?? version);
}
