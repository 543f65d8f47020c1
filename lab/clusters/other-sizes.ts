import type { ClusterDefinition, ClusterMachine } from './cluster-definition.js';
import { proxOpsSmall } from './prox-ops-small.js';

const hosts = ['baldar', 'heimdall', 'odin'];

/** Clusters without an example: like prox-ops-small, with other numbers of machines. */
function sized(
  cluster: string,
  controlPlanes: number,
  workers: number,
  ...workloads: string[]
): ClusterDefinition {
  const machine = (role: ClusterMachine['role'], number: number): ClusterMachine => ({
    name: `${role === 'control-plane' ? 'ctrl' : 'work'}-${number}`,
    role,
    address: `10.30.7.${role === 'control-plane' ? number : 10 + number}`,
    host: hosts[(number - 1) % hosts.length] ?? '',
  });
  const counted = (role: ClusterMachine['role'], count: number): ClusterMachine[] =>
    Array.from({ length: count }, (_, index) => machine(role, index + 1));
  return {
    ...proxOpsSmall,
    cluster,
    machines: [...counted('control-plane', controlPlanes), ...counted('worker', workers)],
    vip: '10.30.7.100',
    criticalNamespaces: ['kube-system'],
    workloads,
    ...(workers === 0 ? { workOnControlPlanes: true as const } : {}),
  };
}

const onWorkers = ['flannel.yaml', 'kube-dns.yaml', 'coredns-budget.yaml', 'coredns-on-workers.yaml'];
const anywhere = ['flannel.yaml', 'kube-dns.yaml', 'coredns.yaml'];

/** A single machine with all roles; every upgrade is an outage. */
export const oneNode = sized('one-node', 1, 0, ...anywhere, 'one-node/web.yaml');

/** One control plane: the Kubernetes API is away while it reboots. */
export const onePlusTwo = sized('one-plus-two', 1, 2, ...onWorkers, 'postgres.yaml', 'web.yaml');

/** Five etcd members, and a single worker whose pods have no other node. */
export const fivePlusOne = sized('five-plus-one', 5, 1, ...anywhere, 'one-node/web.yaml');

/** Two etcd members: neither may be down. Its inventory is rejected. */
export const twoControlPlanes = sized('two-control-planes', 2, 1, ...anywhere, 'one-node/web.yaml');

/** A small cluster with GPUs: both workers have one, which their schematic drives. */
export const onePlusGpus: ClusterDefinition = withCards(sized('one-plus-gpus', 1, 2, ...onWorkers));

function withCards(definition: ClusterDefinition): ClusterDefinition {
  const gpu = { resource: 'nvidia.com/gpu', count: 1 };
  const machines = definition.machines.map((machine) =>
    machine.role === 'worker' ? { ...machine, gpu } : machine,
  );
  return { ...definition, machines };
}
