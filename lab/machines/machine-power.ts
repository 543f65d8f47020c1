import { boot } from './boot.js';
import { Interrupted, pause } from './interruptible.js';
import type { BootPath } from './machine-log.js';
import type { Machine } from './machine.js';
import { SequenceFailed, runSequence, type Phase } from './run-sequence.js';
import { SequenceLock, type HeldSequence } from './sequence-lock.js';
import { stopEverything } from './stop-parts.js';

/** How a sequence ended. */
type Outcome = 'done' | 'fatal' | 'interrupted';

/** The last sequence of a boot. */
export interface LastSequence {
  readonly name: 'reboot' | 'upgrade' | 'reset' | 'shutdown';
  readonly actorId: string;
  readonly phases: readonly Phase[];
  /** How it starts the next kernel, unless it fails: a failure goes through the firmware. */
  readonly via: BootPath;
  /** What follows its success. Default: the next boot. */
  readonly afterwards?: 'boot' | 'off';
  /** It takes over from any running sequence. */
  readonly takeOver?: boolean;
}

/** The power of a machine, and what runs while it is on: one sequence at a time, from boot to reboot to boot. */
export class MachinePower {
  readonly #machine: Machine;
  readonly #lock = new SequenceLock();
  #on = new AbortController();
  #switchedOff: Promise<void> = Promise.resolve();
  #lost = false;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#on.abort();
  }

  get isOn(): boolean {
    return !this.#on.signal.aborted;
  }

  /** Aborts when the power goes. */
  get signal(): AbortSignal {
    return this.#on.signal;
  }

  /** See `Machine.powerOn`. */
  async switchOn(): Promise<void> {
    if (this.isOn && !this.#lost) return;
    if (this.isOn) await this.switchOff();
    await this.#switchedOff;
    if (this.isOn) return;
    this.#lost = false;
    this.#on = new AbortController();
    this.#machine.record('power-on');
    await this.#start(this.signal, 'firmware');
  }

  /** See `Machine.powerOff`. */
  async switchOff(): Promise<void> {
    if (this.isOn) {
      this.#machine.record('power-off');
      this.#on.abort();
      this.#switchedOff = stopEverything(this.#machine);
    }
    await this.#switchedOff;
  }

  /** Runs the last sequence of a boot; if it fails, the machine reboots. A rejected sequence is an event. */
  async run({ name, actorId, phases, via, takeOver, afterwards }: LastSequence): Promise<void> {
    const machine = this.#machine;
    const power = this.signal;
    const held = await this.#lock.acquire(name, power, takeOver);
    if (held === undefined) {
      const message = 'sequence not started: locked';
      machine.publish({
        kind: 'SequenceEvent',
        sequence: name,
        action: 'NOOP',
        error: { code: 'LOCKED', message },
      });
      return;
    }
    const outcome = await this.#untilEnd(held, () =>
      runSequence(machine, { name, phases, actorId, signal: held.signal }),
    );
    if (outcome === 'done' && afterwards === 'off') await this.#machine.powerOff();
    else if (outcome !== 'interrupted') await this.#restart(outcome, power, via);
  }

  /** Boots; after a fatal error falls back to the last good slot, where there is one, and boots again. */
  async #bootUntilItHolds(power: AbortSignal, via: BootPath): Promise<void> {
    const held = await this.#lock.acquire('boot', power);
    if (held === undefined) return;
    const outcome = await this.#untilEnd(held, () =>
      boot(this.#machine, { signal: held.signal, power, via }),
    );
    if (outcome === 'fatal') await this.#restart(outcome, power, 'firmware');
  }

  /** A failure of the lab, and not of the simulated machine, is rethrown. */
  async #untilEnd(held: HeldSequence, run: () => Promise<void>): Promise<Outcome> {
    try {
      await run();
      return 'done';
    } catch (error) {
      if (error instanceof Interrupted) return 'interrupted';
      if (!(error instanceof SequenceFailed)) throw error;
      this.#machine.dmesg.talos(error.message);
      return 'fatal';
    } finally {
      held.release();
    }
  }

  /** From the end of a sequence to the next boot. */
  async #restart(outcome: 'done' | 'fatal', power: AbortSignal, meant: BootPath): Promise<void> {
    const machine = this.#machine;
    const via = outcome === 'fatal' ? 'firmware' : meant;
    try {
      if (outcome === 'fatal') await countDown(machine, power);
      machine.enterStage('rebooting');
      await stopEverything(machine);
      if (power.aborted) return;
      machine.record('down');
      const slow = machine.faults.take('reboot:power-gone', machine.name) !== undefined;
      const { reboot, firmware, slowReboot } = machine.durations;
      await pause(reboot + (via === 'firmware' ? firmware : 0) + (slow ? slowReboot : 0), power);
    } catch (error) {
      if (error instanceof Interrupted) return;
      throw error;
    }
    if (machine.faults.take('reboot:firmware-left', machine.name) !== undefined)
      this.#lose('it does not boot');
    else await this.#start(power, via);
  }

  async #start(power: AbortSignal, via: BootPath): Promise<void> {
    if (!this.#machine.disk.bootable) this.#lose('there is nothing on its disk to boot from');
    else if (this.#hangsIn(via)) this.#lose('it hangs in the firmware');
    else await this.#bootUntilItHolds(power, via);
  }

  #lose(why: string): void {
    this.#lost = true;
    this.#machine.boot.enter('rebooting');
    this.#machine.record('lost', why);
  }

  /** An upgrade can leave a boot entry behind that only kexec can start. */
  #hangsIn(via: BootPath): boolean {
    const { bootSlots, faults, name } = this.#machine;
    return via === 'firmware' && bootSlots.bootsInstalled && faults.standing('boot:firmware', name);
  }
}

/** Talos' reaction to a fatal error: its API closes, the boot loader reverts, a ten-second countdown follows. */
async function countDown(machine: Machine, power: AbortSignal): Promise<void> {
  machine.enterStage('rebooting');
  await pause(machine.durations.task, power);
  await machine.closeApi();
  if (machine.bootSlots.revert()) {
    machine.record('reverted', `next boot takes slot ${machine.defaultSlot}`);
    machine.dmesg.talos(`reverting failed upgrade, switching to "${machine.defaultSlot}"`);
  }
  machine.dmesg.talos('rebooting in 10 seconds');
  await pause(machine.durations.countdown, power);
}
