import type { Mistake } from './mistake.js';
import { type FetchNamedFile, type NamedFile, type ReadNamedFile, filesBeside } from './named-files.js';
import { brokenRules } from './rules.js';
import { schemaMistakes } from './schema-mistakes.js';
import { Inventory } from './schema.js';
import { filesOf, withVersionsFound } from './versions-found.js';
import { cannotBeRead, parseSettings, readSettings, type YamlDocument } from './yaml-document.js';

export { type Mistake, mistakeLine } from './mistake.js';

/** An inventory, or all its mistakes. */
export type LoadedInventory =
  | {
      readonly ok: true;
      readonly inventory: Inventory;
      /** The files that its versions were read from, relative to its folder. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

const words = {
  purpose: 'an inventory says what a cluster should be',
  start: 'start with cluster: NAME; examples/prox-ops/slipway.yaml shows a whole one',
  instead: 'name the slipway.yaml of one cluster',
};

/** Reads and checks an inventory file and the files it names. An unreadable file is a mistake; nothing is thrown. */
export async function loadInventory(file: string): Promise<LoadedInventory> {
  try {
    return await readInventory(await readSettings(file), file, filesBeside(file));
  } catch (error) {
    return { ok: false, mistakes: [cannotBeRead(file, error)] };
  }
}

/**
 * Checks the text of an inventory with the files it names, on disk or in a git commit.
 *
 * @param file the name of the file for mistakes.
 * @throws what `fetch` does.
 */
export async function readInventory(
  text: string,
  file: string,
  fetch: FetchNamedFile,
): Promise<LoadedInventory> {
  const document = parseSettings(text, file, words);
  if (!document.ok) return document;
  const names = filesOf(document.value);
  const files = new Map(await Promise.all(names.map(async (name) => [name, await fetch(name)] as const)));
  return judged(document, (name) => files.get(name) ?? notRead);
}

/**
 * Checks the text of an inventory: YAML, schema and rules across fields. Reports all mistakes at once.
 *
 * @param file the name of the file for mistakes.
 * @param read reads the files it names; without it, none can be.
 */
export function parseInventory(
  text: string,
  file: string,
  read: ReadNamedFile = () => notRead,
): LoadedInventory {
  const document = parseSettings(text, file, words);
  return document.ok ? judged(document, read) : document;
}

const notRead: NamedFile = { unreadable: 'nothing beside slipway.yaml is read here' };

function judged(
  { value: written, placed }: Extract<YamlDocument, { ok: true }>,
  read: ReadNamedFile,
): LoadedInventory {
  const { value, files, mistakes } = withVersionsFound(written, read);
  const parsed = Inventory.safeParse(value);
  const rules = brokenRules(value);
  if (parsed.success && rules.length === 0 && mistakes.length === 0)
    return { ok: true, inventory: parsed.data, files };
  const found = [
    ...(parsed.success ? [] : schemaMistakes(parsed.error.issues, value)),
    ...rules,
    ...mistakes,
  ];
  return { ok: false, mistakes: placed(found) };
}
