import type { Client, Connection } from '@temporalio/client';
import { queueText } from '../src/cli/progress/queue-text.js';
import { readQueueView } from '../src/cli/commands/queue.js';
import { readStatus, statusText, statusValue } from '../src/cli/commands/status.js';
import { requireQueue } from '../src/cli/temporal/require-queue.js';
import { addressesIn } from '../src/planning/node/node-address.js';
import { pipe } from '../src/cli/terminal.js';
import type { Temporal } from '../src/runs/temporal/temporal.js';
import { defaultTaskQueue } from '../src/workflows/messages.js';

/** The number of runs that `slipway queue` lists. */
const LAST_RUNS = 5;

/** Temporal as Slipway's own readers use it. */
export function openedTemporal(connection: Connection, client: Client, address: string): Temporal {
  return {
    client,
    address,
    namespace: client.options.namespace,
    within: (milliseconds, act) => connection.withDeadline(Date.now() + milliseconds, act),
  };
}

/**
 * The output of `slipway status`, computed in this process: starting the command costs half a second of CPU, and a waiting test polls
 * often.
 */
export async function recordedText(temporal: Temporal, cluster: string): Promise<string> {
  const seen = await readStatus(temporal, cluster, defaultTaskQueue);
  return statusText(seen, { ...pipe, now: Date.now(), addressOf: addressesIn([]) });
}

/** The output of `slipway status --json`, computed in this process. */
export async function recordedStatus(
  temporal: Temporal,
  cluster: string,
): Promise<ReturnType<typeof statusValue>> {
  return statusValue(await readStatus(temporal, cluster, defaultTaskQueue));
}

/** The output of `slipway queue` for one cluster, computed in this process. */
export async function recordedQueue(temporal: Temporal, cluster: string): Promise<string> {
  const sight = await requireQueue(temporal, cluster);
  return queueText(await readQueueView(temporal, sight, defaultTaskQueue, LAST_RUNS), Date.now());
}
