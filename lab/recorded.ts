import type { Client, Connection } from '@temporalio/client';
import { queueText } from '../src/cli/board/queue-text.js';
import { readQueueView } from '../src/cli/commands/queue.js';
import { readStatus, statusText, statusValue } from '../src/cli/commands/status.js';
import { requireQueue } from '../src/cli/temporal/require-queue.js';
import { addressesIn } from '../src/planning/node/node-address.js';
import { pipe } from '../src/cli/terminal.js';
import type { Temporal } from '../src/runs/temporal/temporal.js';
import { defaultTaskQueue } from '../src/workflows/messages.js';

/** So many runs `slipway queue` lists. */
const LAST_RUNS = 5;

/** Temporal as Slipway's own readers take it. */
export function openedTemporal(connection: Connection, client: Client, address: string): Temporal {
  return {
    client,
    address,
    namespace: client.options.namespace,
    within: (milliseconds, act) => connection.withDeadline(Date.now() + milliseconds, act),
  };
}

/** What `slipway status` prints, computed here: the command starts for half a second of CPU, and a test that waits asks often. */
export async function recordedText(temporal: Temporal, cluster: string): Promise<string> {
  const seen = await readStatus(temporal, cluster, defaultTaskQueue);
  return statusText(seen, { ...pipe, now: Date.now(), addressOf: addressesIn([]) });
}

/** What `slipway status --json` prints, computed here. */
export async function recordedStatus(
  temporal: Temporal,
  cluster: string,
): Promise<ReturnType<typeof statusValue>> {
  return statusValue(await readStatus(temporal, cluster, defaultTaskQueue));
}

/** What `slipway queue` prints of one cluster, computed here. */
export async function recordedQueue(temporal: Temporal, cluster: string): Promise<string> {
  const sight = await requireQueue(temporal, cluster);
  return queueText(await readQueueView(temporal, sight, defaultTaskQueue, LAST_RUNS), Date.now());
}
