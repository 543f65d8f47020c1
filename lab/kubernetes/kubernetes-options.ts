import type { ClusterCertificates } from '../certificates.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import type { MachineDefinition } from '../machines/machine.js';
import type { ProcessGroup } from '../processes/process-group.js';
import type { StartPodProcess } from './kubelet/pod-process.js';

/** A machine with the fields that only its kubelet shows. */
export interface KubernetesMachine extends MachineDefinition {
  readonly gpu?: { readonly resource: string; readonly count: number };
  readonly size?: { readonly cpu: string; readonly memory: string };
  /** A control plane without its taint. */
  readonly untainted?: true;
}

/** Paths of the real programs. */
export interface KubernetesBinaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/** The settings of the Kubernetes half of a lab. */
export interface KubernetesOptions {
  readonly cluster: string;
  readonly machines: readonly KubernetesMachine[];
  /** Where the VIP is in the lab: `127.77.67.100`. */
  readonly vip: string;
  /** The server of kubeconfigs in the lab: the VIP, or one control plane. */
  readonly endpoint: string;
  /** Where the one real API server listens: `127.77.0.1`. */
  readonly apiServer: string;
  /** The version that kubelets and static pods report: `v1.35.0`. */
  readonly kubernetesVersion: string;
  /** The workloads: files below `lab/kubernetes/workloads`, in this order. */
  readonly workloads: readonly string[];
  /** The values of `{{name}}` in them, besides `{{kubernetes}}`. */
  readonly values: Readonly<Record<string, string>>;
  readonly speed: number;
  /** Seconds without a Lease until a Node counts as not Ready: 50 with Kubernetes. */
  readonly nodeMonitorGraceSeconds: number;
  readonly directory: string;
  readonly logs: { readonly audit: string; readonly fronts: string };
  readonly processes: ProcessGroup;
  readonly binaries: KubernetesBinaries;
  readonly certificates: ClusterCertificates['kubernetes'];
  readonly faults: FaultPlan;
  readonly startPodProcess: StartPodProcess;
}
