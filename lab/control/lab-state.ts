import type { ArmedFault, FaultPlan, FiredFault } from '../faults/fault-plan.js';
import type { KubernetesCluster } from '../kubernetes/kubernetes-cluster.js';
import type { Machine } from '../machines/machine.js';

/** The answer of `GET /state`. */
export interface LabState {
  readonly machines: readonly MachineState[];
  /** The control plane that holds the VIP. */
  readonly vip: string | undefined;
  readonly faults: {
    readonly armed: readonly ArmedFault[];
    /** Armed once their point is passed. */
    readonly sleeping: readonly ArmedFault[];
    readonly fired: readonly FiredFault[];
  };
  /** Names of processes that ended unexpectedly. */
  readonly accidents: readonly string[];
}

/** One machine in it. */
export interface MachineState {
  readonly name: string;
  readonly role: string;
  readonly power: 'on' | 'off';
  readonly stage: string;
  readonly ready: boolean;
  /** `condition: reason` */
  readonly unmet: readonly string[];
  readonly bootId: string;
  readonly version: string;
  readonly schematic: string;
  readonly booted: string;
  /** The slot of the next boot. */
  readonly defaultSlot: string;
  /** Installed and not booted. */
  readonly armed: boolean;
  readonly installs: number;
  /** Whether its etcd runs; absent on workers. */
  readonly etcd?: boolean;
}

/** The present state of the lab. */
export function labState(
  machines: readonly Machine[],
  kubernetes: KubernetesCluster,
  faults: FaultPlan,
  accidents: readonly string[],
): LabState {
  return {
    machines: machines.map((machine) => machineState(machine, kubernetes)),
    vip: kubernetes.virtualAddress.holder,
    faults: { armed: faults.armed(), sleeping: faults.sleeping(), fired: faults.fired() },
    accidents,
  };
}

/** The present state of one machine. */
export function machineState(machine: Machine, kubernetes: KubernetesCluster): MachineState {
  const { name, role, power, stage, ready, bootId, version, schematic, booted, installs } = machine;
  const { defaultSlot, armed } = machine;
  const unmet = machine.unmet.map((condition) => `${condition.name}: ${condition.reason}`);
  const etcd = kubernetes.etcd.get(name)?.running;
  return {
    name,
    role,
    power,
    stage,
    ready,
    unmet,
    bootId,
    version,
    schematic,
    booted,
    defaultSlot,
    armed,
    installs,
    ...(etcd === undefined ? {} : { etcd }),
  };
}
