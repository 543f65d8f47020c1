import { ExplicitPathWrong } from './binaries/explicit-path.js';
import type { BinaryName } from './binaries/pins.js';
import { BinaryMissing, resolveBinary } from './binaries/resolve-binary.js';
import { Refusal } from './refusal.js';

/**
 * Path of a program a step runs. Nothing is downloaded or built in the middle of an upgrade.
 * @param minor The minor that runs on the node, e.g. `1.13`: a node is spoken to by a talosctl of its own minor. By
 * default the first pin's.
 *
 * @throws Refusal `tool-missing`, with what was tried.
 */
export async function toolPath(name: 'talosctl', minor?: string): Promise<string>;
export async function toolPath(name: BinaryName): Promise<string>;
export async function toolPath(name: BinaryName, minor?: string): Promise<string> {
  try {
    return (await resolveBinary(name, { fetch: false, ...(minor === undefined ? {} : { minor }) })).path;
  } catch (error) {
    if (!(error instanceof BinaryMissing || error instanceof ExplicitPathWrong)) throw error;
    throw new Refusal(
      { kind: 'tool-missing', tool: name, version: error.program.version, why: error.message },
      { cause: error },
    );
  }
}
