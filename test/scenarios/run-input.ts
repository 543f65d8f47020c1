import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { runId, type RunInput } from '../../src/workflows/messages.js';

/** The input of a run, from its history. */
export async function runInput(client: Client, cluster: string, run: number): Promise<RunInput> {
  const { events } = await client.workflow.getHandle(runId(cluster, run)).fetchHistory();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (!payload) throw new Error(`run ${run} of ${cluster} has no input`);
  return defaultPayloadConverter.fromPayload<RunInput>(payload);
}
