import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';

interface Workload {
  readonly kind?: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

interface BudgetStatus {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly status?: { readonly currentHealthy?: number; readonly expectedPods?: number };
}

const LOOK_EVERY_MS = 75;

/**
 * Waits until every Deployment, StatefulSet and DaemonSet has all its pods ready, and every budget has counted them.
 *
 * @throws with what is not ready after `timeoutMs`
 */
export async function waitForWorkloads(client: ApiClient, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const missing = await unreadyWorkloads(client).catch((error: unknown) => [String(error)]);
    if (missing.length === 0) return;
    if (Date.now() >= deadline) {
      throw new Error(`Not ready ${timeoutMs / 1000} s after they were asked for: ${missing.join(', ')}.`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

/** `Deployment default/web 2 of 3`, … for what is not ready. */
export async function unreadyWorkloads(client: ApiClient): Promise<readonly string[]> {
  const list = async <T>(path: string): Promise<T[]> => (await client.get<{ items: T[] }>(path)).items;
  const [deployments, statefulSets, daemonSets, budgets] = await Promise.all([
    list<Workload>('/apis/apps/v1/deployments'),
    list<Workload>('/apis/apps/v1/statefulsets'),
    list<Workload>('/apis/apps/v1/daemonsets'),
    list<BudgetStatus>('/apis/policy/v1/poddisruptionbudgets'),
  ]);
  const replicas = (each: Workload): readonly [number, number] => [
    each.status?.readyReplicas ?? 0,
    each.spec.replicas ?? 1,
  ];
  const counted = ({ status }: Workload): readonly [number, number] => [
    status?.numberReady ?? 0,
    status?.desiredNumberScheduled || Number.POSITIVE_INFINITY,
  ];
  return [
    ...deployments.flatMap((each) => shortfall('Deployment', each, replicas(each))),
    ...statefulSets.flatMap((each) => shortfall('StatefulSet', each, replicas(each))),
    ...daemonSets.flatMap((each) => shortfall('DaemonSet', each, counted(each))),
    ...budgets.flatMap(({ metadata, status }) => {
      const [healthy, expected] = [status?.currentHealthy ?? 0, status?.expectedPods ?? 0];
      return expected > 0 && healthy >= expected
        ? []
        : [`PodDisruptionBudget ${metadata.namespace}/${metadata.name} counts ${healthy} of ${expected}`];
    }),
  ];
}

function shortfall(kind: string, workload: Workload, [ready, wanted]: readonly [number, number]): string[] {
  const { namespace, name, generation } = workload.metadata;
  const seen = (workload.status?.observedGeneration ?? 0) >= (generation ?? 0);
  return seen && ready >= wanted
    ? []
    : [`${kind} ${namespace}/${name} ${ready} of ${Number.isFinite(wanted) ? wanted : '?'}`];
}
