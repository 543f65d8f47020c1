import { stringify } from 'yaml';
import type { ClusterDefinition } from './cluster-definition.js';

/** What an inventory says besides the cluster itself. */
export interface InventoryTarget {
  /** Talos version that git declares: `v1.12.2`. */
  readonly talos: string;
  /** Public key that snapshots are encrypted to: `age1…`. */
  readonly ageRecipient: string;
  /** Files beside slipway.yaml, by name. */
  readonly files: {
    readonly reader: string;
    readonly admin: string;
    readonly kubeconfig: string;
    readonly snapshots: string;
  };
  readonly speed: number;
}

/** Ends of waits in a lab: real machines take minutes, these take seconds, and a wait in vain should not take long. */
const LIMITS = {
  observe: '30s',
  image: '30s',
  gates: '30s',
  drainSlice: '10s',
  drain: '20s',
  handOver: '20s',
  install: '15s',
  boot: '30s',
  ready: '30s',
  etcdRejoin: '30s',
  check: '10s',
  nodeChecks: '30s',
  snapshot: '60s',
};

/** Times that are always waited in full, in seconds at speed 1. */
const WATCHED_SECONDS = { etcdStable: 2, soakControlPlane: 2, soakCanary: 2, soakWorker: 0 };

/** The text of the `slipway.yaml` of a simulated cluster. */
export function inventoryYaml(definition: ClusterDefinition, target: InventoryTarget): string {
  const { cluster, versions, image, schematics, machines, vip, criticalNamespaces } = definition;
  const watched = Object.entries(WATCHED_SECONDS).map(([name, seconds]): [string, string] => [
    name,
    `${Math.round((seconds * 1000) / target.speed)}ms`,
  ]);
  const inventory = {
    cluster,
    versions: { talos: target.talos, kubernetes: versions.kubernetes },
    access: {
      talos: { reader: { file: target.files.reader }, admin: { file: target.files.admin } },
      kubernetes: { file: target.files.kubeconfig },
    },
    vip,
    image,
    roles: {
      'control-plane': { schematic: schematics['control-plane'].id },
      worker: { schematic: schematics.worker.id },
    },
    nodes: machines.map(({ name, role, address, host, gpu }) => ({
      name,
      role,
      address,
      host,
      ...(gpu ? { gpu } : {}),
    })),
    upgrade: { strategy: { patch: 'in-place' }, workers: { canary: 1, batch: 1 }, drain: { attempts: 3 } },
    snapshot: { directory: target.files.snapshots, recipient: target.ageRecipient },
    gates: { criticalNamespaces },
    limits: { ...LIMITS, ...Object.fromEntries(watched) },
  };
  return `# A simulated cluster: the lab wrote this file, and writes it anew at its next start.\n${stringify(inventory, { lineWidth: 120 })}`;
}
