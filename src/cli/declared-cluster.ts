import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import type { Inventory } from '../inventory/schema.js';
import { UserMistake } from './mistakes.js';

/** slipway.yaml as it was read, and its location. */
export interface DeclaredCluster {
  readonly inventory: Inventory;
  /** Absolute path of the file. */
  readonly file: string;
  /** Its folder: where relative credential files start. */
  readonly base: string;
  /** Absolute paths of the other files that its versions were read from. */
  readonly versionFiles: readonly string[];
}

/** Reads the inventory. @throws UserMistake with every mistake of it, one a line. */
export async function declaredCluster(file: string): Promise<DeclaredCluster> {
  const { loadInventory, mistakeLine } = await import('../inventory/load.js');
  const loaded = await loadInventory(file);
  const base = path.dirname(path.resolve(file));
  if (loaded.ok) {
    const files = loaded.files.map((name) => path.resolve(base, name));
    return { inventory: loaded.inventory, file: path.resolve(file), base, versionFiles: files };
  }
  const lines = loaded.mistakes.map(mistakeLine).join('\n');
  throw new UserMistake(lines, 'Name another file with -f FILE; slipway inventory check FILE checks one.');
}

/**
 * Reads only the name of the cluster, so that a mistake elsewhere in the file does not prevent `watch` or `abort`.
 * Undefined when the file is missing or has no name.
 */
export async function declaredName(file: string): Promise<string | undefined> {
  try {
    const document: unknown = parse(await readFile(file, 'utf8'));
    const named =
      typeof document === 'object' && document !== null && 'cluster' in document
        ? document.cluster
        : undefined;
    return typeof named === 'string' ? named : undefined;
  } catch {
    return undefined;
  }
}
