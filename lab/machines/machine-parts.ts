import type { Bootloader } from './boot-slots.js';
import type { Machine } from './machine.js';

/** What a machine is, before it is switched on for the first time. */
export interface MachineDefinition {
  /** Host name, Kubernetes node name and etcd member name. */
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** The address the inventory has, e.g. `10.20.67.1`: what requests name the machine by. */
  readonly address: string;
  /** Where the machine really listens, e.g. `127.77.67.1`. */
  readonly loopback: string;
  /** Talos version of its first boot slot, e.g. `v1.12.1`. */
  readonly version: string;
  /** Schematic id of its first boot slot (64 hex digits). */
  readonly schematic: string;
  /**
   * Installer image its first boot slot came from.
   * Default: `factory.talos.dev/nocloud-installer/<schematic>:<version>`.
   */
  readonly image?: string;
  /** Default: systemd-boot. */
  readonly bootloader?: Bootloader;
  /** False: it runs from an ISO, and refuses every upgrade. Default true. */
  readonly installed?: boolean;
  /** The machine configuration it was installed with, YAML. Default: one nobody can look at, and that fits. */
  readonly configuration?: string;
}

/**
 * What a running machine carries besides its Talos API: etcd, kubelet and API server. The Kubernetes half of the
 * lab implements it. Each call is idempotent (a stopped part may be stopped again), may be called for several
 * machines at once, and may reject: the machine then logs the reason and reports itself not ready.
 */
export interface MachineParts {
  /** Starts this machine's etcd on its kept data. Control planes only. May wait until it answers, not for quorum. */
  startEtcd(machine: Machine): Promise<void>;
  /** Stops this machine's etcd and keeps its data. Control planes only. */
  stopEtcd(machine: Machine): Promise<void>;
  /** Starts the kubelet: Lease, Node status (boot id, version, extensions' resources) and pod status. */
  startKubelet(machine: Machine): Promise<void>;
  stopKubelet(machine: Machine): Promise<void>;
  /** Opens :6443 on the machine's own address. Control planes only. */
  openApiFront(machine: Machine): Promise<void>;
  /** Closes :6443 and breaks what goes through it. Control planes only. */
  cutApiFront(machine: Machine): Promise<void>;
  /** True when the Node object is Ready and its `nodeInfo.bootID` is this boot's. */
  nodeReady(machine: Machine): Promise<boolean>;
  /** Talos' own cordon: unschedulable and the annotation `talos.dev/cordoned=true`. */
  cordon(machine: Machine): Promise<void>;
  /** Talos' own uncordon: only where the annotation `talos.dev/cordoned` is there; anybody else's cordon stays. */
  uncordon(machine: Machine): Promise<void>;
  /** Talos' own drain: evicts what it can within the time, and says nothing about what it could not. */
  evictPods(machine: Machine, timeoutMs: number): Promise<void>;
  /** What lay on EPHEMERAL is gone: etcd's data, and whatever the kubelet knows of its pods. Both are stopped. */
  wipe(machine: Machine): Promise<void>;
  /** The data of the machine's etcd, which is stopped, is gone. Started again, it joins as a new member. */
  wipeEtcd(machine: Machine): Promise<void>;
  /** The hardware of a running machine has another identity: its kubelet says so from now on. */
  identify(machine: Machine): void;
  /** Somebody's evictions of all of its pods, each granted where a budget allows it, and none carried out. */
  leaveEvictionsUndone(machine: Machine): Promise<void>;
}

/**
 * Whom a machine's Talos API answers. `secured`: holders of the cluster's client certificates. `maintenance`: everybody, and
 * almost nothing. `foreign`: holders of another cluster's, whom the lab does not know.
 */
export type ApiMode = 'secured' | 'maintenance' | 'foreign';

/** The machine's Talos API listener, as the machine switches it on and off. `lab/talos-api` implements it. */
export interface MachineApi {
  /** Binds `<loopback>:50000`. Rejects when the address is taken. */
  open(mode: ApiMode): Promise<void>;
  /** Closes the listener and breaks every connection and stream at once, as a power cut does. */
  close(): Promise<void>;
}
