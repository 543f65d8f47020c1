import { createHash } from 'node:crypto';
import { Inventory, type InventoryNode } from '../../src/inventory/schema.js';
import type {
  ClusterObservation,
  NodeObservation,
  PodObservation,
} from '../../src/planning/node/observation.js';
import type { PlanInput } from '../../src/planning/plan/plan-input.js';
import { proxOpsSchematics } from '../clusters/prox-ops-small.js';

const running = 'v1.12.1';
const wanted = 'v1.12.2';
const kubernetes = 'v1.35.0';
const controlPlanes = 3;
/** Pods per worker; one of them belongs to a budget. */
const podsPerNode = 20;
const now = '2026-11-22T08:00:00.000Z';
const controlPlaneLabel = 'node-role.kubernetes.io/control-plane';
const longAgo = '2026-11-01T08:00:00.000Z';

/** The observation of a cluster of that many nodes: three control planes, the rest workers, all healthy. */
export function madePlanInput(nodes: number): PlanInput {
  const inventory = madeInventory(nodes);
  return {
    request: {
      schema: 1,
      cluster: inventory.cluster,
      talos: wanted,
      declared: true,
      requestedBy: 'bench',
      requestedAt: now,
    },
    inventory,
    observation: madeObservation(inventory),
    availableVersions: { kind: 'answered', value: [running, wanted] },
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    now,
  };
}

function madeInventory(nodes: number): Inventory {
  return Inventory.parse({
    cluster: 'prox-ops',
    versions: { talos: wanted, kubernetes },
    access: {
      talos: { reader: { file: 'reader' }, admin: { file: 'admin' } },
      kubernetes: { file: 'kubeconfig' },
    },
    image: { platform: 'nocloud' },
    roles: {
      'control-plane': { schematic: proxOpsSchematics['control-plane'].id },
      worker: { schematic: proxOpsSchematics.worker.id },
    },
    nodes: Array.from({ length: nodes }, (_, index) => ({
      ...(index < controlPlanes
        ? { name: `k8s-ctrl-${index + 1}`, role: 'control-plane' }
        : { name: `k8s-work-${index - controlPlanes + 1}`, role: 'worker' }),
      address: `10.20.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      host: `host-${(index % 40) + 1}`,
    })),
    snapshot: { directory: 'snapshots', recipient: 'age1'.padEnd(62, 'q') },
  });
}

function madeObservation(inventory: Inventory): ClusterObservation {
  const voters = inventory.nodes.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
  const workers = inventory.nodes.filter(({ role }) => role === 'worker').map(({ name }) => name);
  const memberId = (index: number): string => `${index + 1}`.padStart(16, 'a');
  return {
    cluster: inventory.cluster,
    observedAt: now,
    nodes: inventory.nodes.map(madeNode),
    strangers: [],
    etcd: {
      kind: 'answered',
      value: {
        members: voters.map((name, index) => ({ id: memberId(index), name, learner: false })),
        statuses: voters.map((node, index) => ({
          node,
          kind: 'answered',
          value: {
            memberId: memberId(index),
            leaderId: memberId(0),
            raftTerm: 4,
            raftIndex: 10_000,
            raftAppliedIndex: 10_000,
            learner: false,
            errors: [],
          },
        })),
        alarms: [],
      },
    },
    workloads: {
      kind: 'answered',
      value: {
        pods: workers.flatMap((node) => Array.from({ length: podsPerNode }, (_, at) => madePod(node, at))),
        budgets: workers.map((node) => ({
          namespace: 'apps',
          name: `app-of-${node}`,
          disruptionsAllowed: 1,
          currentHealthy: 2,
          desiredHealthy: 1,
          expectedPods: 2,
        })),
        controlPlane: voters.flatMap((node) =>
          ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((component) => ({
            component,
            node,
            version: kubernetes,
            ready: true,
          })),
        ),
      },
    },
  };
}

function madeNode({ name, role, address }: InventoryNode): NodeObservation {
  const { id: schematic, extensions } = proxOpsSchematics[role];
  const voter = role === 'control-plane';
  const none = {
    run: undefined,
    cordonedBy: undefined,
    install: undefined,
    armed: undefined,
    reboot: undefined,
  };
  return {
    name,
    role,
    address,
    talos: {
      kind: 'answered',
      value: {
        nodename: name,
        version: running,
        schematic,
        extensions,
        stage: 'running',
        ready: true,
        unmet: [],
      },
    },
    kubernetes: {
      kind: 'answered',
      value: {
        ready: true,
        readySince: longAgo,
        readyMessage: 'kubelet is posting ready status',
        unschedulable: false,
        bootId: `boot-of-${name}`,
        kubeletVersion: kubernetes,
        osImage: `Talos (${running})`,
        internalAddress: address,
        labels: { 'kubernetes.io/hostname': name, ...(voter ? { [controlPlaneLabel]: '' } : {}) },
        taints: voter ? [`${controlPlaneLabel}=:NoSchedule`] : [],
        annotations: {},
        marks: none,
        resourceVersion: '1',
      },
    },
  };
}

function madePod(node: string, at: number): PodObservation {
  return {
    namespace: 'apps',
    name: `app-${at}-of-${node}`,
    node,
    phase: 'Running',
    ready: true,
    terminating: false,
    owner: `Deployment/app-${at}`,
    daemonSet: false,
    mirror: false,
    budgets: at === 0 ? [`apps/app-of-${node}`] : [],
    trouble: undefined,
    since: longAgo,
  };
}
