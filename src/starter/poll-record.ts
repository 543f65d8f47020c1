import type { Client } from '@temporalio/client';
import { deliverType, deliveryWorkflowId, type DeliveryMemo } from '../workflows/delivery-messages.js';
import { digest } from './poll-git-host.js';
import type { RepositorySettings } from './settings.js';

/** The branch of a repository at the last poll. */
export interface Seen {
  readonly head: string;
  /** The delivery that records it, and how many there were. */
  readonly id: string;
  readonly count: number;
  /** When it was started. */
  readonly at: Date;
}

/**
 * The record of polls: each time a branch has moved a delivery is started, and its memo has the branch's head. So the deliveries are
 * the record: the next poll, by whatever process and however late, continues from the last one.
 */
export interface PollRecord {
  /** Undefined: this repository and branch were never polled, or Temporal's retention has passed. */
  lastSeen(repository: RepositorySettings): Promise<Seen | undefined>;
  /** Temporal's retention of ended workflows, in milliseconds. */
  keepsMs(): Promise<number>;
}

const askMs = 10_000;
/** More deliveries than can be open at once, or than end while another is open. */
const lookAt = 200;

/** The record in Temporal. No worker is needed. */
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

/** Prefix of the ids of deliveries that record a branch's head. */
function headPrefix({ name, branch, url }: RepositorySettings): string {
  return `poll-head-${digest(name.toLowerCase(), branch, url)}-`;
}

/**
 * The id of the delivery for a moved branch. It follows from the previous one, so that two pollers, or one that was interrupted, create
 * one delivery. A branch that returns to an earlier commit gets a new one.
 */
export function idOfMove(repository: RepositorySettings, last: Seen | undefined, head: string): string {
  return `${headPrefix(repository)}${digest(last?.id ?? '', head)}`;
}
