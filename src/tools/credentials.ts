import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CredentialReference, KubernetesReference } from '../inventory/credential.js';
import { printedByProgram } from './credential-exec.js';
import { Refusal, messageOf } from './refusal.js';

/** The largest text that is accepted as a credential. */
const bytesMax = 1024 * 1024;

/** A credential's text, and its path when it already is a file. */
export interface Credential {
  readonly text: string;
  /** The file it came from; undefined when it came from elsewhere. */
  readonly file: string | undefined;
}

/**
 * Reads a credential by its reference. The value never leaves the process except as a 0600 file for one child.
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
  const refuse = (why: string): never => {
    throw unreadable(which, reference, why);
  };
  if ('file' in reference) {
    const file = path.resolve(base, reference.file);
    const text = await readFile(file, 'utf8').catch((error: unknown) => refuse(messageOf(error)));
    return { text: bounded(text, refuse), file };
  }
  const value =
    'exec' in reference
      ? await printedByProgram(reference, { base, bytesMax, refuse })
      : (process.env[reference.env] ?? '');
  if (!('exec' in reference) && value === '') refuse(`the environment variable ${reference.env} is not set`);
  return { text: bounded(decode(value, reference.encoding, refuse), refuse), file: undefined };
}

/** How messages name a reference. Of a program only its name: its arguments may be private. */
export function referenceText(reference: KubernetesReference): string {
  if ('inCluster' in reference) return "the pod's service account";
  if ('file' in reference) return `file ${reference.file}`;
  const source =
    'exec' in reference ? `exec ${path.basename(reference.exec[0] ?? '')}` : `env ${reference.env}`;
  return reference.encoding === 'base64' ? `${source} (base64)` : source;
}

/** The refusal of a credential that cannot be used: which, its reference and why; never its value. */
export function unreadable(which: string, reference: KubernetesReference, why: string): Refusal {
  return new Refusal({ kind: 'credential-unreadable', which, reference: referenceText(reference), why });
}

function decode(value: string, encoding: 'plain' | 'base64', refuse: (why: string) => never): string {
  if (encoding === 'plain') return value;
  const compact = value.replaceAll(/\s/g, '');
  if (compact !== '' && !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    refuse('it is said to be base64, and has characters base64 has not');
  return Buffer.from(compact, 'base64').toString('utf8');
}

function bounded(text: string, refuse: (why: string) => never): string {
  if (text.trim() === '') refuse('it is empty');
  if (text.length > bytesMax) refuse(`it is larger than ${bytesMax} bytes`);
  return text;
}
