import { ExplicitPathWrong } from './binaries/explicit-path.js';
import type { BinaryName, VersionedName } from './binaries/pin.js';
import { BinaryMissing, resolveBinary } from './binaries/resolve-binary.js';
import { Refusal } from './refusal.js';

/**
 * Path of a program a step runs. Nothing is downloaded or built during an upgrade.
 * @param version A node needs a talosctl of its running minor: `1.13`. A Terraform state is written by exactly the version that its cluster
 * names: `1.11.4`; any of a minor reads it: `1.11`. By default the first pin's.
 *
 * @throws Refusal `tool-missing`, with the sources that were tried.
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
 * Path of the talosctl for a machine's running version, `v1.13.4`: that of its minor.
 *
 * @throws Refusal `tool-missing`, also for text that is no version
 */
export function talosctlPath(version: string): Promise<string> {
  return toolPath('talosctl', /^v?(?<minor>\d+\.\d+)\./.exec(version)?.groups?.['minor'] ?? version);
}
