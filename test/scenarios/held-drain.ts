import type { World } from '../../lab/world.js';

/** A finalizer that only the test removes: until then the pod exists, and its node's drain continues. */
const finalizer = 'lab.slipway.dev/held';
const labels = { app: 'held' };

/** Puts a pod on a node that no drain can evict until `letDrainEnd`: a moment in the middle of a run that lasts as long as it must. */
export async function holdDrain(at: World, node: string): Promise<void> {
  await at.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'held', namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, finalizers: [finalizer] },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': node },
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
          containers: [{ name: 'held', image: 'docker.io/library/busybox:1.37.0' }],
        },
      },
    },
  });
  await at.until('the pod that holds the drain runs', async () => (await phases(at)).includes('Running'));
}

/** Waits until the node is being drained, does something, and lets the drain end. */
export async function whileItDrains(
  at: World,
  run: number,
  node: string,
  act: () => Promise<unknown>,
): Promise<void> {
  await at.untilBegun(run, node, 'drainNode');
  await act();
  await letDrainEnd(at);
}

async function letDrainEnd(at: World): Promise<void> {
  await at.kubectl(
    'delete',
    'deployment',
    'held',
    '--namespace=default',
    '--ignore-not-found',
    '--wait=false',
  );
  await at.until('the pods that held the drain are gone', async () => {
    const names = (await pods(at, '{.items[*].metadata.name}')).split(' ').filter(Boolean);
    const patch = JSON.stringify({ metadata: { finalizers: null } });
    for (const name of names)
      await at.kubectl('patch', 'pod', name, '--namespace=default', '--type=merge', `--patch=${patch}`);
    return names.length === 0;
  });
}

/** Removes the leftovers, also after a case that never came so far. */
export const stopHolding = letDrainEnd;

async function phases(at: World): Promise<string> {
  return pods(at, '{.items[*].status.phase}');
}

async function pods(at: World, what: string): Promise<string> {
  const listed = await at.kubectl(
    'get',
    'pods',
    '--namespace=default',
    '--selector=app=held',
    `--output=jsonpath=${what}`,
  );
  return listed.trim();
}
