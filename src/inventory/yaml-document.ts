import { LineCounter, type Document, parseDocument } from 'yaml';
import { lineOf } from './document-lines.js';
import { type DocumentPath, type Mistake, type MistakeAt, pathText } from './mistake.js';
import { readBounded } from './named-files.js';

/** Maximum size of a file: three times an inventory of 2,000 nodes. */
const bytesMax = 1024 * 1024;
/** The limit of YAML aliases. A schematic may be shared by alias; many more are an attack on memory. */
const aliasesMax = 100;

/** The purpose of the file, for its mistakes. */
export interface DocumentWords {
  /** `an inventory says what a cluster should be`. */
  readonly purpose: string;
  /** What to start with if the file is empty. */
  readonly start: string;
  /** What to name instead if the file is too large. */
  readonly instead: string;
}

/** A parsed YAML map of settings, or the mistakes in its syntax. */
export type YamlDocument =
  | {
      readonly ok: true;
      readonly value: Record<string, unknown>;
      /** Adds lines to mistakes and sorts them by line. */
      readonly placed: (found: readonly MistakeAt[]) => Mistake[];
    }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Reads the text of a settings file, up to the maximum size. @throws the system's error. */
export async function readSettings(file: string): Promise<string> {
  const { text } = await readBounded(file, { bytesMax });
  return text;
}

/** The mistake of a file that cannot be read. */
export function cannotBeRead(file: string, error: unknown): Mistake {
  const why = error instanceof Error ? error.message : String(error);
  return { path: file, what: 'it cannot be read', why, fix: 'name another file with -f FILE, or create it' };
}

/**
 * Parses YAML that is a map of settings: bounded, one document, no duplicate keys.
 *
 * @param file the name of the file for mistakes.
 */
export function parseSettings(text: string, file: string, words: DocumentWords): YamlDocument {
  if (Buffer.byteLength(text) > bytesMax)
    return failed([{ path: file, ...tooLarge, why: 'no file of settings is', fix: words.instead }]);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    version: '1.2',
    prettyErrors: false,
  });
  const broken = yamlMistakes(document, lines, file);
  if (broken.length > 0) return failed(broken);
  const value = plainValue(document, words);
  if (value.kind === 'refused') return failed([{ ...value.mistake, path: file }]);
  return { ok: true, value: value.value, placed: (found) => inOrder(found, document, lines, file) };
}

const tooLarge = { what: `it is larger than ${bytesMax / 1024 / 1024} MiB` };

/** YAML errors: syntax, duplicate keys, unknown tags, a second document. */
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

type Plain =
  | { kind: 'read'; value: Record<string, unknown> }
  | { kind: 'refused'; mistake: Omit<Mistake, 'path'> };

function plainValue(document: Document.Parsed, words: DocumentWords): Plain {
  try {
    const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { kind: 'read', value: value as Record<string, unknown> };
    const what = value === null || value === undefined ? 'it is empty' : 'it is no map of settings';
    return { kind: 'refused', mistake: { what, why: words.purpose, fix: words.start } };
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    return {
      kind: 'refused',
      mistake: { what, why: 'it would grow beyond bounds', fix: 'write values out instead of aliases' },
    };
  }
}

/** Mistakes in the order of the file, each with its line. */
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

function failed(mistakes: readonly Mistake[]): YamlDocument {
  return { ok: false, mistakes };
}
