import type { Client } from '@temporalio/client';
import type { DeliveryMemo } from '../../src/workflows/delivery-messages.js';

/** Whether a poll has found the branch at that commit, and its delivery is done. */
export async function wasPolled(client: Client, commit: string): Promise<boolean> {
  const query = `WorkflowType = 'deliver' AND WorkflowId STARTS_WITH 'delivery/poll-head'`;
  for await (const { memo, status } of client.workflow.list({ query })) {
    const delivery = memo?.['delivery'] as DeliveryMemo | undefined;
    if (delivery?.seen?.head === commit && status.name === 'COMPLETED') return true;
  }
  return false;
}
