import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** A stored etcd snapshot. */
export interface KeptSnapshot {
  readonly file: string;
  /** ISO time. */
  readonly takenAt: string;
  readonly bytes: number;
  /** The run that took it; undefined: a person did. */
  readonly run: number | undefined;
  /** Detected by its first bytes, not by its name. */
  readonly encrypted: boolean;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
}

/** The content of a snapshot folder. */
export interface SnapshotFolder {
  /** Snapshots of one cluster, the newest first. */
  readonly snapshots: readonly KeptSnapshot[];
  /** Incomplete files: their writer was stopped. */
  readonly unfinished: readonly string[];
  /** Other files: of other clusters, or of other users. */
  readonly others: number;
}

/** The first bytes of every age file. */
const ageHeader = 'age-encryption.org/v1\n';

/** The name of a snapshot that a person takes; runs put `run<n>` in place of `manual`. */
export function manualSnapshotName(cluster: string, takenAt: string): string {
  return `${cluster}-manual-${takenAt.replaceAll(/[:.]/g, '-')}.etcd.age`;
}

/**
 * Lists a folder of snapshots. Reads only the beginning of each file.
 *
 * @throws Error when the folder cannot be read; ENOENT where it does not exist yet.
 */
export async function lookIntoSnapshots(folder: string, cluster: string): Promise<SnapshotFolder> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  const unfinished = files.filter((file) => file.endsWith('.part') && nameOf(file.slice(0, -5), cluster));
  const found = await Promise.all(
    files.map(async (file): Promise<KeptSnapshot | undefined> => {
      const name = nameOf(file, cluster);
      if (!name) return undefined;
      const { size, mode } = await stat(path.join(folder, file));
      return { file, ...name, bytes: size, mode: mode & 0o777, encrypted: await isEncrypted(folder, file) };
    }),
  );
  const snapshots = found
    .filter((one) => one !== undefined)
    .toSorted((a, b) => b.takenAt.localeCompare(a.takenAt));
  return { snapshots, unfinished, others: files.length - snapshots.length - unfinished.length };
}

/** `prox-ops-run42-2026-11-22T07-35-08-074Z.etcd.age`, with or without `.age`. */
function nameOf(file: string, cluster: string): { run: number | undefined; takenAt: string } | undefined {
  if (!file.startsWith(`${cluster}-`)) return undefined;
  const match =
    /^(?:run(?<run>\d+)|manual)-(?<day>\d{4}-\d\d-\d\d)T(?<h>\d\d)-(?<m>\d\d)-(?<s>\d\d)-(?<ms>\d{3})Z\.etcd(?:\.age)?$/.exec(
      file.slice(cluster.length + 1),
    )?.groups;
  if (!match) return undefined;
  const takenAt = `${match['day']}T${match['h']}:${match['m']}:${match['s']}.${match['ms']}Z`;
  return { run: match['run'] === undefined ? undefined : Number(match['run']), takenAt };
}

async function isEncrypted(folder: string, file: string): Promise<boolean> {
  const handle = await open(path.join(folder, file), 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(ageHeader.length), 0, ageHeader.length, 0);
    return buffer.toString('latin1', 0, bytesRead) === ageHeader;
  } finally {
    await handle.close();
  }
}
