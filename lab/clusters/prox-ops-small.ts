import type { ClusterDefinition } from './cluster-definition.js';

/** Schematic ids of prox-ops. Their content is unknown; the worker's has the NVIDIA driver. */
export const proxOpsSchematics = {
  'control-plane': {
    id: '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2',
    extensions: ['siderolabs/qemu-guest-agent'],
  },
  worker: {
    id: '990731763242a6b3cf735e49d0f550ce4068b4d0e7f4dfbb49a31799b698877e',
    extensions: [
      'siderolabs/qemu-guest-agent',
      'siderolabs/nvidia-container-toolkit-production',
      'siderolabs/nvidia-open-gpu-kernel-modules-production',
    ],
  },
} satisfies ClusterDefinition['schematics'];

/** A small prox-ops: its three control planes and its first three workers, on Talos 1.12. */
export const proxOpsSmall = {
  cluster: 'prox-ops',
  machines: [
    { name: 'k8s-ctrl-1', role: 'control-plane', address: '10.20.67.1', host: 'baldar' },
    { name: 'k8s-ctrl-2', role: 'control-plane', address: '10.20.67.2', host: 'heimdall' },
    { name: 'k8s-ctrl-3', role: 'control-plane', address: '10.20.67.3', host: 'odin' },
    { name: 'k8s-work-1', role: 'worker', address: '10.20.67.4', host: 'baldar' },
    { name: 'k8s-work-2', role: 'worker', address: '10.20.67.5', host: 'heimdall' },
    { name: 'k8s-work-3', role: 'worker', address: '10.20.67.6', host: 'odin' },
  ],
  vip: '10.20.67.100',
  versions: { talos: 'v1.12.1', target: 'v1.12.2', kubernetes: 'v1.35.0' },
  image: { factory: 'factory.talos.dev', platform: 'nocloud' },
  schematics: proxOpsSchematics,
  criticalNamespaces: ['kube-system', 'flux-system'],
  workloads: [
    'flannel.yaml',
    'kube-dns.yaml',
    'coredns-budget.yaml',
    'coredns-on-workers.yaml',
    'flux-system.yaml',
    'postgres.yaml',
    'web.yaml',
  ],
} satisfies ClusterDefinition;
