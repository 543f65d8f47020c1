import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, signalProcess } from '../../src/tools/process-identity.js';
import { readProcessRecord, type RecordedProcess } from './process-record.js';

const GONE_WITHIN_MS = 5_000;

/**
 * Stops leftover processes of a killed lab in this directory, and no others: only those whose pid *and* start time are in its record. (The
 * kernel kills a lab's children with it; this covers the microseconds in which it cannot.)
 *
 * @returns the processes that were still running and are stopped now
 * @throws when the lab that owns the directory still runs
 */
export async function stopLeftOvers(directory: string): Promise<readonly RecordedProcess[]> {
  const record = readProcessRecord(directory);
  if (!record) return [];
  if (isRunning(record.lab)) {
    throw new Error(
      `A lab already runs in ${directory} (pid ${record.lab.pid}). ` +
        `Stop it with "kill -INT ${record.lab.pid}", or start this one elsewhere with --dir.`,
    );
  }
  const left = record.processes.filter((entry) => signalProcess(entry, 'SIGKILL'));
  const deadline = Date.now() + GONE_WITHIN_MS;
  while (left.some(isRunning)) {
    if (Date.now() > deadline) {
      const names = left.filter(isRunning).map((entry) => `${entry.name} (pid ${entry.pid})`);
      throw new Error(
        `Left over from a killed lab and not gone ${GONE_WITHIN_MS / 1000} s after SIGKILL: ${names.join(', ')}.`,
      );
    }
    await sleep(20);
  }
  rmSync(path.join(directory, 'processes.json'), { force: true });
  return left;
}
