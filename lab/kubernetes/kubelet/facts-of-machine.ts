import type { Machine } from '../../machines/machine.js';
import type { KubernetesMachine } from '../kubernetes-cluster.js';
import type { NodeFacts } from './node-object.js';

/** A machine's description for its kubelet in this boot. */
export function factsOf(
  machine: Machine,
  cluster: { readonly machines: readonly KubernetesMachine[]; readonly kubernetesVersion: string },
): NodeFacts {
  return {
    name: machine.hostname,
    role: machine.role,
    address: machine.definition.address,
    bootId: machine.bootId,
    machineId: machine.disk.machineId,
    systemUuid: machine.hardware.uuid,
    talosVersion: machine.version,
    schematic: machine.schematic,
    extensions: machine.extensions,
    kubernetesVersion: cluster.kubernetesVersion,
    cards: machine.hardware.nics.map(({ vlan }) => vlan),
    ...partsOf(machine, cluster.machines),
  };
}

/** A GPU that the hypervisor did not pass through does not exist, whatever the cluster's definition says. */
function partsOf(
  { name, hardware }: Machine,
  machines: readonly KubernetesMachine[],
): Pick<NodeFacts, 'gpu' | 'size' | 'untainted'> {
  const { gpu, size, untainted } = machines.find((machine) => machine.name === name) ?? {};
  const count = gpu && Math.min(gpu.count, hardware.pci?.length ?? gpu.count);
  return {
    ...(gpu && count !== undefined ? { gpu: { ...gpu, count } } : {}),
    ...(size ? { size } : {}),
    ...(untainted ? { untainted } : {}),
  };
}
