import type { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { searchAttributes } from '../workflows/messages.js';

/** Temporal's `INDEXED_VALUE_TYPE_KEYWORD`. */
const keyword = 2;
const dayMs = 86_400_000;
/** gRPC: it exists already. */
const alreadyExists = 6;

/**
 * Creates Slipway's namespace and search attributes where they are missing, and sets the retention. Temporal's own start flags for
 * these do nothing on an existing database.
 */
export async function prepareNamespace(
  connection: Connection,
  namespace: string,
  retentionDays: number,
): Promise<void> {
  const retention = msToTs(retentionDays * dayMs);
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: retention,
    });
  } catch (error) {
    if (!isGrpc(error, alreadyExists)) throw error;
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: retention },
    });
  }
  await addSearchAttributes(connection, namespace);
}

/** All of Temporal sees a new namespace only after a moment. */
async function addSearchAttributes(connection: Connection, namespace: string, triesLeft = 60): Promise<void> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(searchAttributes).filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (error) {
    if (triesLeft === 0) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await addSearchAttributes(connection, namespace, triesLeft - 1);
  }
}

function isGrpc(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
