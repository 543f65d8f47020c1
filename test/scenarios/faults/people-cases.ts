import type { World } from '../../../lab/world.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import type { FaultCase } from './fault-case.js';
import { holdDrain, stopHolding, whileItDrains } from '../held-drain.js';

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;

const unmanagedNode = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'k8s-work-9' } };
const deleteUnmanagedNode = (at: World): Promise<unknown> =>
  at.kubectl('delete', 'node', 'k8s-work-9', '--ignore-not-found');

/** The Talos that a node ran when its case began. */
let ranBefore = '';

const imageOf = (at: World, node: string): Promise<string> =>
  at.kubectl('get', 'node', node, '-o', 'jsonpath={.status.nodeInfo.osImage}');
const isCordoned = async (at: World, node: string): Promise<boolean> =>
  (await at.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')) === 'true';

/** What somebody else does during a run, or just before it. */
export const peopleCases: readonly FaultCase[] = [
  {
    name: 'somebody upgrades the node by hand once the image is on it',
    faults: [{ name: 'upgraded-by-hand' }],
    // A gate is kept closed until the node is back: else its cordon could meet the one that Talos sets meanwhile.
    prepare: async (at, node) => {
      ranBefore = await imageOf(at, node);
      await at.control('POST', '/faults', { name: 'kubelet-not-ready', node: 'k8s-work-2' });
    },
    during: async (at, _run, node) => {
      await at.until('the node is back with what was installed by hand', async () => {
        const [runs, taken] = await Promise.all([imageOf(at, node), isCordoned(at, node)]);
        return runs !== ranBefore && !taken;
      });
      await at.control('DELETE', '/faults');
    },
    ends: {
      both: {
        outcome: 'halted',
        node: 'undone',
        kind: 'expectation-broken',
        says: /^k8s-work-1 is not what the plan was made for: its version should be v1\.1[23]\.1 and is v1\.1[23]\.[29]$/,
        advises: 'slipway plan',
        installs: 1,
        boots: 1,
      },
    },
  },
  {
    name: 'somebody installs on the node by hand, and does not reboot it',
    faults: [{ name: 'installed-by-hand' }],
    ends: {
      lifecycle: {
        outcome: 'halted',
        node: 'undone',
        state: 'armed',
        failedStep: 'install',
        kind: 'installed-by-others',
        says: /^somebody else installed \S+ on k8s-work-1 since it booted; another install could overwrite the slot it runs from$/,
        advises: 'dmesg',
        installs: 1,
        boots: 0,
      },
    },
  },
  {
    name: 'a node joins the cluster during the run',
    prepare: holdDrain,
    during: (at, run, node) => whileItDrains(at, run, node, () => at.apply(unmanagedNode)),
    cleanUp: async (at) => {
      await stopHolding(at);
      await deleteUnmanagedNode(at);
    },
    ends: { both: done },
  },
  {
    name: 'a node joined the cluster before the run',
    prepare: (at) => at.apply(unmanagedNode),
    cleanUp: deleteUnmanagedNode,
    ends: {
      both: {
        outcome: 'refused',
        kind: 'inventory-disagrees',
        says: /^Kubernetes has a Node k8s-work-9, and slipway\.yaml does not name it$/,
        advises: 'get nodes',
        installs: 0,
        boots: 0,
      },
    },
  },
  {
    name: 'another node leaves the cluster during the run',
    limits: { gates: '5s' },
    prepare: holdDrain,
    during: (at, run, node) => whileItDrains(at, run, node, () => at.kubectl('delete', 'node', 'k8s-work-3')),
    cleanUp: async (at) => {
      await stopHolding(at);
      await at.control('POST', '/machines/k8s-work-3/reset');
    },
    ends: {
      both: {
        outcome: 'halted',
        node: 'halted',
        state: 'on-target',
        failedStep: 'soak',
        kind: 'gave-up',
        says: /Kubernetes has no Node k8s-work-3/,
        advises: 'get nodes',
        installs: 1,
        boots: 1,
      },
    },
  },
  {
    name: 'slipway.yaml is edited during the run',
    prepare: holdDrain,
    during: (at, run, node) =>
      whileItDrains(at, run, node, async () => {
        await setInInventory(at, ['versions', 'talos'], 'v1.10.0');
        await setInInventory(at, ['limits', 'boot'], '1ms');
      }),
    cleanUp: stopHolding,
    ends: { both: done },
  },
];
