import { boot } from './boot.js';
import { Interrupted, pause, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';
import { runSequence, type Phase } from './run-sequence.js';
import { SequenceLock, type HeldSequence } from './sequence-lock.js';
import { stopEverything } from './stop-parts.js';

/** How a sequence ended. */
type Outcome = 'done' | 'fatal' | 'interrupted';

/** The power of a machine, and what runs while it is on: one sequence at a time, from boot to reboot to boot. */
export class MachinePower {
  readonly #machine: Machine;
  readonly #lock = new SequenceLock();
  #on = new AbortController();

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
    if (this.isOn) {
      if (this.#machine.stage !== 'rebooting' || this.#lock.running !== undefined) return;
      await this.switchOff();
    }
    this.#on = new AbortController();
    this.#machine.record('power-on');
    await this.#bootUntilItHolds();
  }

  /** See `Machine.powerOff`. */
  async switchOff(): Promise<void> {
    if (!this.isOn) return;
    this.#machine.record('power-off');
    this.#on.abort();
    await stopEverything(this.#machine);
  }

  /** Runs a sequence that ends with a reboot, whether it succeeds or not. A sequence that may not run is an event. */
  async run(name: 'reboot' | 'upgrade', actorId: string, phases: readonly Phase[]): Promise<void> {
    const machine = this.#machine;
    const held = await this.#lock.acquire(name, this.signal);
    if (held === undefined) {
      const message = 'sequence not started: locked';
      machine.publish({ kind: 'SequenceEvent', sequence: name, action: 'NOOP', error: { code: 'LOCKED', message } });
      return;
    }
    const outcome = await this.#untilEnd(held, () =>
      runSequence(machine, { name, phases, actorId, signal: held.signal }),
    );
    if (outcome !== 'interrupted') await this.#restart(outcome);
  }

  /** Boots; after a fatal error goes back to the last good slot, where there is one, and boots again. */
  async #bootUntilItHolds(): Promise<void> {
    const power = this.signal;
    const held = await this.#lock.acquire('boot', power);
    if (held === undefined) return;
    const outcome = await this.#untilEnd(held, () => boot(this.#machine, held.signal, power));
    if (outcome === 'fatal') await this.#restart(outcome);
  }

  async #untilEnd(held: HeldSequence, run: () => Promise<void>): Promise<Outcome> {
    try {
      await run();
      return 'done';
    } catch (error) {
      if (error instanceof Interrupted) return 'interrupted';
      this.#machine.dmesg.talos(reasonOf(error));
      return 'fatal';
    } finally {
      held.release();
    }
  }

  /** From the end of a sequence through the firmware to the next boot. */
  async #restart(outcome: 'done' | 'fatal'): Promise<void> {
    const machine = this.#machine;
    const power = this.signal;
    try {
      if (outcome === 'fatal') await countDown(machine, power);
      machine.enterStage('rebooting');
      await stopEverything(machine);
      machine.record('down');
      const slow = machine.faults.take('reboot:power-gone', machine.name) !== undefined;
      await pause(machine.durations.reboot + (slow ? machine.durations.slowReboot : 0), power);
      if (machine.faults.take('reboot:firmware-left', machine.name) !== undefined) return;
    } catch (error) {
      if (error instanceof Interrupted) return;
      throw error;
    }
    await this.#bootUntilItHolds();
  }
}

/** What Talos does after a fatal error: the API goes, the boot loader turns back, ten seconds are counted. */
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
