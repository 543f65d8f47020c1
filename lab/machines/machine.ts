import { randomUUID } from 'node:crypto';
import type { FaultPlan } from '../faults/fault-plan.js';
import { firstSlot, type Slot } from './boot-slots.js';
import type { ClusterSecrets } from './configuration/cluster-secrets.js';
import { CurrentBoot } from './current-boot.js';
import type { Durations } from './durations.js';
import { pullImage } from './image-pull.js';
import type { InstallerImage } from './image-source.js';
import { reasonOf } from './interruptible.js';
import { MachineClock } from './lab-clock.js';
import { LifecycleUpgrade } from './lifecycle-upgrade.js';
import type { MachineEventPayload, MachineStage } from './machine-event.js';
import { machineLogLine, type BootPath, type MachineLogEvent, type MachineLogFacts } from './machine-log.js';
import { MachineBody } from './machine-body.js';
import { waitForMachine } from './machine-wait.js';
import type { ApiMode, MachineApi, MachineDefinition, MachineParts } from './machine-parts.js';
import { MachinePower, type LastSequence } from './machine-power.js';
import { MachineView } from './machine-view.js';
import { PulledImages, type ImageNamespace } from './pulled-images.js';
import { bootPathOf, rebootPhases, upgradePhases, type RebootMode, type UpgradeRequest } from './reboot.js';
import type { Surroundings } from './surroundings.js';
import { validateUpgrade } from './upgrade-validation.js';

export type { ApiMode, MachineApi, MachineDefinition, MachineParts } from './machine-parts.js';
export type { MachineStage } from './machine-event.js';
export type { Slot } from './boot-slots.js';
export type { RebootMode, UpgradeRequest } from './reboot.js';

/**
 * A simulated Talos machine: two boot slots, the state of one boot (id, stage, services, events, kernel log), and the sequences that change
 * them. It decides when its parts and its Talos API run; it does not know how they work.
 */
export class Machine extends MachineView {
  readonly definition: MachineDefinition;
  readonly body: MachineBody;
  /** The machine's own clock; a fault can make it wrong. */
  readonly clock: MachineClock;
  readonly pulledImages: PulledImages;
  /** Installs without a reboot, as in Talos 1.13 and later. */
  readonly lifecycle: LifecycleUpgrade;
  /** True while :6443 on this machine's address responds. The boot sets it. */
  apiFrontOpen = false;

  readonly #surroundings: Surroundings;
  readonly #power: MachinePower;
  readonly #listeners = new Set<() => void>();
  #api: MachineApi | undefined;
  #boot: CurrentBoot;

  /** Creates a machine that is switched off. Rejects when the image of its first slot is unknown. */
  static async create(definition: MachineDefinition, surroundings: Surroundings): Promise<Machine> {
    return new Machine(definition, surroundings, await firstSlot(definition, surroundings.images));
  }

