import type { BootSlots, Slot, SlotName } from './boot-slots.js';
import {
  membershipOf,
  wholeMembership,
  type ClusterSecrets,
  type Membership,
} from './configuration/cluster-secrets.js';
import { hostnameIn, roleIn } from './configuration/machine-configuration.js';
import type { CurrentBoot } from './current-boot.js';
import type { Disk } from './disk.js';
import type { EventBuffer } from './event-buffer.js';
import type { Hardware } from './hardware.js';
import type { KernelLog } from './kernel-log.js';
import type { MachineBody } from './machine-body.js';
import type { MachineStage, UnmetCondition } from './machine-event.js';
import type { MachineDefinition } from './machine-parts.js';
import type { ServiceTable } from './service-table.js';

/** The observable state of a machine: from its definition, its body and its current boot. */
export abstract class MachineView {
  abstract readonly definition: MachineDefinition;
  /** Its hardware and its disk. */
  abstract readonly body: MachineBody;

  /** The secrets of the lab's cluster; undefined where nothing checks them. */
  abstract get clusterSecrets(): ClusterSecrets | undefined;

  /** The state of the current boot. */
  abstract get boot(): CurrentBoot;

  get name(): string {
    return this.definition.name;
  }

  /** The role in its configuration; without one, the role in the cluster's definition. */
  get role(): 'control-plane' | 'worker' {
    const { active } = this.disk.configuration;
    return active === undefined ? this.definition.role : roleIn(active);
  }

  /** The name of its Node and its etcd member. The lab's own name for it does not change. */
  get hostname(): string {
    const { active } = this.disk.configuration;
    if (active === undefined) return this.name;
    return (
      hostnameIn(active) ?? `talos-${this.disk.machineId.slice(0, 3)}-${this.disk.machineId.slice(3, 6)}`
    );
  }

  get disk(): Disk {
    return this.body.disk;
  }

  get hardware(): Hardware {
    return this.body.hardware;
  }

  get bootSlots(): BootSlots {
    return this.disk.bootSlots;
  }

  /** The parts of the cluster that its secrets let it join. */
  get membership(): Membership {
    const { active } = this.disk.configuration;
    if (active === undefined || this.clusterSecrets === undefined) return wholeMembership;
    return membershipOf(active, this.clusterSecrets);
  }

  /** Its stage; meaningless while the power is off. */
  get stage(): MachineStage {
    return this.boot.stage;
  }

  /** Why it is not ready. */
  get unmet(): readonly UnmetCondition[] {
    return this.boot.unmet;
  }

  /** Changes with every boot. Empty before the first one. */
  get bootId(): string {
    return this.boot.id;
  }

  /** Events of the current boot. */
  get events(): EventBuffer {
    return this.boot.events;
  }

  /** Kernel log of the current boot. */
  get dmesg(): KernelLog {
    return this.boot.dmesg;
  }

  /** Services of the current boot. */
  get services(): ServiceTable {
    return this.boot.services;
  }

  /** Talos version that runs, or ran last, e.g. `v1.12.1`. */
  get version(): string {
    return this.bootSlots.running.version;
  }

  /** Schematic that runs, or ran last. */
  get schematic(): string {
    return this.bootSlots.running.schematic;
  }

  /** Extensions of the booted slot, e.g. `siderolabs/qemu-guest-agent`. */
  get extensions(): readonly string[] {
    return this.bootSlots.running.extensions;
  }

  get slots(): { readonly A?: Slot; readonly B?: Slot } {
    return this.bootSlots.slots;
  }

  get booted(): SlotName {
    return this.bootSlots.booted;
  }

  get defaultSlot(): SlotName {
    return this.bootSlots.defaultSlot;
  }

  /** Installed and not booted: the next boot, for whatever reason, uses another slot than the running one. */
  get armed(): boolean {
    return this.bootSlots.armed;
  }

  /** False for a machine that runs from an ISO. */
  get installed(): boolean {
    return this.definition.installed !== false;
  }

  /** How often an installer has written a slot of this machine. */
  get installs(): number {
    return this.bootSlots.installs;
  }
}
