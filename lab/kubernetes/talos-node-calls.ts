import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Node } from '@kubernetes/client-node';
import { ApiError, isNotFound, type ApiClient } from './api-client.js';
import type { WirePod } from './kubelet/pod-status.js';
import { podPath } from './kubelet/pod-worker.js';
import { isMirrorPod } from './kubelet/static-pods.js';

/** Talos' annotation on its own cordon; a cordon without it belongs to another user. */
const CORDONED_BY_TALOS = 'talos.dev/cordoned';
const POD_GRACE_SECONDS = 60;

/** Talos' own cordon. It does not change a cordoned Node, so that the earlier cordon stays after the boot. */
export async function cordonAsTalos(client: ApiClient, name: string): Promise<void> {
  const node = await client.get<V1Node>(`/api/v1/nodes/${name}`);
  if (node.spec?.unschedulable === true) return;
  await client.patch(`/api/v1/nodes/${name}`, {
    metadata: {
      resourceVersion: node.metadata?.resourceVersion,
      annotations: { [CORDONED_BY_TALOS]: 'true' },
    },
    spec: { unschedulable: true },
  });
}

/** Removes Talos' own cordon; other cordons stay. A Node that does not exist yet has none. */
export async function uncordonAsTalos(client: ApiClient, name: string): Promise<void> {
  let node: V1Node;
  try {
    node = await client.get<V1Node>(`/api/v1/nodes/${name}`);
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  if (node.metadata?.annotations?.[CORDONED_BY_TALOS] === undefined) return;
  await client.patch(`/api/v1/nodes/${name}`, {
    metadata: { annotations: { [CORDONED_BY_TALOS]: null } },
    spec: { unschedulable: null },
  });
}

/**
 * Talos' own drain: evicts pods that a controller will replace (not mirror pods, not DaemonSets'), retries where a budget rejects an
 * eviction, and stops at the end of its time.
 *
 * @throws with the names of the remaining pods, for the machine's kernel log
 */
export async function evictAsTalos(
  client: ApiClient,
  name: string,
  limits: { timeoutMs: number; everyMs: number },
): Promise<void> {
  const deadline = Date.now() + limits.timeoutMs;
  for (;;) {
    const pods = (await podsToEvict(client, name)).map((pod) => ({ pod, name: podName(pod) }));
    if (pods.length === 0) return;
    await Promise.all(pods.map(({ pod }) => evict(client, pod)));
    if (Date.now() + limits.everyMs > deadline) {
      throw new Error(
        `still on the node after ${limits.timeoutMs} ms: ${pods.map((each) => each.name).join(', ')}`,
      );
    }
    await sleep(limits.everyMs);
  }
}

/** The pods of a node that a controller will replace. */
export async function podsToEvict(client: ApiClient, name: string): Promise<readonly WirePod[]> {
  const list = await client.get<{ items: WirePod[] }>(`/api/v1/pods?fieldSelector=spec.nodeName%3D${name}`);
  return list.items.filter((pod) => {
    const controller = pod.metadata?.ownerReferences?.find((owner) => owner.controller);
    return controller && controller.kind !== 'DaemonSet' && !isMirrorPod(pod);
  });
}

async function evict(client: ApiClient, pod: WirePod): Promise<void> {
  if (pod.metadata?.deletionTimestamp) return;
  try {
    await client.create(`${podPath(pod)}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: pod.metadata?.name, namespace: pod.metadata?.namespace },
      deleteOptions: { gracePeriodSeconds: POD_GRACE_SECONDS },
    });
  } catch (error) {
    if (!(error instanceof ApiError && (error.status === 429 || error.status === 404))) throw error;
  }
}

function podName(pod: WirePod): string {
  return `${pod.metadata?.namespace}/${pod.metadata?.name}`;
}
