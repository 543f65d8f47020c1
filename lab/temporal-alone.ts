import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { toolPath } from '../src/tools/tool-path.js';
import { ProcessGroup } from './processes/process-group.js';
import { TemporalServer, type TemporalOptions } from './temporal.js';

/** A separate Temporal, in a folder that is deleted with it. */
export interface TemporalAlone {
  readonly server: TemporalServer;
  stop(): Promise<void>;
}

/** Starts a Temporal that outlives labs and workers: for the demo, and for a run of scenarios. */
export async function startTemporalAlone(
  options: Pick<TemporalOptions, 'usualPorts'> = {},
): Promise<TemporalAlone> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-temporal-'));
  const processes = new ProcessGroup(directory);
  const server = await TemporalServer.start({
    ...options,
    processes,
    binary: await toolPath('temporal'),
    directory,
  });
  return {
    server,
    stop: async () => {
      await processes.stopAll();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
