import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { World } from '../../../lab/world.js';
import { findProgram } from '../../../src/tools/find-program.js';

/** Space for credentials, and for no snapshot. */
const bytes = 256 * 1024;

/**
 * Starts the worker where a folder is a file system of its own that is nearly full from the start: in a mount namespace of its
 * own, as root of a user namespace, so that nobody else sees it and no right is needed for it.
 */
export async function startWorkerOnSmallDisk(at: World, what: 'snapshots' | 'steps'): Promise<void> {
  const folder = what === 'snapshots' ? await snapshotFolder(at) : path.join(at.folder, 'small-disk');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unshare = findProgram('unshare', process.env['PATH'] ?? '');
  if (unshare === undefined)
    throw new Error('unshare (util-linux) is not on the PATH: no small disk can be made');
  const main = fileURLToPath(new URL('worker-on-small-disk.js', import.meta.url));
  await at.startWorker({
    command: unshare,
    args: [
      '--user',
      '--map-root-user',
      '--mount',
      '--',
      'setpriv',
      '--pdeathsig',
      'KILL',
      '--',
      process.execPath,
      main,
      folder,
      String(bytes),
      String(process.pid),
    ],
    env: what === 'steps' ? { TMPDIR: folder } : {},
  });
}

async function snapshotFolder({ lab }: World): Promise<string> {
  const { snapshot } = parse(await readFile(lab.inventory, 'utf8')) as { snapshot: { directory: string } };
  return path.resolve(path.dirname(lab.inventory), snapshot.directory);
}
