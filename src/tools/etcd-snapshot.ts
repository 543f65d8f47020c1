import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { runCommand } from './run-command.js';

/** What etcdutl reads out of a snapshot. */
export interface SnapshotStatus {
  readonly revision: number;
  readonly keys: number;
  readonly bytes: number;
}

const statusSchema = z.object({ revision: z.number(), totalKey: z.number(), totalSize: z.number() });
const etcdutlMs = 300_000;

/** Revision, keys and size of a snapshot or of a member's database file. */
export async function snapshotStatus(
  etcdutl: string,
  file: string,
  signal: AbortSignal,
): Promise<SnapshotStatus> {
  const { stdout } = await runCommand({
    command: etcdutl,
    args: ['snapshot', 'status', file, '--write-out', 'json'],
    timeoutMs: etcdutlMs,
    signal,
  });
  const status = statusSchema.parse(JSON.parse(stdout));
  return { revision: status.revision, keys: status.totalKey, bytes: status.totalSize };
}

/**
 * Restores a snapshot into an empty folder (etcdutl checks its SHA-256 there) and returns the status of the restored database. Removes the
 * folder afterwards.
 */
export async function proveSnapshot(
  etcdutl: string,
  file: string,
  folder: string,
  signal: AbortSignal,
): Promise<SnapshotStatus> {
  const data = path.join(folder, 'restored');
  try {
    await restoreSnapshot(etcdutl, file, data, signal);
    return await snapshotStatus(etcdutl, path.join(data, 'member', 'snap', 'db'), signal);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/** Restores a snapshot into a folder that does not exist yet (etcdutl checks its SHA-256 there). */
export async function restoreSnapshot(
  etcdutl: string,
  file: string,
  data: string,
  signal: AbortSignal,
): Promise<void> {
  await runCommand({
    command: etcdutl,
    args: ['snapshot', 'restore', file, '--data-dir', data],
    timeoutMs: etcdutlMs,
    signal,
  });
}

/**
 * Encrypts a snapshot to an age recipient and stores it (0600) atomically: the file is synced before it gets its name. Returns the SHA-256
 * (hex) of the stored file.
 */
export async function storeEncrypted(file: string, recipient: string, target: string): Promise<string> {
  const { Encrypter } = await ageEncryption();
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = `${target}.part`;
  const sha256 = createHash('sha256');
  // Read in pieces: a database of several gigabytes fits into no buffer.
  const sealed = await encrypter.encrypt(piecesOf(file));
  const wanted = sealed.size((await stat(file)).size);
  const handle = await open(partial, 'w', 0o600);
  try {
    for await (const piece of sealed) {
      sha256.update(piece);
      await handle.writeFile(piece);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if ((await stat(partial)).size !== wanted)
    throw new Error(`${partial} was not written whole: is ${folder} full?`);
  await rename(partial, target);
  return sha256.digest('hex');
}

/**
 * Decrypts an encrypted snapshot into a file of its own (0600).
 *
 * @param identities age identities (`AGE-SECRET-KEY-1…`).
 * @throws Error when none of them is among its recipients, or the file was changed since it was stored.
 */
export async function openEncrypted(
  file: string,
  identities: readonly string[],
  target: string,
): Promise<void> {
  const { Decrypter } = await ageEncryption();
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  const clear = await decrypter.decrypt(piecesOf(file));
  const handle = await open(target, 'wx', 0o600);
  try {
    for await (const piece of clear) await handle.writeFile(piece);
  } finally {
    await handle.close();
  }
}

/** Loaded on first use: its ciphers cost a tenth of a second of CPU, and a worker encrypts once per run. */
const ageEncryption = () => import('age-encryption');

function piecesOf(file: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
}
