import { randomUUID } from 'node:crypto';
import type { FaultPlan } from '../faults/fault-plan.js';
import { BootSlots, firstSlot, type Slot, type SlotName } from './boot-slots.js';
import { CurrentBoot } from './current-boot.js';
import type { Durations } from './durations.js';
import type { EventBuffer } from './event-buffer.js';
import { pullImage } from './image-pull.js';
import type { InstallerImage } from './image-source.js';
import { reasonOf } from './interruptible.js';
import type { KernelLog } from './kernel-log.js';
import type { MachineEventPayload, MachineStage, UnmetCondition } from './machine-event.js';
import { machineLogLine, type MachineLogEvent } from './machine-log.js';
import { waitForMachine } from './machine-wait.js';
import type { MachineApi, MachineDefinition, MachineParts } from './machine-parts.js';
import { MachinePower } from './machine-power.js';
import { PulledImages } from './pulled-images.js';
import { rebootPhases, upgradePhases, type RebootMode, type UpgradeRequest } from './reboot.js';
import type { ServiceTable } from './service-table.js';
import type { Surroundings } from './surroundings.js';
import { validateUpgrade } from './upgrade-validation.js';

export type { MachineApi, MachineDefinition, MachineParts } from './machine-parts.js';
export type { MachineStage, UnmetCondition } from './machine-event.js';
export type { Slot, SlotName } from './boot-slots.js';
export type { RebootMode, UpgradeRequest } from './reboot.js';

/**
 * A simulated Talos machine: two boot slots, what lives for one boot (id, stage, services, events, kernel log), and
 * the sequences that change them. It owns when its parts and its Talos API run; it does not know how they do.
 */
export class Machine {
  readonly definition: MachineDefinition;
  readonly bootSlots: BootSlots;
  readonly pulledImages: PulledImages;
  /** True while :6443 on this machine's address answers. The boot sets it. */
  apiFrontOpen = false;

  readonly #surroundings: Surroundings;
  readonly #power: MachinePower;
  readonly #listeners = new Set<() => void>();
  #api: MachineApi | undefined;
  #boot: CurrentBoot;

  /** Makes a machine that is switched off. Rejects when nobody knows the image its first slot came from. */
  static async create(definition: MachineDefinition, surroundings: Surroundings): Promise<Machine> {
    return new Machine(definition, surroundings, await firstSlot(definition, surroundings.images));
  }

  private constructor(definition: MachineDefinition, surroundings: Surroundings, first: Slot) {
    this.definition = definition;
    this.#surroundings = surroundings;
    this.bootSlots = new BootSlots(first);
    this.pulledImages = new PulledImages(surroundings.clock);
    this.#power = new MachinePower(this);
    this.#boot = new CurrentBoot(definition, '', () => {});
  }

  get name(): string {
    return this.definition.name;
  }

  get role(): 'control-plane' | 'worker' {
    return this.definition.role;
  }

  get parts(): MachineParts {
    return this.#surroundings.parts;
  }

  get faults(): FaultPlan {
    return this.#surroundings.faults;
  }

  get durations(): Durations {
    return this.#surroundings.durations;
  }

  /** Every machine of the cluster. */
  get cluster(): readonly Machine[] {
    return this.#surroundings.cluster();
  }

  /** `off` from the start, and after `powerOff`; a machine in the middle of a reboot is on. */
  get power(): 'on' | 'off' {
    return this.#power.isOn ? 'on' : 'off';
  }

  /** What lives until the next boot. */
  get boot(): CurrentBoot {
    return this.#boot;
  }

  /** Where it is in its life; means nothing while the power is off. */
  get stage(): MachineStage {
    return this.#boot.stage;
  }

  /** On, running, and nothing is unmet. */
  get ready(): boolean {
    return this.#power.isOn && this.#boot.ready;
  }

  /** Why it is not ready. */
  get unmet(): readonly UnmetCondition[] {
    return this.#boot.unmet;
  }

  /** Changes with every boot. Empty before the first one. */
  get bootId(): string {
    return this.#boot.id;
  }

  /** Events of the current boot. */
  get events(): EventBuffer {
    return this.#boot.events;
  }

  /** Kernel log of the current boot. */
  get dmesg(): KernelLog {
    return this.#boot.dmesg;
  }

