import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { lifeOf, placeHere, type ProcessPlace } from './process-place.js';

/**
 * A private folder (0700) for files that one step passes to a child process: credentials, snapshots in clear. It is removed with the step;
 * leftovers of a killed process are removed at the next start (`sweepStepFolders`).
 */
export class StepFolder {
  #written = 0;

  private constructor(
    /** Its path. */
    readonly folder: string,
  ) {}

  static async open(): Promise<StepFolder> {
    const mine = path.join(stepFolders(), folderName({ ...ownIdentity(), ...placeHere() }));
    await mkdir(mine, { recursive: true, mode: 0o700 });
    return new StepFolder(await mkdtemp(path.join(mine, 'step-')));
  }

  /**
   * Writes a file that only this user can read, and returns its path.
   *
   * @param name the suffix of its name; file names in a folder are unique.
   */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    this.#written += 1;
    const file = path.join(this.folder, `${this.#written}-${name}`);
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
    return file;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Keeps the step folder `folder` from being swept while a child that outlives this process works in it, and while the file that it may
 * leave behind exists.
 */
export function holdStepFolder(folder: string, child: ProcessIdentity, leaves: string): void {
  writeFileSync(path.join(folder, `${holds}${child.pid}-${child.startTime}`), leaves, { mode: 0o600 });
}

/**
 * Removes the step folders whose process has ended. Called when a worker or a command starts. Folders of another machine or container that
 * shares the temporary folder are removed after a time without writes that is longer than any step.
 */
export async function sweepStepFolders(): Promise<void> {
  const all = await readdir(stepFolders()).catch(() => []);
  for (const entry of all) {
    const life = lifeOf(ownerOf(entry));
    if (life === 'lives') continue;
    const folder = path.join(stepFolders(), entry);
    const steps = await readdir(folder).catch(() => []);
    if (life === 'unknown' && !(await isOld([folder, ...steps.map((step) => path.join(folder, step))])))
      continue;
    const held = await Promise.all(steps.map((step) => isHeld(path.join(folder, step))));
    if (!held.includes(true)) await rm(folder, { recursive: true, force: true });
  }
}

const holds = 'held-';
const longestStepMs = 24 * 60 * 60_000;

async function isOld(folders: readonly string[]): Promise<boolean> {
  const written = await Promise.all(
    folders.map((folder) =>
      stat(folder).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Date.now() - Math.max(...written) > longestStepMs;
}

async function isHeld(step: string): Promise<boolean> {
  const marks = (await readdir(step).catch(() => [])).filter((name) => name.startsWith(holds));
  for (const mark of marks) {
    const [pid, startTime = ''] = mark.slice(holds.length).split('-');
    if (isRunning({ pid: Number(pid), startTime })) return true;
    const leaves = await readFile(path.join(step, mark), 'utf8').catch(() => '');
    if (leaves !== '' && existsSync(leaves)) return true;
  }
  return false;
}

function stepFolders(): string {
  return path.join(os.tmpdir(), `slipway-steps-${process.getuid?.() ?? 0}`);
}

type Owner = ProcessIdentity & ProcessPlace;

/** The length of a place's id in a folder name: a socket's path may have 107 bytes in all. */
const placeLength = 8;

/** `<pid>-<start time>-<home>-<boot>`: a pid alone is reused by another process. */
function folderName({ pid, startTime, home, boot }: Owner): string {
  return `${pid}-${startTime}-${home.slice(0, placeLength)}-${boot.slice(0, placeLength)}`;
}

function ownerOf(entry: string): Owner {
  const here = placeHere();
  const [pid, startTime = '', home = '', boot = ''] = entry.split('-');
  return { pid: Number(pid), startTime, home: wholeName(home, here.home), boot: wholeName(boot, here.boot) };
}

/** The name of this place where the folder's name starts with it; otherwise the folder belongs to another place. */
function wholeName(beginning: string, own: string): string {
  return beginning !== '' && own.startsWith(beginning) ? own : beginning;
}
