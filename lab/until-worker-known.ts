import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { lookForWorkers } from '../src/starter/look-for-workers.js';
import { defaultTaskQueue } from '../src/workflows/messages.js';
import { waits } from './waits.js';

/** A worker reports that it works before its first poll has reached Temporal; until then `slipway` rejects commands that need a worker. */
export async function untilWorkerKnown(client: Client): Promise<void> {
  const end = Date.now() + waits.programStartMs;
  while (!(await lookForWorkers(client, defaultTaskQueue)).answering) {
    if (Date.now() > end) throw new Error('Temporal has not heard of a worker that says that it works.');
    await sleep(50);
  }
}
