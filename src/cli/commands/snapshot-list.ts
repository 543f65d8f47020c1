import path from 'node:path';
import { moment } from '../../planning/text/phrases.js';
import { messageOf } from '../../tools/refusal.js';
import { lookIntoSnapshots, type SnapshotFolder } from '../../tools/snapshot-folder.js';
import { ageText, sizeText } from '../age-text.js';
import { declaredCluster, type DeclaredCluster } from '../declared-cluster.js';
import { exitCodes, type ExitCode } from '../mistakes.js';
import { print, printJson, say } from '../terminal.js';

export interface SnapshotListOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** Lists the etcd snapshots of a cluster in the folder its inventory names, as seen from this machine. */
export async function snapshotList({ file, json }: SnapshotListOptions): Promise<ExitCode> {
  const declared = await declaredCluster(file);
  const { cluster } = declared.inventory;
  const folder = snapshotFolder(declared);
  let found: SnapshotFolder;
  try {
    found = await lookIntoSnapshots(folder, cluster);
  } catch (error) {
    if (!isMissing(error)) {
      say(`${folder} cannot be read: ${messageOf(error)}. See who may read it: ls -ld ${folder}`);
      return exitCodes.refused;
    }
    // The first snapshot creates the folder.
    found = { snapshots: [], unfinished: [], others: 0 };
  }
  if (json) printJson({ cluster, folder, ...found });
  else print(snapshotListText(cluster, folder, found, Date.now()));
  const clear = found.snapshots.filter(({ encrypted }) => !encrypted);
  for (const one of clear)
    say(
      `${one.file} is not encrypted, and holds every Secret of ${cluster}. Delete it: rm ${path.join(folder, one.file)}`,
    );
  return clear.length > 0 ? exitCodes.refused : exitCodes.ok;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The folder of an inventory's snapshots, absolute. */
export function snapshotFolder({ inventory, base }: DeclaredCluster): string {
  return path.resolve(base, inventory.snapshot.directory);
}

/** A table, the newest first, and the other files in the folder. */
export function snapshotListText(
  cluster: string,
  folder: string,
  { snapshots, unfinished, others }: SnapshotFolder,
  now: number,
): string {
  const rows = snapshots.map(({ file, takenAt, bytes, run, encrypted }) => [
    moment(takenAt),
    ageText(now - Date.parse(takenAt)),
    sizeText(bytes),
    run === undefined ? 'by hand' : `run ${run}`,
    encrypted ? 'encrypted' : 'IN CLEAR',
    file,
  ]);
  const table = [['taken', 'age', 'size', 'by', 'kept', 'file'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const head =
    snapshots.length === 0
      ? [
          `${cluster} has no snapshot in ${folder} yet. Take one: slipway snapshot take`,
          'Each worker has a folder of its own: one on another machine may hold snapshots.',
        ]
      : [
          `${cluster} keeps ${snapshots.length === 1 ? 'one snapshot' : `${snapshots.length} snapshots`} in ${folder}`,
          ...lines.map((line) => `  ${line}`),
        ];
  return [
    ...head,
    ...unfinished.map(
      (file) => `${file} was not written whole: whoever wrote it was stopped. It may be deleted.`,
    ),
    ...(others > 0
      ? [
          `${others === 1 ? 'One other file is' : `${others} other files are`} there that no run of ${cluster} made.`,
        ]
      : []),
  ].join('\n');
}
