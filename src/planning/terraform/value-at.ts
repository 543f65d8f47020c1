import type { Json } from './terraform-json.js';

/** A name, or a position in brackets. */
const step = /[^.[\]]+/g;

/** The value at a dotted path with positions: `network_device[0].mac_address`. */
export function valueAt(values: Json, path: string): Json | undefined {
  return (path.match(step) ?? []).reduce<Json | undefined>((value, key) => inside(value, key), values);
}

function inside(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[])[Number(key)];
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, Json>>)[key];
}
