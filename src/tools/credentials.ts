import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CredentialReference } from '../inventory/schema.js';
import { Refusal, messageOf } from './refusal.js';

/** Larger files are no credentials. */
const bytesMax = 1024 * 1024;

/** A credential as it was read, and where it stands when it is a file already. */
export interface Credential {
  readonly text: string;
  /** The file it came from; undefined when it came from the environment. */
  readonly file: string | undefined;
}

/**
 * Reads a credential by its reference. The value never leaves the process but as a 0600 file for one child.
 *
 * @param which what it is, for the error: `talosconfig (reader)`.
 * @param base the folder relative files start at.
 * @throws Refusal `credential-unreadable`, naming the reference and never the value.
 */
export async function readCredential(
  which: string,
  reference: CredentialReference,
  base: string,
): Promise<Credential> {
  if ('file' in reference) {
    const file = path.resolve(base, reference.file);
    try {
      const text = await readFile(file, 'utf8');
      return { text: bounded(text, which, reference), file };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw unreadable(which, reference, messageOf(error));
    }
  }
  const value = process.env[reference.env];
  if (!value) throw unreadable(which, reference, `the environment variable ${reference.env} is not set`);
  return { text: bounded(decode(value, which, reference), which, reference), file: undefined };
}

/** How a reference is named to people. */
export function referenceText(reference: CredentialReference): string {
  if ('file' in reference) return `file ${reference.file}`;
  return reference.encoding === 'base64' ? `env ${reference.env} (base64)` : `env ${reference.env}`;
}

function decode(
  value: string,
  which: string,
  reference: { env: string; encoding: 'plain' | 'base64' },
): string {
  if (reference.encoding === 'plain') return value;
  const compact = value.replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw unreadable(which, reference, 'it is said to be base64, and has characters base64 has not');
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}

function bounded(text: string, which: string, reference: CredentialReference): string {
  if (text.trim() === '') throw unreadable(which, reference, 'it is empty');
  if (text.length > bytesMax) throw unreadable(which, reference, `it is larger than ${bytesMax} bytes`);
  return text;
}

function unreadable(which: string, reference: CredentialReference, why: string): Refusal {
  return new Refusal({ kind: 'credential-unreadable', which, reference: referenceText(reference), why });
}
