import { rebuildLimits, type LabTerraform } from './lab-terraform.js';

/** What a lab says in place of an inventory's own: short waits, and where its own keys and folders are. */
export interface LabOverlay {
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
  /** `limits.decision`: how long a run that halts waits for a person. `0s`: it ends at once. */
  readonly decision: string;
  /** Left out where the machines have no hypervisor. */
  readonly terraform?: LabTerraform;
}

/** Ends of waits in a lab: real machines take minutes, these take seconds, and a wait in vain should not take long. */
const LIMITS = {
  observe: '30s',
  image: '30s',
  gates: '30s',
  drainSlice: '10s',
  // Three attempts outlast an eviction that was granted and not carried out: two minutes in Kubernetes' own code.
  drain: '60s',
  handOver: '20s',
  install: '15s',
  reboot: '30s',
  boot: '30s',
  ready: '30s',
  etcdRejoin: '30s',
  check: '10s',
  nodeChecks: '30s',
  snapshot: '60s',
};

/** Times that are always waited in full, in seconds at speed 1. */
const WATCHED_SECONDS = { etcdStable: 2, soakControlPlane: 2, soakCanary: 2, soakWorker: 0 };

/** The limits of an inventory in a lab of that speed, with those of rebuilds where machines can be rebuilt. */
export function labLimits({ speed, decision, terraform }: LabOverlay): Readonly<Record<string, string>> {
  const watched = Object.entries(WATCHED_SECONDS).map(([name, seconds]): [string, string] => [
    name,
    `${Math.round((seconds * 1000) / speed)}ms`,
  ]);
  return { decision, ...LIMITS, ...(terraform ? rebuildLimits : {}), ...Object.fromEntries(watched) };
}

/** Credentials of the lab, by reference. */
export function labAccess({ files }: LabOverlay): object {
  return {
    talos: { reader: { file: files.reader }, admin: { file: files.admin } },
    kubernetes: { file: files.kubeconfig },
  };
}

/** Where the lab keeps snapshots, and who can read them. */
export function labSnapshots({ files, ageRecipient }: LabOverlay): { directory: string; recipient: string } {
  return { directory: files.snapshots, recipient: ageRecipient };
}
