import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../src/tools/project-root.js';
import { LabProcess } from './processes/lab-process.js';
import { cleanEnvironment } from './terminal.js';
import { waits } from './waits.js';

/** The settings of a worker without a lab. */
export interface WorkerAlone {
  readonly name: string;
  /** For its mirrors of repositories. */
  readonly folder: string;
  readonly logFile: string;
  /** `TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`. */
  readonly temporal: Readonly<Record<string, string>>;
}

/** Starts a worker, as users do, and waits until it works. */
export async function startWorkerAlone({
  name,
  folder,
  logFile,
  temporal,
}: WorkerAlone): Promise<LabProcess> {
  const worker = LabProcess.start({
    name,
    command: process.execPath,
    args: [path.join(projectRoot, 'dist/programs/worker.js')],
    env: cleanEnvironment({ ...temporal, SLIPWAY_REPOSITORIES_DIR: path.join(folder, 'repositories') }),
    logFile,
    ready: {
      timeoutMs: waits.programStartMs,
      probe: async () =>
        (await readFile(logFile, 'utf8').catch(() => '')).includes('works on task queue')
          ? undefined
          : 'it does not work yet',
    },
  });
  await worker.ready();
  return worker;
}
