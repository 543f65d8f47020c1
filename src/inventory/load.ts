import { LineCounter, type Document, parseDocument } from 'yaml';
import { lineOf } from './document-lines.js';
import { type DocumentPath, type Mistake, type MistakeAt, pathText } from './mistake.js';
import {
  type FetchNamedFile,
  type NamedFile,
  type ReadNamedFile,
  filesBeside,
  readBounded,
} from './named-files.js';
import { brokenRules } from './rules.js';
import { schemaMistakes } from './schema-mistakes.js';
import { Inventory } from './schema.js';
import { filesOf, withVersionsFound } from './versions-found.js';

export { type Mistake, mistakeLine } from './mistake.js';

/** An inventory, or everything that is wrong with it. */
export type LoadedInventory =
  | {
      readonly ok: true;
      readonly inventory: Inventory;
      /** The files its versions were found in, by their paths from its folder on. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** An inventory of 2,000 nodes takes a third of this; anything larger is no inventory. */
const bytesMax = 1024 * 1024;
/** Aliases may share a schematic; more than this is a document made to fill the memory. */
const aliasesMax = 100;

/** Reads and checks an inventory file, and those it names. What cannot be read is a mistake too; nothing is thrown. */
export async function loadInventory(file: string): Promise<LoadedInventory> {
  try {
    const { text } = await readBounded(file, { bytesMax });
    return await readInventory(text, file, filesBeside(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failed([
      { path: file, what: 'it cannot be read', why, fix: 'name another file with -f FILE, or create it' },
    ]);
  }
}

/**
 * Checks the text of an inventory with the files it names, wherever they are: on disk, or in a commit.
 *
 * @param file what to call it in mistakes.
 * @throws what `fetch` does.
 */
export async function readInventory(
  text: string,
  file: string,
  fetch: FetchNamedFile,
): Promise<LoadedInventory> {
  const draft = parseDraft(text, file);
  if (!draft.ok) return draft;
  const names = filesOf(draft.value);
  const files = new Map(await Promise.all(names.map(async (name) => [name, await fetch(name)] as const)));
  return judged(draft, (name) => files.get(name) ?? notRead);
}

/**
 * Checks the text of an inventory: YAML, schema and rules across fields, all mistakes at once.
 *
 * @param file what to call it in mistakes.
 * @param read reads the files it names; without it, none can be.
 */
export function parseInventory(
  text: string,
  file: string,
  read: ReadNamedFile = () => notRead,
): LoadedInventory {
  const draft = parseDraft(text, file);
  return draft.ok ? judged(draft, read) : draft;
}

const notRead: NamedFile = { unreadable: 'nothing beside slipway.yaml is read here' };

/** An inventory that is YAML, and a map of settings. */
interface Draft {
  readonly ok: true;
  readonly file: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
  readonly value: object;
}

function parseDraft(text: string, file: string): Draft | Extract<LoadedInventory, { ok: false }> {
  if (Buffer.byteLength(text) > bytesMax) return failed([tooLarge(file)]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  const broken = yamlMistakes(document, lines, file);
  if (broken.length > 0) return failed(broken);
  const value = plainValue(document);
  if (value.kind === 'refused') return failed([{ ...value.mistake, path: file }]);
  return { ok: true, file, document, lines, value: value.value };
}

function judged({ file, document, lines, value: written }: Draft, read: ReadNamedFile): LoadedInventory {
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
  return failed(inOrder(found, document, lines, file));
}

function tooLarge(file: string): Mistake {
  return {
    path: file,
    what: `it is larger than ${bytesMax / 1024 / 1024} MiB`,
    why: 'no inventory is',
    fix: 'name the slipway.yaml of one cluster',
  };
}

/** What YAML itself does not allow: syntax, a key twice, an unknown tag, a second document. */
function yamlMistakes(document: Document.Parsed, lines: LineCounter, file: string): Mistake[] {
  return [...document.errors, ...document.warnings].map((error) => ({
    path: `${file}:${lines.linePos(error.pos[0]).line}`,
    what: error.message.split('\n')[0] ?? 'it is no YAML',
    why:
      error.code === 'DUPLICATE_KEY'
        ? 'one of the two would be ignored'
        : 'the file cannot be understood beyond it',
    fix: error.code === 'DUPLICATE_KEY' ? 'leave one of them' : 'correct the YAML there',
  }));
}

type Plain = { kind: 'read'; value: object } | { kind: 'refused'; mistake: Omit<Mistake, 'path'> };

function plainValue(document: Document.Parsed): Plain {
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { kind: 'read', value };
    const what = value === null || value === undefined ? 'it is empty' : 'it is no map of settings';
    const fix = 'start with cluster: NAME; examples/prox-ops/slipway.yaml shows a whole one';
    return { kind: 'refused', mistake: { what, why: 'an inventory says what a cluster should be', fix } };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return {
      kind: 'refused',
      mistake: { what, why: 'it would grow beyond bounds', fix: 'write values out instead of aliases' },
    };
  }
}

/** By line, as a person goes through the file. */
function inOrder(
  found: readonly MistakeAt[],
  document: Document.Parsed,
  lines: LineCounter,
  file: string,
): Mistake[] {
  const placed = found.map(({ at, ...mistake }) => ({ line: lineOf(document, lines, at), at, mistake }));
  placed.sort((a, b) => a.line - b.line);
  return placed.map(({ line, at, mistake }) => ({ path: placeText(file, line, at), ...mistake }));
}

function placeText(file: string, line: number, at: DocumentPath): string {
  const path = pathText(at);
  return path === '' ? `${file}:${line}` : `${file}:${line} ${path}`;
}

function failed(mistakes: readonly Mistake[]): Extract<LoadedInventory, { ok: false }> {
  return { ok: false, mistakes };
}
