import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Where to connect instead of the address in the inventory: tunnels, port forwards, the lab. Keys are addresses or host names of the
 * inventory; values are addresses, or URLs for HTTP services. Certificates are checked against the value.
 */
export type DialMap = Readonly<Record<string, string>>;

const schema = z.record(z.string(), z.string());

/** Reads the JSON file that `SLIPWAY_DIAL` names; without a file the map is empty. */
export function loadDialMap(file: string | undefined = process.env['SLIPWAY_DIAL']): DialMap {
  if (!file) return {};
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(
      `The dial map ${file} cannot be used: it must be a JSON object of strings, address → address. Correct it, or unset SLIPWAY_DIAL.`,
      { cause: error },
    );
  }
}

/** Where to connect for an address of the inventory. */
export function dial(map: DialMap, address: string): string {
  return map[address] ?? address;
}
