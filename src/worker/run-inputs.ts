import type { Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { runId, type RunInput } from '../workflows/messages.js';

/** How many runs' inputs a worker caches; it serves a few clusters at a time. */
const rememberedMax = 200;

/**
 * Reads a run's input from the first event of its history. The inventory is there once, instead of in the input of every step, and a
 * worker that has just started can read it, too.
 */
export function runInputs(
  connection: Connection,
  namespace: string,
): (cluster: string, run: number) => Promise<RunInput> {
  const remembered = new Map<string, Promise<RunInput>>();
  return (cluster, run) => {
    const workflowId = runId(cluster, run);
    const known = remembered.get(workflowId);
    if (known) return known;
    const reading = readInput(connection, namespace, workflowId);
    remembered.set(workflowId, reading);
    reading.catch(() => remembered.delete(workflowId));
    const [oldest] = remembered.keys();
    if (remembered.size > rememberedMax && oldest !== undefined) remembered.delete(oldest);
    return reading;
  };
}

async function readInput(connection: Connection, namespace: string, workflowId: string): Promise<RunInput> {
  const answer = await connection.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const [payload] =
    answer.history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  if (!payload) throw new Error(`the history of ${workflowId} does not begin with its input`);
  return defaultPayloadConverter.fromPayload<RunInput>(payload);
}
