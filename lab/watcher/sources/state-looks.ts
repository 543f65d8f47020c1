import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { StateLook } from '../evidence.js';
import { number, text } from '../moments/payload.js';

/** Reads a Terraform state file, and the owner of its lock. */
export class StateLooks {
  readonly looks: StateLook[] = [];
  readonly #file: string;
  readonly #lock: string;

  constructor(file: string) {
    this.#file = file;
    // The lock file of Terraform's `local` backend.
    this.#lock = path.join(path.dirname(file), `.${path.basename(file)}.lock.info`);
  }

  async look(): Promise<void> {
    const at = Date.now();
    const [lock, words] = await Promise.all([read(this.#lock), read(this.#file)]);
    const id = lock === undefined ? undefined : (text(parsed(lock), 'ID') ?? 'unknown');
    const state = words === undefined ? undefined : stateOf(words);
    this.looks.push({ at, ...(id === undefined ? {} : { lock: id }), ...(state ? { state } : {}) });
  }
}

function stateOf(words: string): StateLook['state'] {
  const value = parsed(words);
  const lineage = text(value, 'lineage');
  const serial = number(value, 'serial');
  if (lineage === undefined || serial === undefined) return undefined;
  return { lineage, serial, sha256: createHash('sha256').update(words).digest('hex') };
}

function read(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

/** Undefined: it is being written. */
function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}
