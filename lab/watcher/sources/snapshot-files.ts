import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SnapshotFile, WorkflowRecord } from '../evidence.js';
import { text } from '../moments/payload.js';

/** First bytes of a file that age encrypted. */
const AGE_HEADER = 'age-encryption.org/v1';

/** Every file in the snapshot folders of the runs. */
export async function snapshotFiles(workflows: readonly WorkflowRecord[]): Promise<SnapshotFile[]> {
  const folders = new Set(workflows.flatMap(({ input }) => snapshotFolder(input) ?? []));
  const found = await Promise.all([...folders].map(filesIn));
  return found.flat().toSorted((a, b) => a.writtenAt - b.writtenAt);
}

/** Relative to the folder of slipway.yaml. Undefined where the input is not a run's. */
function snapshotFolder(input: unknown): string | undefined {
  const base = text(input, 'base');
  const directory = text(input, 'inventory', 'snapshot', 'directory');
  return base === undefined || directory === undefined ? undefined : path.resolve(base, directory);
}

async function filesIn(folder: string): Promise<SnapshotFile[]> {
  const entries = await readdir(folder).catch(() => []);
  const found = await Promise.all(entries.map((file) => snapshotFile(folder, file).catch(() => undefined)));
  return found.filter((file) => file !== undefined);
}

/** @throws Error when it is no file, or was deleted. */
async function snapshotFile(folder: string, file: string): Promise<SnapshotFile> {
  const bytes = await readFile(path.join(folder, file));
  const { mode, mtimeMs } = await stat(path.join(folder, file));
  return {
    folder,
    file,
    mode: mode & 0o777,
    writtenAt: mtimeMs,
    encrypted: bytes.subarray(0, AGE_HEADER.length).toString('latin1') === AGE_HEADER,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
