import type { Client } from '@temporalio/client';
import { deliverType, deliveryWorkflowId, type DeliveryMemo } from '../workflows/delivery-messages.js';
import { digest } from './poll-forge.js';
import type { RepositorySettings } from './settings.js';

/** Where a poll saw the branch of a repository last. */
export interface Seen {
  readonly head: string;
  /** The delivery that says so, of how many. */
  readonly id: string;
  readonly count: number;
  /** When it was handed over. */
  readonly at: Date;
}

/**
 * What polls remember, and where: each time a branch has moved a delivery is started, and its memo says where the branch stood. So the
 * deliveries are the record; whoever polls next, and however late, goes on from the last.
 */
export interface PollRecord {
  /** Undefined: this repository and branch were never polled, or Temporal has forgotten it. */
  lastSeen(repository: RepositorySettings): Promise<Seen | undefined>;
  /** For how long Temporal remembers what has ended, in milliseconds. */
  keepsMs(): Promise<number>;
}

const askMs = 10_000;
/** More deliveries than can be open at once, or than end while another is open. */
const lookAt = 200;

/** The record, as Temporal keeps it. No worker is needed. */
export function pollRecord(client: Client): PollRecord {
  return {
    lastSeen: (repository) =>
      client.withDeadline(Date.now() + askMs, async () => {
        const prefix = deliveryWorkflowId(headPrefix(repository));
        const query = `WorkflowType = '${deliverType}' AND WorkflowId STARTS_WITH '${prefix}'`;
        let last: Seen | undefined;
        let looked = 0;
        // Temporal lists open ones first, then by their end, the newest first.
        for await (const found of client.workflow.list({ query, pageSize: lookAt })) {
          const { seen } = (found.memo?.['delivery'] ?? {}) as Partial<DeliveryMemo>;
          const id = found.workflowId.slice(deliveryWorkflowId('').length);
          if (seen && seen.count > (last?.count ?? 0))
            last = { head: seen.head, count: seen.count, id, at: found.startTime };
          looked += 1;
          if (looked === lookAt) break;
        }
        return last;
      }),
    keepsMs: async () => {
      const { namespace } = client.options;
      const answer = await client.withDeadline(Date.now() + askMs, () =>
        client.workflowService.describeNamespace({ namespace }),
      );
      const seconds = Number(answer.config?.workflowExecutionRetentionTtl?.seconds ?? 0);
      return seconds > 0 ? seconds * 1000 : dayMs;
    },
  };
}

const dayMs = 86_400_000;

/** How ids of deliveries begin that say where a branch stands. */
function headPrefix({ name, branch, url }: RepositorySettings): string {
  return `poll-head-${digest(name.toLowerCase(), branch, url)}-`;
}

/**
 * The id of the delivery that a branch has moved: it follows from the one before, so that two who poll, or one that was stopped in
 * between, make one of it; and a branch that comes back to where it was before is another one.
 */
export function idOfMove(repository: RepositorySettings, last: Seen | undefined, head: string): string {
  return `${headPrefix(repository)}${digest(last?.id ?? '', head)}`;
}
