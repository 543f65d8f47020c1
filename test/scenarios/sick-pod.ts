import type { World } from '../../lab/world.js';

/** A pod that does not get well. */
export interface SickPod {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  /** Kubernetes' word for it: `CrashLoopBackOff`. */
  readonly reason: string;
}

/** Adds a pod that is not well. No scheduler takes it, so its status stays as written here. Returns how to remove it. */
export async function addSickPod(
  world: World,
  { namespace, name, image, reason }: SickPod,
): Promise<() => Promise<unknown>> {
  const containers = [{ name: 'main', image }];
  await world.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name },
    spec: { schedulerName: 'nobody', containers },
  });
  const containerStatuses = containers.map((container) => ({
    ...container,
    imageID: '',
    ready: false,
    restartCount: 0,
    state: { waiting: { reason, message: `${reason} of ${image}` } },
  }));
  const patch = JSON.stringify({ status: { phase: 'Pending', containerStatuses } });
  await world.kubectl('patch', 'pod', name, '-n', namespace, '--subresource=status', `--patch=${patch}`);
  return () => world.kubectl('delete', 'pod', name, '-n', namespace);
}
