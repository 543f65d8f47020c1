import { stringify } from 'yaml';
import { schematicId } from '../factory/schematics.js';
import type { ClusterDefinition } from './cluster-definition.js';
import { readExample } from './example-inventory.js';

const extensions = ['siderolabs/i915', 'siderolabs/qemu-guest-agent'];
const schematic = { customization: { systemExtensions: { officialExtensions: extensions } } };

/** How large its machines are. */
const sizes: Readonly<Record<string, { cpu: string; memory: string }>> = {
  metal0: { cpu: '4', memory: '44Gi' },
  metal1: { cpu: '4', memory: '27Gi' },
  metal2: { cpu: '4', memory: '27Gi' },
};

/** portkey as its inventory declares it: three control planes that run all workloads, one schematic for all. */
export function portkey(): ClusterDefinition {
  const { machines, ...example } = readExample('portkey');
  return {
    ...example,
    machines: machines.map((machine) => {
      const size = sizes[machine.name];
      return size ? { ...machine, size } : machine;
    }),
    schematics: { 'control-plane': { id: schematicId(schematic), extensions } },
    posted: [stringify(schematic)],
    workOnControlPlanes: true,
    workloads: [
      'cilium.yaml',
      'kube-dns.yaml',
      'coredns-budget.yaml',
      'coredns.yaml',
      'ceph-external.yaml',
      'portkey/volumes.yaml',
      'portkey/home-automation.yaml',
      'portkey/media.yaml',
      'portkey/applications.yaml',
      'portkey/argocd.yaml',
      'portkey/backups.yaml',
    ],
    values: { cilium: 'v1.17.4' },
  };
}
