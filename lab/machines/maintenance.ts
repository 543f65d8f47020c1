import { Interrupted, pause } from './interruptible.js';
import type { Machine } from './machine.js';

/** Milliseconds: three weeks and a half. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits in maintenance mode for a configuration that the machine can boot with: its Talos API accepts everybody, and answers few calls.
 * Rejects with Interrupted when the power is cut.
 */
export async function waitForConfiguration(machine: Machine, signal: AbortSignal): Promise<void> {
  const { configuration } = machine.disk;
  machine.dmesg.talos('entering maintenance service');
  machine.publish({ kind: 'TaskEvent', task: 'runningMaintenance', action: 'START' });
  machine.enterStage('maintenance');
  await machine.openApi('maintenance');
  machine.record('maintenance');
  await configuration.complete(signal);
  if (signal.aborted) throw new Interrupted();
  // The sender gets its answer first, as when a server is stopped gracefully.
  await pause(machine.durations.leaveMaintenance, signal);
  await machine.closeApi();
  machine.dmesg.talos('leaving maintenance service');
  machine.publish({ kind: 'TaskEvent', task: 'runningMaintenance', action: 'STOP' });
  machine.enterStage('booting');
}

/** For the boot: the configuration on the disk or the one that came with the machine, or else the one that is sent. */
export async function acquireConfiguration(machine: Machine, signal: AbortSignal): Promise<void> {
  const { configuration } = machine.disk;
  if (machine.disk.needsConfiguration) await waitForConfiguration(machine, signal);
  configuration.load();
  machine.services.expect(machine.role);
  machine.dmesg.talos(`machine configuration loaded for ${machine.hostname}`);
}

/** A part that the cluster rejects retries in vain for as long as the machine is up. */
export async function turnedAway(machine: Machine, service: string, why: string): Promise<void> {
  machine.services.failed(service, why);
  await pause(LONGEST_TIMER, machine.whileUp()).catch(() => undefined);
}
