import { stringify } from 'yaml';
import { schematicId } from '../factory/schematics.js';
import type { ClusterDefinition, ClusterMachine, MachineSchematic } from './cluster-definition.js';
import { readExample } from './example-inventory.js';

/** Both extensions atlas bakes into its images. */
const extensions = ['siderolabs/qemu-guest-agent', 'siderolabs/tailscale'];

const withoutAddress = { customization: { systemExtensions: { officialExtensions: extensions } } };

/** META key of Talos for a network that an image brings along (`MetalNetworkPlatformConfig`). */
const NETWORK_META = 0x0a;

/** atlas as its inventory declares it: each node has its own schematic, because its static address is baked in. */
export function atlas(): ClusterDefinition {
  const { machines, ...example } = readExample('atlas');
  const common = { id: schematicId(withoutAddress), extensions };
  return {
    ...example,
    machines: machines.map((machine) => ({ ...machine, schematic: schematicOfNode(machine) })),
    schematics: { 'control-plane': common, worker: common },
    terraform: { layout: 'image-by-node' },
    posted: [withoutAddress, ...machines.map(schematicDocument)].map((document) => stringify(document)),
    workloads: [
      'cilium.yaml',
      'kube-dns.yaml',
      'coredns-budget.yaml',
      'coredns.yaml',
      'atlas/kube-vip.yaml',
      'web.yaml',
    ],
    values: { cilium: 'v1.16.5' },
  };
}

/** atlas once its machine configurations name the VIP: no machine joins through another one. */
export function atlasByVip(): ClusterDefinition {
  const { endpoint: _endpoint, ...definition } = atlas();
  return definition;
}

/** What atlas' Terraform posts to the factory for a node. */
function schematicDocument({ name, address }: Pick<ClusterMachine, 'name' | 'address'>) {
  return {
    customization: {
      meta: [{ key: NETWORK_META, value: networkOf(name, address) }],
      ...withoutAddress.customization,
    },
  };
}

function schematicOfNode(machine: Pick<ClusterMachine, 'name' | 'address'>): MachineSchematic {
  return { id: schematicId(schematicDocument(machine)), extensions };
}

/** The node's network as Terraform's `yamlencode` writes it: keys sorted, everything quoted. */
function networkOf(name: string, address: string): string {
  const platform = { layer: 'platform' };
  return stringify(
    {
      addresses: [
        {
          address: `${address}/16`,
          family: 'inet4',
          flags: 'permanent',
          ...platform,
          linkName: 'eth0',
          scope: 'global',
        },
      ],
      hostnames: [{ hostname: name, ...platform }],
      resolvers: [{ dnsServers: ['1.1.1.1', '8.8.8.8'], ...platform }],
      routes: [
        {
          dst: '',
          family: 'inet4',
          gateway: '10.0.0.1',
          ...platform,
          outLinkName: 'eth0',
          priority: 1024,
          protocol: 'static',
          scope: 'global',
          table: 'main',
          type: 'unicast',
        },
      ],
    },
    { defaultKeyType: 'QUOTE_DOUBLE', defaultStringType: 'QUOTE_DOUBLE', indentSeq: false, lineWidth: 0 },
  );
}