  private constructor(definition: MachineDefinition, surroundings: Surroundings, first: Slot) {
    super();
    this.definition = definition;
    this.#surroundings = surroundings;
    this.body = new MachineBody(this, definition, first);
    this.clock = new MachineClock(surroundings.clock);
    this.pulledImages = new PulledImages(this.clock);
    this.lifecycle = new LifecycleUpgrade(this);
    this.#power = new MachinePower(this);
    this.#boot = this.#newBoot('', () => {});
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

  get clusterSecrets(): ClusterSecrets | undefined {
    return this.#surroundings.secrets;
  }

  /** The state of the current boot. */
  get boot(): CurrentBoot {
    return this.#boot;
  }

  /** On, running, without an unmet condition. */
  get ready(): boolean {
    return this.#power.isOn && this.#boot.ready;
  }

  /** Attaches the machine's Talos API. Without one the machine works, and no client can reach it. */
  attachApi(api: MachineApi): void {
    this.#api = api;
  }

  /**
   * Switches the machine on and boots the default slot. Resolves when the boot has ended, in the stage `running` unless it failed or was
   * taken over; readiness comes later. Does nothing when it is on already. A machine that never came back from a reboot boots; a machine
   * that waits for a configuration is not waited for. Rejects when the lab fails, e.g. when the machine's address is in use.
   */
  async powerOn(): Promise<void> {
    if (!this.body.exists)
      throw new Error(`Machine ${this.name} was destroyed: there is nothing to switch on.`);
    const boot = this.#power.switchOn();
    if (this.disk.needsConfiguration) this.#detached(boot);
    else await boot;
    this.#changed();
  }

  /** Cuts the power: everything on the machine stops at once. The slots stay. */
  async powerOff(): Promise<void> {
    await this.#power.switchOff();
    this.#changed();
  }

  /**
   * Replaces the machine by its initial state: its first version in its first slot, no image, its clock right. It is switched off for that,
   * and boots; its disks (etcd's data, its Node's name) stay.
   */
  async reset(): Promise<void> {
    if (!this.body.exists) throw new Error(`Machine ${this.name} was destroyed: replace it first.`);
    await this.powerOff();
    this.bootSlots.reset();
    this.pulledImages.forgetAll();
    this.clock.set();
    this.record('reset-by-lab');
    await this.powerOn();
  }

  /** Reboots through Talos' own sequence, without checks. Returns at once with the actor id of the sequence. */
  reboot(mode: RebootMode): { actorId: string } {
    const actorId = randomUUID();
    this.dmesg.talos(`reboot via API received. actor id: ${actorId}`);
    this.record('reboot-accepted', mode.toLowerCase());
    this.#reboot({ actorId, mode });
    return { actorId };
  }

  /**
   * Switches the boot loader's default slot and reboots, whatever else runs; without a drain or an etcd check. Throws the boot loader's
   * message when there is nothing to roll back to.
   */
  rollback(): void {
    this.dmesg.talos('rollback via API received');
    try {
      this.bootSlots.rollback();
    } catch (error) {
      this.record('rollback-refused', reasonOf(error));
      throw error;
    }
    if (this.faults.take('rollback:written', this.name) !== undefined) this.bootSlots.rollback();
    this.record('rollback-accepted', `next boot takes slot ${this.defaultSlot}`);
    this.#reboot({ actorId: '', mode: 'DEFAULT', takeOver: true });
  }

  /**
   * The legacy upgrade: pulls and tests the image, checks etcd (control planes, unless forced), and then returns while the upgrade
   * continues. Rejects with Talos' message and leaves the machine unchanged when the image or etcd is not in order, or the client has
   * disconnected by then (`caller` aborted). A second request while one runs gets the same answer, without effect.
   */
  async upgrade(request: UpgradeRequest, caller?: AbortSignal): Promise<{ actorId: string }> {
    const actorId = randomUUID();
    const { image, force, rebootMode } = request;
    let content: InstallerImage;
    this.dmesg.talos(`upgrade request received: staged false, force ${force}, reboot mode ${rebootMode}`);
    this.dmesg.talos(`validating "${image}"`);
    try {
      content = await validateUpgrade(this, request, this.#whileOnAnd(caller));
    } catch (error) {
      this.record('upgrade-refused', reasonOf(error));
      throw error;
    }
    this.record('upgrade-accepted', image);
    const phases = upgradePhases(this, request, content);
    this.run({ name: 'upgrade', actorId, phases, via: bootPathOf(rebootMode) });
    return { actorId };
  }

  /**
   * Pulls an installer image into a containerd namespace, unless it is stored there, and returns its content. Rejects as containerd does,
   * and when the power is cut or the client disconnects.
   */
  pull(namespace: ImageNamespace, reference: string, caller?: AbortSignal): Promise<InstallerImage> {
    const signal = this.#whileOnAnd(caller);
    return pullImage(this, this.#surroundings.images, { namespace, reference, signal });
  }

  /** Aborts when what this boot started begins to stop, or the power goes. */
  whileUp(): AbortSignal {
    return AbortSignal.any([this.#power.signal, this.#boot.ended]);
  }

  /** Calls the listener after every change of stage, readiness, service, slots, boot or power, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until a condition holds. Rejects with a sentence with the condition and the machine's state. */
  waitFor(holds: (machine: Machine) => boolean, wait: { what: string; timeoutMs: number }): Promise<void> {
    return waitForMachine(this, holds, wait);
  }

  /** For sequences: adds an event to the current boot. */
  publish(payload: MachineEventPayload, actorId = ''): void {
    this.#boot.publish(payload, actorId);
  }

  /** For events on the machine: writes a line of `machines.jsonl`, and calls the listeners. */
  record(event: MachineLogEvent, detail?: string, facts?: MachineLogFacts): void {
    this.#surroundings.log(machineLogLine(this, event, detail, facts));
    this.#changed();
  }

  /** For sequences: a new stage. */
  enterStage(stage: MachineStage): void {
    if (stage === 'rebooting' && this.stage !== 'rebooting') this.record('rebooting');
    this.#boot.enter(stage);
  }

  /** For the boot: boots the default slot without state of the last boot. True when the slot is new. */
  beginBoot(via: BootPath): boolean {
    const newSlot = this.bootSlots.boot();
    this.disk.configuration.unload();
    this.#boot.end();
    this.pulledImages.forgetMemory();
    this.#boot = this.#newBoot(CurrentBoot.newId(), () => this.#changed());
    this.dmesg.write(`Linux version 6.18.2-talos (Talos ${this.version}, boot slot ${this.booted})`);
    this.record('booting', undefined, { via });
    return newSlot;
  }

  /** For the boot: opens the Talos API, where the machine has a network. */
  async openApi(mode: ApiMode): Promise<void> {
    if (this.body.connected) await this.#api?.open(mode);
  }

  /** For requests: runs a sequence in the background. */
  run(sequence: LastSequence): void {
    this.#detached(this.#power.run(sequence));
  }

  /** For sequences: closes the Talos API and breaks its connections. */
  async closeApi(): Promise<void> {
    await this.#api?.close();
  }

  #reboot({ mode, ...how }: { actorId: string; mode: RebootMode; takeOver?: boolean }): void {
    const phases = rebootPhases(this, mode);
    this.run({ name: 'reboot', phases, via: bootPathOf(mode), ...how });
  }

  #newBoot(id: string, onChange: () => void): CurrentBoot {
    const role = this.disk.needsConfiguration ? undefined : this.role;
    return new CurrentBoot({ name: this.name, role }, id, { onChange, now: () => this.clock.now() });
  }

  #whileOnAnd(caller: AbortSignal | undefined): AbortSignal {
    return caller === undefined ? this.#power.signal : AbortSignal.any([this.#power.signal, caller]);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A failed background sequence must not end the lab: its error is in the log. */
  #detached(work: Promise<void>): void {
    work.catch((error: unknown) => this.record('broken', reasonOf(error)));
  }
}
