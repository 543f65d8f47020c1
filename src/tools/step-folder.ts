import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { identify, ownIdentity, type ProcessIdentity } from './process-identity.js';

/**
 * A private folder (0700) for what one step must hand to a child process as a file: credentials, snapshots in clear.
 * It goes away with the step; what a killed process left behind goes away with the next start (`sweepStepFolders`).
 */
export class StepFolder {
  private constructor(
    /** Where it is. */
    readonly folder: string,
  ) {}

  static async open(): Promise<StepFolder> {
    const mine = path.join(stepFolders(), folderName(ownIdentity()));
    await mkdir(mine, { recursive: true, mode: 0o700 });
    return new StepFolder(await mkdtemp(path.join(mine, 'step-')));
  }

  /** Writes a file only this user can read, and answers its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = path.join(this.folder, name);
    await writeFile(file, content, { mode: 0o600, flag: 'wx' });
    return file;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Removes the step folders whose process is gone. Called when a worker or a command starts. */
export async function sweepStepFolders(): Promise<void> {
  const all = await readdir(stepFolders()).catch(() => []);
  for (const entry of all) {
    const owner = identify(Number(entry.split('-')[0]));
    if (owner && folderName(owner) === entry) continue;
    await rm(path.join(stepFolders(), entry), { recursive: true, force: true });
  }
}

function stepFolders(): string {
  return path.join(os.tmpdir(), `slipway-steps-${process.getuid?.() ?? 0}`);
}

/** `<pid>-<start time>`: a pid alone is used again by another process. */
function folderName(owner: ProcessIdentity): string {
  return `${owner.pid}-${owner.startTime}`;
}