  /** Services of the current boot. */
  get services(): ServiceTable {
    return this.#boot.services;
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

  /** How often an installer has written a slot of this machine. */
  get installs(): number {
    return this.bootSlots.installs;
  }

  /** Gives the machine its Talos API. Without one the machine works, and nobody can talk to it. */
  attachApi(api: MachineApi): void {
    this.#api = api;
  }

  /**
   * Switches the machine on and boots the default slot. Resolves when the boot has ended, which is the stage
   * `running` unless something went wrong or took over; readiness comes later. Does nothing when it is on already; a
   * machine that never came back from a reboot boots. Rejects when the lab cannot do its part, e.g. when the
   * machine's address is taken.
   */
  async powerOn(): Promise<void> {
    await this.#power.switchOn();
    this.#changed();
  }

  /** Cuts the power: everything on the machine stops at once, whatever it was doing. The slots stay. */
  async powerOff(): Promise<void> {
    await this.#power.switchOff();
    this.#changed();
  }

  /** Reboots through Talos' own sequence. Answers at once with the actor id of the sequence. */
  reboot(mode: RebootMode): { actorId: string } {
    const actorId = randomUUID();
    this.dmesg.talos(`reboot via API received. actor id: ${actorId}`);
    this.#detached(this.#power.run('reboot', actorId, rebootPhases(this, mode)));
    return { actorId };
  }

  /**
   * The legacy upgrade of Talos 1.12: pulls and tries the image, asks etcd (control planes, unless forced), and
   * then answers while the upgrade goes on by itself. Rejects with the words of Talos and leaves the machine as it
   * was when the image or etcd is not in order, or the caller has gone away by then (`caller` aborted). A second
   * request while one runs is answered just the same, and nothing comes of it.
   */
  async upgrade(request: UpgradeRequest, caller?: AbortSignal): Promise<{ actorId: string }> {
    const actorId = randomUUID();
    const { image, force, rebootMode } = request;
    this.dmesg.talos(`upgrade request received: staged false, force ${force}, reboot mode ${rebootMode}`);
    this.dmesg.talos(`validating "${image}"`);
    try {
      await validateUpgrade(this, request, this.#whileOnAnd(caller));
    } catch (error) {
      this.record('upgrade-refused', reasonOf(error));
      throw error;
    }
    this.record('upgrade-accepted', image);
    this.#detached(this.#power.run('upgrade', actorId, upgradePhases(this, request)));
    return { actorId };
  }

  /**
   * Pulls an installer image into a containerd namespace, unless it is there. Rejects as containerd does, and when
   * the power goes or the caller goes away.
   */
  async pull(namespace: 'system' | 'cri', reference: string, caller?: AbortSignal): Promise<void> {
    const signal = this.#whileOnAnd(caller);
    await pullImage(this, this.#surroundings.images, { namespace, reference, signal });
  }

  /** What an installer image would install. Rejects when there is no such image any more. */
  async imageContent(reference: string): Promise<InstallerImage> {
    const content = await this.#surroundings.images.exists(reference);
    if (content === undefined) throw new Error(`${reference}: not found`);
    return content;
  }

  /** Calls the listener after every change of stage, readiness, service, boot or power, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until something holds. Rejects with a sentence that says what was waited for and what the machine is. */
  waitFor(holds: (machine: Machine) => boolean, wait: { what: string; timeoutMs: number }): Promise<void> {
    return waitForMachine(this, holds, wait);
  }

  /** For sequences: adds an event to the current boot. */
  publish(payload: MachineEventPayload, actorId = ''): void {
    this.#boot.publish(payload, actorId);
  }

  /** For sequences: writes a line of `machines.jsonl`. */
  record(event: MachineLogEvent, detail?: string): void {
    this.#surroundings.log(machineLogLine(this, event, detail));
  }

  /** For sequences: a new stage. */
  enterStage(stage: MachineStage): void {
    if (stage === 'rebooting' && this.stage !== 'rebooting') this.record('rebooting');
    this.#boot.enter(stage);
  }

  /** For the boot: takes the default slot and starts with nothing of the last boot. True when the slot is new. */
  beginBoot(): boolean {
    const newSlot = this.bootSlots.boot();
    this.#boot.end();
    this.#boot = new CurrentBoot(this.definition, CurrentBoot.newId(), () => this.#changed());
    this.dmesg.write(`Linux version 6.18.2-talos (Talos ${this.version}, boot slot ${this.booted})`);
    this.record('booting');
    return newSlot;
  }

  /** For the boot: opens the Talos API. */
  async openApi(): Promise<void> {
    await this.#api?.open();
  }

  /** For sequences: closes the Talos API and breaks what goes through it. */
  async closeApi(): Promise<void> {
    await this.#api?.close();
  }

  #whileOnAnd(caller: AbortSignal | undefined): AbortSignal {
    return caller === undefined ? this.#power.signal : AbortSignal.any([this.#power.signal, caller]);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Sequences nobody waits for may not end the lab: what they could not do is in the log. */
  #detached(work: Promise<void>): void {
    work.catch((error: unknown) => this.record('broken', reasonOf(error)));
  }
}
