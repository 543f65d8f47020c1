import { stringify } from 'yaml';
import { NVIDIA_FILES } from '../machines/configuration/generate-configuration.js';
import type { ClusterDefinition } from './cluster-definition.js';
import { readExample } from './example-inventory.js';
import { proxOpsSchematics } from './prox-ops-small.js';

/** prox-ops as its inventory declares it: fifteen machines, two with a GPU. */
export function proxOps(): ClusterDefinition {
  const example = readExample('prox-ops');
  const withCard = example.machines.filter(({ gpu }) => gpu !== undefined);
  return {
    ...example,
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
    // In its repository nodes wait for all templates, and only the templates have the version.
    terraform: { nodesDependOnTemplates: true, vmsKeepTheirVersion: true },
    patchFiles: Object.fromEntries(
      withCard.map(({ name }) => [
        `talos/patches/${name}/nvidia-gpu.yaml`,
        stringify({ machine: { files: NVIDIA_FILES } }),
      ]),
    ),
  };
}
