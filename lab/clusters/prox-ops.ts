import type { ClusterDefinition } from './cluster-definition.js';
import { readExample } from './example-inventory.js';
import { proxOpsSchematics } from './prox-ops-small.js';

/** prox-ops as its inventory has it: fifteen machines, two with a card. */
export function proxOps(): ClusterDefinition {
  return {
    ...readExample('prox-ops'),
    schematics: proxOpsSchematics,
    workloads: [
      'cilium.yaml',
      'kube-dns.yaml',
      'coredns-budget.yaml',
      'coredns-on-workers.yaml',
      'flux-system.yaml',
      'postgres.yaml',
      'web.yaml',
      'ceph-external.yaml',
      'prox-ops/multus.yaml',
      'prox-ops/applications.yaml',
      'prox-ops/flux-objects.yaml',
    ],
    values: { cilium: 'v1.18.3' },
  };
}
