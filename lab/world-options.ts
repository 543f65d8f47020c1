import type { LimitsName } from './clusters/lab-limits.js';
import type { WorkerPodSettings } from './worker-pods/worker-pods.js';

/** What a world is started with. */
export interface WorldOptions {
  /** Names the namespace and the folder; one word. */
  readonly name: string;
  /** A cluster of `lab/clusters/clusters.ts`: `atlas`. Default: prox-ops in small. */
  readonly cluster?: string;
  /** Other versions than that cluster's own: `talos=1.13.8`. */
  readonly versions?: string;
  readonly faults?: readonly string[];
  readonly labArgs?: readonly string[];
  /** The machines are VMs that Terraform made: they can be replaced. */
  readonly hypervisor?: boolean;
  /** What the workers alone are told beside. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Another Temporal than the shared one. */
  readonly temporal?: string;
  /** Base URL of that Temporal's Web UI. */
  readonly webUi?: string;
  /** How long a run that halts waits for a person. Default 0s: it ends at once, as most tests want it. */
  readonly decision?: string;
  /** Machines' speed. Default 4. */
  readonly speed?: number;
  /** `short` where faults are drawn: any wait may be in vain. Default `generous`: whoever wants a limit to be reached sets it. */
  readonly limits?: LimitsName;
  /** Runs can be held at steps: `holdAt`. Its worker speaks to Temporal through a gateway then. */
  readonly holds?: true;
  /** The workers are pods of the cluster, as the shipped manifest has them, and not one process beside it. */
  readonly workerPods?: WorkerPodSettings;
}

/** Another way to start the worker. */
export interface WorkerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
