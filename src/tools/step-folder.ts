import { existsSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identify, isRunning, ownIdentity, type ProcessIdentity } from './process-identity.js';

/**
 * A private folder (0700) for what one step must hand to a child process as a file: credentials, snapshots in clear.
 * It goes away with the step; what a killed process left behind goes away with the next start (`sweepStepFolders`).
 */
export class StepFolder {
  #written = 0;

  private constructor(
    /** Where it is. */
    readonly folder: string,
  ) {}

  static async open(): Promise<StepFolder> {
    const mine = path.join(stepFolders(), folderName(ownIdentity()));
    await mkdir(mine, { recursive: true, mode: 0o700 });
    return new StepFolder(await mkdtemp(path.join(mine, 'step-')));
  }

  /**
   * Writes a file only this user can read, and answers its path.
   *
   * @param name how its name ends; no two files of a folder have one name.
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
 * Keeps the step folder `folder` from being swept while a child that outlives us works in it, and while the file it may leave
 * behind is there.
 */
export function holdStepFolder(folder: string, child: ProcessIdentity, leaves: string): void {
  writeFileSync(path.join(folder, `${holds}${folderName(child)}`), leaves, { mode: 0o600 });
}

/** Removes the step folders whose process is gone. Called when a worker or a command starts. */
export async function sweepStepFolders(): Promise<void> {
  const all = await readdir(stepFolders()).catch(() => []);
  for (const entry of all) {
    const owner = identify(Number(entry.split('-')[0]));
    if (owner && folderName(owner) === entry) continue;
    const folder = path.join(stepFolders(), entry);
    const steps = await readdir(folder).catch(() => []);
    const held = await Promise.all(steps.map((step) => isHeld(path.join(folder, step))));
    if (!held.includes(true)) await rm(folder, { recursive: true, force: true });
  }
}

const holds = 'held-';

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

/** `<pid>-<start time>`: a pid alone is used again by another process. */
function folderName(owner: ProcessIdentity): string {
  return `${owner.pid}-${owner.startTime}`;
}
