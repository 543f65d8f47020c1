import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { plain } from '../planning/text/markdown.js';
import {
  deliverType,
  deliveryWorkflowId,
  type Delivery,
  type DeliveryMemo,
  type GitHostEvent,
} from '../workflows/delivery-messages.js';

/** `duplicate`: a delivery of this id was started before, and stays the only one. */
export type Started = 'accepted' | 'duplicate';

/** GitHub hangs up after ten seconds; half of that is left for the network. */
const startMs = 5_000;

export interface DeliveryTarget {
  readonly client: Client;
  readonly taskQueue: string;
}

/**
 * Starts the workflow of a delivery. Temporal accepts it without a worker, and accepts each id once within its retention.
 *
 * @throws when Temporal does not respond in time: it may have the delivery, and to send it again is safe.
 */
export async function startDelivery(
  { client, taskQueue }: DeliveryTarget,
  delivery: Delivery,
  seen?: DeliveryMemo['seen'],
): Promise<Started> {
  const { event, repository, via } = delivery;
  const memo: DeliveryMemo = {
    repository: repository.name,
    via,
    what: eventText(event),
    ...(seen ? { seen } : {}),
  };
  try {
    await client.withDeadline(Date.now() + startMs, () =>
      client.workflow.start(deliverType, {
        workflowId: deliveryWorkflowId(delivery.id),
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        taskQueue,
        args: [delivery],
        memo: { delivery: memo },
        staticSummary: plain(`${repository.name}: ${memo.what}`),
      }),
    );
    return 'accepted';
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'duplicate';
    throw error;
  }
}

/** What happened, in one line for people. */
export function eventText(event: GitHostEvent): string {
  const by = event.by === '' ? '' : ` by ${event.by}`;
  if (event.kind === 'comment') return `comment on pull request ${event.number}${by}`;
  if (event.kind === 'pull-request') return `pull request ${event.number} ${event.action}${by}`;
  if (event.before === event.after) return `${event.branch} looked at`;
  return `${event.forced ? 'forced push' : 'push'} to ${event.branch}${by}`;
}
