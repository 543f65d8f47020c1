import { createHash } from 'node:crypto';
import { Inventory, type InventoryNode } from '../../src/inventory/schema.js';
import type {
  Answer,
  BudgetObservation,
  ClusterObservation,
  EtcdObservation,
  Marks,
  NodeObject,
  NodeObservation,
  PodObservation,
  Role,
  TalosObservation,
  WorkloadObservation,
} from '../../src/planning/node/observation.js';
import type { PlanInput } from '../../src/planning/plan/plan-input.js';
import type { UpgradeRequest } from '../../src/planning/plan/plan.js';

export const now = '2026-11-21T14:32:00.000Z';
const longAgo = '2026-11-20T09:00:00.000Z';
export const controlPlaneSchematic = '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2';
export const workerSchematic = '990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e';
const extensions: Readonly<Record<Role, readonly string[]>> = {
  'control-plane': ['siderolabs/qemu-guest-agent'],
  worker: ['siderolabs/nvidia-open-gpu-kernel-modules-production', 'siderolabs/qemu-guest-agent'],
};
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

interface Size {
  readonly controlPlanes?: number;
  readonly workers?: number;
}

/** A small world in which everything is well: ctrl-1 … and work-1 …, on Talos v1.12.1, ctrl-1 leading etcd. */
export function aCluster(size: Size = {}): Cluster {
  const { controlPlanes = 3, workers = 3 } = size;
  const inventory = Inventory.parse({
    cluster: 'prox-ops',
    versions: { talos: 'v1.12.6', kubernetes: 'v1.35.0' },
    access: {
      talos: { reader: { file: 'reader' }, admin: { file: 'admin' } },
      kubernetes: { env: 'KUBECONFIG' },
    },
    image: { platform: 'nocloud' },
    roles: { 'control-plane': { schematic: controlPlaneSchematic }, worker: { schematic: workerSchematic } },
    nodes: [
      ...names('ctrl', controlPlanes).map((name, index) => ({
        name,
        role: 'control-plane',
        address: `10.20.67.${index + 1}`,
      })),
      ...names('work', workers).map((name, index) => ({
        name,
        role: 'worker',
        address: `10.21.${Math.floor(index / 250)}.${(index % 250) + 1}`,
      })),
    ],
    controlPlane: { outageAccepted: controlPlanes === 1 },
    snapshot: { directory: 'snapshots', recipient: 'age1'.padEnd(62, 'q') },
  });
  return clusterOf(inventory);
}

/** A world as an inventory declares it, everything well, on Talos v1.12.1 and Kubernetes v1.35.0. */
export function clusterOf(inventory: Inventory): Cluster {
  return new Cluster(inventory, observed(inventory));
}

/** Changes make a new world; the old one stays as it is. */
export class Cluster {
  constructor(
    readonly inventory: Inventory,
    readonly observation: ClusterObservation,
  ) {}

  declaring(change: (inventory: Inventory) => Inventory): Cluster {
    return new Cluster(change(this.inventory), this.observation);
  }

  seeing(change: Partial<ClusterObservation>): Cluster {
    return new Cluster(this.inventory, { ...this.observation, ...change });
  }

  withNode(name: string, change: (node: NodeObservation) => NodeObservation): Cluster {
    return this.seeing({
      nodes: this.observation.nodes.map((node) => (node.name === name ? change(node) : node)),
    });
  }

  withTalos(name: string, change: Partial<TalosObservation>): Cluster {
    return this.withNode(name, (node) => ({ ...node, talos: changed(node.talos, change) }));
  }

  withObject(name: string, change: Partial<NodeObject>): Cluster {
    return this.withNode(name, (node) => ({
      ...node,
      kubernetes:
        node.kubernetes.kind === 'answered' && node.kubernetes.value
          ? answered({ ...node.kubernetes.value, ...change })
          : node.kubernetes,
    }));
  }

  withEtcd(change: (etcd: EtcdObservation) => EtcdObservation): Cluster {
    const { etcd } = this.observation;
    return this.seeing({ etcd: etcd.kind === 'answered' ? answered(change(etcd.value)) : etcd });
  }

  withMember(node: string, change: Partial<MemberStatus>): Cluster {
    return this.withEtcd((etcd) => ({
      ...etcd,
      statuses: etcd.statuses.map((status) =>
        status.node === node && status.kind === 'answered'
          ? { ...status, value: { ...status.value, ...change } }
          : status,
      ),
    }));
  }

  withWorkloads(change: (workloads: WorkloadObservation) => WorkloadObservation): Cluster {
    const { workloads } = this.observation;
    return this.seeing({
      workloads: workloads.kind === 'answered' ? answered(change(workloads.value)) : workloads,
    });
  }

  withPod(pod: Partial<PodObservation>): Cluster {
    return this.withWorkloads((workloads) => ({ ...workloads, pods: [...workloads.pods, aPod(pod)] }));
  }

  withBudget(budget: Partial<BudgetObservation>): Cluster {
    return this.withWorkloads((workloads) => ({
      ...workloads,
      budgets: [...workloads.budgets, aBudget(budget)],
    }));
  }

  /** Another Kubernetes on all nodes, and in all static pods. */
  onKubernetes(version: string): Cluster {
    return this.observation.nodes.reduce<Cluster>(
      (world, { name }) => world.withObject(name, { kubeletVersion: version }),
      this.withWorkloads((workloads) => ({
        ...workloads,
        controlPlane: workloads.controlPlane.map((pod) => ({ ...pod, version })),
      })),
    );
  }

