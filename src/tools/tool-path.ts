import { BinaryMissing, resolveBinary } from './binaries/resolve-binary.js';
import type { BinaryName } from './binaries/pins.js';
import { Refusal } from './refusal.js';

/**
 * Path of a program a step runs. Nothing is downloaded or built in the middle of an upgrade.
 *
 * @throws Refusal `tool-missing`, with what was tried.
 */
export async function toolPath(name: BinaryName): Promise<string> {
  try {
    return (await resolveBinary(name, { fetch: false })).path;
  } catch (error) {
    if (!(error instanceof BinaryMissing)) throw error;
    throw new Refusal(
      { kind: 'tool-missing', tool: name, version: error.pin.version, why: error.message },
      { cause: error },
    );
  }
}
