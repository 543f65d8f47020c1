import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../src/tools/project-root.js';
import type { LabDescription } from './lab-description.js';
import { LabProcess } from './processes/lab-process.js';
import { cleanEnvironment } from './terminal.js';
import { waits } from './waits.js';

/** A ready lab in its own process. */
export interface RunningLab {
  readonly description: LabDescription;
  readonly process: LabProcess;
}

/** Its start options. */
export interface LabStart {
  /** For messages. */
  readonly name: string;
  /** The parent of the lab's folder and its log. */
  readonly folder: string;
  /** The log of `lab/main.ts`, beside its folder. */
  readonly args: readonly string[];
}

/** File name of the lab's log in the folder it is started in. */
export const labLog = 'lab.log';

/** Starts a lab. @throws with the last lines of its log when it does not become ready; everything is stopped then */
export async function startRunningLab({ name, folder, args }: LabStart): Promise<RunningLab> {
  const directory = path.join(folder, 'lab');
  const process = LabProcess.start({
    name: `lab ${name}`,
    command: globalThis.process.execPath,
    args: [path.join(projectRoot, 'dist/programs/lab.js'), '--dir', directory, ...args],
    env: cleanEnvironment({}),
    logFile: path.join(folder, labLog),
    graceMs: waits.labStopMs,
    ready: {
      timeoutMs: waits.labStartMs,
      probe: async () => ((await readDescription(directory)) ? undefined : 'lab.json is not there yet'),
    },
  });
  try {
    await process.ready();
    const description = await readDescription(directory);
    if (!description) throw new Error('the lab went away as soon as it was ready');
    return { description, process };
  } catch (error) {
    // Nobody else knows of it: it would run on until this process ends.
    await process.stop();
    throw error;
  }
}

/** A lab's `lab.json`; undefined while it is not ready. */
export async function readDescription(directory: string): Promise<LabDescription | undefined> {
  try {
    return JSON.parse(await readFile(path.join(directory, 'lab.json'), 'utf8')) as LabDescription;
  } catch {
    return undefined;
  }
}