  /** Nodes that run another version; none named: all of them. */
  running(version: string, ...only: readonly string[]): Cluster {
    const all = only.length > 0 ? only : this.observation.nodes.map((node) => node.name);
    return all.reduce<Cluster>((world, name) => world.withTalos(name, { version }), this);
  }

  /** Settings of `upgrade` in slipway.yaml. */
  upgrading(change: Partial<Inventory['upgrade']>): Cluster {
    return this.declaring((inventory) => ({ ...inventory, upgrade: { ...inventory.upgrade, ...change } }));
  }

  /** No Talos API was asked, as in the gates. */
  withoutTalos(): Cluster {
    return this.seeing({
      nodes: this.observation.nodes.map((node) => ({ ...node, talos: unreachable('it was not asked') })),
    });
  }

  request(change: Partial<UpgradeRequest> = {}): UpgradeRequest {
    return {
      schema: 1,
      cluster: this.inventory.cluster,
      talos: 'v1.12.6',
      declared: true,
      requestedBy: 'ops@example',
      requestedAt: now,
      ...change,
    };
  }

  planInput(
    change: Partial<Omit<PlanInput, 'request'>> & { readonly request?: Partial<UpgradeRequest> } = {},
  ): PlanInput {
    const { request, ...rest } = change;
    return {
      request: this.request(request),
      inventory: this.inventory,
      observation: this.observation,
      availableVersions: answered(['v1.11.5', 'v1.12.0', 'v1.12.1', 'v1.12.6', 'v1.13.9', 'v1.14.0-rc.1']),
      sha256: (text) => createHash('sha256').update(text).digest('hex'),
      now,
      ...rest,
    };
  }
}

type MemberStatus = Extract<EtcdObservation['statuses'][number], { kind: 'answered' }>['value'];

export function aPod(pod: Partial<PodObservation> = {}): PodObservation {
  return {
    namespace: 'default',
    name: 'web-1',
    node: 'work-1',
    phase: 'Running',
    ready: true,
    terminating: false,
    owner: 'Deployment/web',
    daemonSet: false,
    mirror: false,
    budgets: [],
    trouble: undefined,
    since: longAgo,
    ...pod,
  };
}

export function aBudget(budget: Partial<BudgetObservation> = {}): BudgetObservation {
  return {
    namespace: 'postgres',
    name: 'db',
    disruptionsAllowed: 0,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
    ...budget,
  };
}

export function answered<T>(value: T): Answer<T> {
  return { kind: 'answered', value };
}

export function unreachable(why: string): Answer<never> {
  return { kind: 'unreachable', why };
}

export const cordonedBySomebody: Partial<NodeObject> = { unschedulable: true };
export const cordonedByTalos: Partial<NodeObject> = {
  unschedulable: true,
  annotations: { 'talos.dev/cordoned': 'true' },
};
export function cordonedByRun(run: string): Partial<NodeObject> {
  return { unschedulable: true, marks: marked({ run, cordonedBy: run }) };
}

/** The annotations of a Node, none but these. */
export function marked(marks: Partial<Marks>): Marks {
  return {
    run: undefined,
    cordonedBy: undefined,
    install: undefined,
    armed: undefined,
    reboot: undefined,
    ...marks,
  };
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

function changed<T extends object>(answer: Answer<T>, change: Partial<T>): Answer<T> {
  return answer.kind === 'answered' ? answered({ ...answer.value, ...change }) : answer;
}

function observed(inventory: Inventory): ClusterObservation {
  const controlPlanes = inventory.nodes
    .filter((node) => node.role === 'control-plane')
    .map((node) => node.name);
  return {
    cluster: inventory.cluster,
    observedAt: now,
    nodes: inventory.nodes.map((node) => observedNode(inventory, node)),
    strangers: [],
    etcd: answered(etcdOf(controlPlanes)),
    workloads: answered({
      pods: [],
      budgets: [],
      controlPlane: controlPlanes.flatMap((node) =>
        components.map((component) => ({ component, node, version: 'v1.35.0', ready: true })),
      ),
    }),
  };
}

function observedNode(inventory: Inventory, node: InventoryNode): NodeObservation {
  const { name, role, address } = node;
  return {
    name,
    role,
    address,
    talos: answered({
      nodename: name,
      version: 'v1.12.1',
      schematic: node.schematic ?? inventory.roles[role]?.schematic,
      extensions: extensions[role],
      stage: 'running',
      ready: true,
      unmet: [],
    }),
    kubernetes: answered<NodeObject | undefined>({
      ready: true,
      readySince: longAgo,
      readyMessage: 'kubelet is posting ready status',
      unschedulable: false,
      bootId: `boot-of-${name}`,
      kubeletVersion: 'v1.35.0',
      osImage: 'Talos (v1.12.1)',
      internalAddress: address,
      labels: {
        'kubernetes.io/hostname': name,
        ...(role === 'control-plane' ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
      taints: role === 'control-plane' ? ['node-role.kubernetes.io/control-plane=:NoSchedule'] : [],
      annotations: { 'example.com/rack': 'r1' },
      marks: marked({}),
      resourceVersion: '1',
    }),
  };
}

function etcdOf(controlPlanes: readonly string[]): EtcdObservation {
  const id = (index: number): string => `${index + 1}`.padStart(16, 'a');
  return {
    members: controlPlanes.map((name, index) => ({ id: id(index), name, learner: false })),
    statuses: controlPlanes.map((node, index) => ({
      node,
      ...answered({
        memberId: id(index),
        leaderId: id(0),
        raftTerm: 4,
        raftIndex: 10_000,
        raftAppliedIndex: 10_000,
        learner: false,
        errors: [],
      }),
    })),
    alarms: [],
  };
}
