import type { Client } from '@temporalio/client';
import { releaseCluster, type ReleaseAnswer, type ReleaseInput } from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Lifts the hold of a cluster. Touches no node. */
export async function releaseHold(
  client: Client,
  cluster: string,
  input: ReleaseInput,
  options: AskOptions,
): Promise<ReleaseAnswer | Unanswered> {
  return askQueue(client, releaseCluster, { cluster, input }, options);
}
