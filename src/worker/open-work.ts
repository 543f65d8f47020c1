import type { Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { OpenWork } from '../activities/activity-context.js';
import { searchAttributes } from '../workflows/messages.js';

/** No more are listed; one is enough to refuse. */
const pageSize = 50;

/**
 * Lists the open runs and node workflows of a cluster, including those that continue although their queue or their run was
 * terminated.
 */
export function openWork(
  connection: Connection,
  namespace: string,
): (cluster: string) => Promise<OpenWork[]> {
  return async (cluster) => {
    const { executions } = await connection.workflowService.listWorkflowExecutions({
      namespace,
      pageSize,
      // The inventory's schema allows only letters, digits and dashes in a cluster's name.
      query: `${searchAttributes.cluster} = "${cluster}" AND ExecutionStatus = "Running"`,
    });
    return (executions ?? []).flatMap((execution) => {
      const workflowId = execution.execution?.workflowId ?? '';
      const match = new RegExp(`^run/${cluster}/(?<run>\\d+)(/|$)`).exec(workflowId);
      if (!match?.groups) return [];
      const payload = execution.searchAttributes?.indexedFields?.[searchAttributes.target];
      const target = payload ? String(defaultPayloadConverter.fromPayload(payload)) : 'an unknown version';
      return [{ run: Number(match.groups['run']), workflowId, target }];
    });
  };
}
