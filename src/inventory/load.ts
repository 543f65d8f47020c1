import type { Mistake } from './mistake.js';
import { brokenRules } from './rules.js';
import { schemaMistakes } from './schema-mistakes.js';
import { Inventory } from './schema.js';
import { cannotBeRead, parseSettings, readBounded } from './yaml-document.js';

export { type Mistake, mistakeLine } from './mistake.js';

/** An inventory, or everything that is wrong with it. */
export type LoadedInventory =
  | { readonly ok: true; readonly inventory: Inventory }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const words = {
  purpose: 'an inventory says what a cluster should be',
  start: 'start with cluster: NAME; examples/prox-ops/slipway.yaml shows a whole one',
  instead: 'name the slipway.yaml of one cluster',
};

/** Reads and checks an inventory file. A file that cannot be read is a mistake too; nothing is thrown. */
export async function loadInventory(file: string): Promise<LoadedInventory> {
  try {
    return parseInventory(await readBounded(file), file);
  } catch (error) {
    return failed([cannotBeRead(file, error)]);
  }
}

/**
 * Checks the text of an inventory: YAML, schema and rules across fields, all mistakes at once.
 *
 * @param file what to call it in mistakes.
 */
export function parseInventory(text: string, file: string): LoadedInventory {
  const document = parseSettings(text, file, words);
  if (!document.ok) return document;
  const parsed = Inventory.safeParse(document.value);
  const rules = brokenRules(document.value);
  if (parsed.success && rules.length === 0) return { ok: true, inventory: parsed.data };
  const found = [...(parsed.success ? [] : schemaMistakes(parsed.error.issues, document.value)), ...rules];
  return failed(document.placed(found));
}

function failed(mistakes: readonly Mistake[]): LoadedInventory {
  return { ok: false, mistakes };
}
