import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Encrypter } from 'age-encryption';
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
 * Restores a snapshot into an empty folder (etcdutl checks its SHA-256 there) and answers the status of the restored database.
 * The folder is removed again.
 */
export async function proveSnapshot(
  etcdutl: string,
  file: string,
  folder: string,
  signal: AbortSignal,
): Promise<SnapshotStatus> {
  const data = path.join(folder, 'restored');
  try {
    await runCommand({
      command: etcdutl,
      args: ['snapshot', 'restore', file, '--data-dir', data],
      timeoutMs: etcdutlMs,
      signal,
    });
    return await snapshotStatus(etcdutl, path.join(data, 'member', 'snap', 'db'), signal);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

/**
 * Encrypts a snapshot to an age recipient and stores it (0600), whole or not at all: it is synced before it gets its name.
 * Answers the SHA-256 (hex) of what was stored.
 */
export async function storeEncrypted(file: string, recipient: string, target: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt(await readFile(file));
  const folder = path.dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = `${target}.part`;
  const handle = await open(partial, 'w', 0o600);
  try {
    await handle.writeFile(sealed);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if ((await stat(partial)).size !== sealed.byteLength)
    throw new Error(`${partial} was not written whole: is ${folder} full?`);
  await rename(partial, target);
  return createHash('sha256').update(sealed).digest('hex');
}
