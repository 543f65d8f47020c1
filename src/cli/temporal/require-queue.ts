import { describe } from '../../planning/reasons/describe.js';
import { sentence } from '../../planning/text/sentence.js';
import { listQueues, readQueue, type ObservedQueue } from '../../runs/temporal/cluster-queue.js';
import { UserMistake } from '../mistakes.js';
import type { Temporal } from '../../runs/temporal/temporal.js';

/** The queue of a cluster. @throws UserMistake for an unknown cluster, with the clusters that Temporal knows. */
export async function requireQueue(temporal: Temporal, cluster: string): Promise<ObservedQueue> {
  const queue = await readQueue(temporal, cluster);
  if (queue) return queue;
  const known = (await listQueues(temporal)).map((one) => one.cluster);
  throw new UserMistake(
    sentence(describe({ kind: 'unknown-cluster', cluster, known })),
    'Its first run makes it known: slipway upgrade',
  );
}
