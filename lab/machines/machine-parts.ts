import type { Bootloader } from './boot-slots.js';
import type { Machine } from './machine.js';

/** The properties of a machine before its first start. */
export interface MachineDefinition {
  /** Host name, Kubernetes node name and etcd member name. */
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** The address in the inventory, e.g. `10.20.67.1`, which requests use. */
  readonly address: string;
  /** The machine's listening address, e.g. `127.77.67.1`. */
  readonly loopback: string;
  /** Talos version of its first boot slot, e.g. `v1.12.1`. */
  readonly version: string;
  /** Schematic id of its first boot slot (64 hex digits). */
  readonly schematic: string;
  /** Installer image of its first boot slot. Default: `factory.talos.dev/nocloud-installer/<schematic>:<version>`. */
  readonly image?: string;
  /** Default: systemd-boot. */
  readonly bootloader?: Bootloader;
  /** False: it runs from an ISO, and rejects every upgrade. Default true. */
  readonly installed?: boolean;
  /** The machine configuration it was installed with, YAML. Default: an unreadable one that fits. */
  readonly configuration?: string;
}

/**
 * The parts of a running machine besides its Talos API: etcd, kubelet and API server. The Kubernetes half of the lab implements it. Each
 * call is idempotent (a stopped part may be stopped again), may run for several machines at once, and may reject: the machine then logs the
 * reason and reports itself not ready.
 */
export interface MachineParts {
  /** Starts this machine's etcd on its kept data. Control planes only. May wait until it responds, not for quorum. */
  startEtcd(machine: Machine): Promise<void>;
  /** Stops this machine's etcd and keeps its data. Control planes only. */
  stopEtcd(machine: Machine): Promise<void>;
  /** Starts the kubelet: Lease, Node status (boot id, version, extensions' resources) and pod status. */
  startKubelet(machine: Machine): Promise<void>;
  stopKubelet(machine: Machine): Promise<void>;
  /** Opens :6443 on the machine's own address. Control planes only. */
  openApiFront(machine: Machine): Promise<void>;
  /** Closes :6443 and breaks its connections. Control planes only. */
  cutApiFront(machine: Machine): Promise<void>;
  /** True when the Node object is Ready and its `nodeInfo.bootID` is this boot's. */
  nodeReady(machine: Machine): Promise<boolean>;
  /** Talos' own cordon: unschedulable and the annotation `talos.dev/cordoned=true`. */
  cordon(machine: Machine): Promise<void>;
  /** Talos' own uncordon: only where the annotation `talos.dev/cordoned` is set; other cordons stay. */
  uncordon(machine: Machine): Promise<void>;
  /** Talos' own drain: evicts what it can within the time, and does not report the rest. */
  evictPods(machine: Machine, timeoutMs: number): Promise<void>;
  /** EPHEMERAL was wiped: etcd's data, and the kubelet's record of its pods. Both are stopped. */
  wipe(machine: Machine): Promise<void>;
  /** The data of the machine's stopped etcd was wiped. Started again, it joins as a new member. */
  wipeEtcd(machine: Machine): Promise<void>;
  /** The hardware identity of a running machine changed: its kubelet reports it from now on. */
  identify(machine: Machine): void;
  /** Another user's evictions of all of its pods, each granted where a budget allows it, and none carried out. */
  leaveEvictionsUndone(machine: Machine): Promise<void>;
}

/**
 * The clients that a machine's Talos API accepts. `secured`: the cluster's client certificates. `maintenance`: everybody, with few calls.
 * `foreign`: another cluster's, which the lab does not know.
 */
export type ApiMode = 'secured' | 'maintenance' | 'foreign';

/** The machine's Talos API listener, which the machine switches on and off. `lab/talos-api` implements it. */
export interface MachineApi {
  /** Binds `<loopback>:50000`. Rejects when the address is in use. */
  open(mode: ApiMode): Promise<void>;
  /** Closes the listener and breaks every connection and stream at once, as a power cut does. */
  close(): Promise<void>;
}
