import { ApiError, type ApiClient } from './api-client.js';
import { podPath } from './kubelet/pod-worker.js';
import { podsToEvict } from './talos-node-calls.js';

/** No pod has it. */
const NOBODYS_UID = '00000000-0000-0000-0000-000000000000';

/**
 * Asks for evictions of a node's pods that the API server grants, where a budget allows them, and then cannot carry out: it writes
 * the budget's status first, and looks only then whether the pod is the one that is meant. What stays behind is what a client leaves
 * that dies between the two. Answers when all of them are left.
 */
export async function leaveEvictionsUndone(client: ApiClient, node: string): Promise<void> {
  for (const pod of await podsToEvict(client, node)) {
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod.metadata?.name, namespace: pod.metadata?.namespace },
      deleteOptions: { preconditions: { uid: NOBODYS_UID } },
    };
    await client.create(`${podPath(pod)}/eviction`, eviction).catch((error: unknown) => {
      // 409: granted, and not the pod that was meant. 429: no budget left for it. 404: it has gone meanwhile.
      if (!(error instanceof ApiError && [409, 429, 404].includes(error.status))) throw error;
    });
  }
}
