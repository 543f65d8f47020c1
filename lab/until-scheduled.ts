import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { isNotFound } from '../src/runs/temporal/grpc-failure.js';

/** A workflow that does not exist yet cannot be waited for in Temporal. */
const LOOK_EVERY_MS = 150;

/**
 * Waits until a workflow has scheduled an activity of that type; it may have ended by then. Temporal answers as soon as there is a new
 * event.
 *
 * @throws when the workflow ends without it, or does not exist in time
 */
export async function untilScheduled(
  client: Client,
  workflowId: string,
  activity: string,
  timeoutMs: number,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  const { workflowService } = client;
  const { namespace } = client.options;
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    const page = await client
      .withDeadline(end, () =>
        workflowService.getWorkflowExecutionHistory({
          namespace,
          execution: { workflowId },
          waitNewEvent: true,
          ...(nextPageToken ? { nextPageToken } : {}),
        }),
      )
      .catch((error: unknown) => {
        if (isNotFound(error) && Date.now() < end) return undefined;
        throw error;
      });
    if (page === undefined) {
      await sleep(LOOK_EVERY_MS);
      continue;
    }
    const events = page.history?.events ?? [];
    if (events.some((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity))
      return;
    if (page.nextPageToken.length === 0) throw new Error(`${workflowId} has ended without ${activity}`);
    ({ nextPageToken } = page);
  }
}
