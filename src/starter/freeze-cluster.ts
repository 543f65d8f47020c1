import type { Client } from '@temporalio/client';
import {
  freezeCluster as freezing,
  unfreezeCluster as unfreezing,
  type FreezeAnswer,
  type FreezeInput,
  type UnfreezeAnswer,
} from '../workflows/messages.js';
import { askQueue, type AskOptions, type Unanswered } from './ask-queue.js';

/** Blocks new runs of a cluster. Touches neither a node nor an open run. */
export async function freezeCluster(
  client: Client,
  cluster: string,
  input: FreezeInput,
  options: AskOptions,
): Promise<FreezeAnswer | Unanswered> {
  return askQueue(client, freezing, { cluster, input }, options);
}

/** Allows new runs again. */
export async function unfreezeCluster(
  client: Client,
  cluster: string,
  input: FreezeInput,
  options: AskOptions,
): Promise<UnfreezeAnswer | Unanswered> {
  return askQueue(client, unfreezing, { cluster, input }, options);
}
