import type { LimitsName } from './clusters/lab-limits.js';
import type { WorkerPodSettings } from './worker-pods/worker-pods.js';

/** The settings of a world. */
export interface WorldOptions {
  /** Names the namespace and the folder; one word. */
  readonly name: string;
  /** A cluster of `lab/clusters/clusters.ts`: `atlas`. Default: prox-ops-small. */
  readonly cluster?: string;
  /** Versions that replace that cluster's own: `talos=1.13.8`. */
  readonly versions?: string;
  readonly faults?: readonly string[];
  readonly labArgs?: readonly string[];
  /** The machines are VMs that Terraform created: they can be replaced. */
  readonly hypervisor?: boolean;
  /** Additional environment of the workers only. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Another Temporal than the shared one. */
  readonly temporal?: string;
  /** Base URL of that Temporal's Web UI. */
  readonly webUi?: string;
  /** How long a halted run waits for a person. Default 0s: it ends at once, as most tests want it. */
  readonly decision?: string;
  /** Machines' speed. Default 4. */
  readonly speed?: number;
  /** `short` where faults are drawn: any wait may be in vain. Default `generous`: a test that wants a limit to be reached sets it. */
  readonly limits?: LimitsName;
  /** Runs can be held at steps: `holdAt`. Its worker connects to Temporal through a gateway then. */
  readonly holds?: true;
  /** The workers are pods of the cluster, as in the shipped manifest, instead of one process beside it. */
  readonly workerPods?: WorkerPodSettings;
}

/** Another program that starts the worker. */
export interface WorkerStart {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}
