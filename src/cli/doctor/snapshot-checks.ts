import { constants } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { lookIntoSnapshots, type SnapshotFolder } from '../../tools/snapshot-folder.js';
import { ageText, sizeText } from '../age-text.js';
import { snapshotFolder } from '../commands/snapshot-list.js';
import { NotAsked, needed, type Answer, type Check } from './check.js';
import type { Looks } from './looks.js';
import { fileSystemOf, placeAnswer } from './snapshot-place.js';

const limitMs = 10_000;
const gibibyte = 1024 ** 3;

/** The snapshot folder as seen from this machine; a worker on another machine has its own. */
export function snapshotChecks(observed: Looks): Check[] {
  const folder = snapshotFolder(observed.declared);
  const { cluster } = observed.inventory;
  const there = (): Promise<unknown> => needed(stat(folder), 'the folder is not there yet');
  const row = (what: string, ask: () => Promise<Answer>): Check => ({
    group: 'snapshots',
    what,
    limitMs,
    ask,
  });
  return [
    row('folder', async () => folderAnswer(folder)),
    row('permissions', async () => {
      await there();
      return permissionsAnswer(folder, (await stat(folder)).mode & 0o777);
    }),
    row('space', async () => {
      const { bavail, bsize } = await statfs(await nearest(folder));
      const largest = Math.max(0, ...(await kept(folder, cluster)).snapshots.map(({ bytes }) => bytes));
      return spaceAnswer(bavail * bsize, largest);
    }),
    row('place', async () => {
      const mounts = await needed(
        readFile('/proc/self/mountinfo', 'utf8'),
        'this system does not list its mounts',
      );
      const at = fileSystemOf(await nearest(folder), mounts);
      return placeAnswer(at, observed.inventory, process.env['KUBERNETES_SERVICE_HOST'] !== undefined);
    }),
    row('newest', async () => {
      await there();
      return newestAnswer(await kept(folder, cluster), Date.now());
    }),
  ];
}

async function folderAnswer(folder: string): Promise<Answer> {
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory()) return { verdict: 'fail', says: `${folder} is no folder.` };
  const at = found ? folder : await nearest(folder);
  try {
    await access(at, constants.W_OK | constants.X_OK);
  } catch {
    return {
      verdict: 'fail',
      says: `${at} cannot be written by this user.`,
      type: [`install -d -m 700 -o USER ${folder}  # USER is who the worker runs as`],
    };
  }
  return found
    ? { verdict: 'ok', says: `${folder} is there and can be written.` }
    : { verdict: 'ok', says: `${folder} is not there yet; the first snapshot makes it.` };
}

export function permissionsAnswer(folder: string, mode: number): Answer {
  const octal = mode.toString(8).padStart(4, '0');
  if ((mode & 0o022) !== 0)
    return {
      verdict: 'fail',
      says: `Others may write in it (${octal}), and could delete snapshots.`,
      type: [`chmod 700 ${folder}`],
    };
  if ((mode & 0o055) !== 0)
    return { verdict: 'warn', says: `Others may look into it (${octal}).`, type: [`chmod 700 ${folder}`] };
  return { verdict: 'ok', says: `Only its owner may (${octal}).` };
}

/** @param largest of the snapshots that are kept, in bytes; 0: there is none to compare with. */
export function spaceAnswer(free: number, largest: number): Answer {
  const says = `${sizeText(free)} are free${largest > 0 ? `, and the largest snapshot has ${sizeText(largest)}` : ''}.`;
  const type = ['df -h  # then delete old snapshots, or name a larger disk in snapshot.directory'];
  if (free < largest) return { verdict: 'fail', says, type };
  if (free < Math.max(gibibyte, 3 * largest)) return { verdict: 'warn', says, type };
  return { verdict: 'ok', says };
}

export function newestAnswer({ snapshots, unfinished }: SnapshotFolder, now: number): Answer {
  const clear = snapshots.filter(({ encrypted }) => !encrypted);
  if (clear.length > 0) {
    return {
      verdict: 'fail',
      says: `${clear[0]?.file} is not encrypted, and holds every Secret of the cluster.`,
      type: ['slipway snapshot list'],
    };
  }
  const [newest] = snapshots;
  if (!newest) throw new NotAsked('no snapshot was taken yet');
  const says = `${newest.file} is ${ageText(now - Date.parse(newest.takenAt))} old and has ${sizeText(newest.bytes)}.`;
  if (unfinished.length > 0)
    return {
      verdict: 'warn',
      says: `${says} ${unfinished[0]} was not written whole.`,
      type: ['slipway snapshot list'],
    };
  return { verdict: 'ok', says };
}

async function kept(folder: string, cluster: string): Promise<SnapshotFolder> {
  return lookIntoSnapshots(folder, cluster).catch(() => ({ snapshots: [], unfinished: [], others: 0 }));
}

/** The folder, or its nearest existing parent. */
async function nearest(folder: string): Promise<string> {
  let at = folder;
  while (!(await stat(at).catch(() => undefined)) && at !== path.dirname(at)) at = path.dirname(at);
  return at;
}
