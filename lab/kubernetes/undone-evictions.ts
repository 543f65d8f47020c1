import { ApiError, type ApiClient } from './api-client.js';
import { podPath } from './kubelet/pod-worker.js';
import { podsToEvict } from './talos-node-calls.js';

/** A uid that no pod has. */
const NOBODYS_UID = '00000000-0000-0000-0000-000000000000';

/**
 * Requests evictions of a node's pods that the API server grants, where a budget allows them, and then cannot carry out: it first writes
 * the budget's status, and only then checks the pod's uid. The same status stays behind when a client dies between the two. Resolves when
 * all of them are in that state.
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
      // 409: granted, and the uid differs. 429: no disruption allowed. 404: the pod is gone meanwhile.
      if (!(error instanceof ApiError && [409, 429, 404].includes(error.status))) throw error;
    });
  }
}
