import { Interrupted, pause } from './interruptible.js';
import type { Machine } from './machine.js';

/** Milliseconds: three weeks and a half. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Waits in maintenance mode until somebody sends a configuration the machine can boot with: anybody can reach its Talos
 * API, and almost nothing is answered there. Rejects with Interrupted when the power goes.
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
  // The answer to whoever sent it goes out first, as when a server is stopped in order.
  await pause(machine.durations.leaveMaintenance, signal);
  await machine.closeApi();
  machine.dmesg.talos('leaving maintenance service');
  machine.publish({ kind: 'TaskEvent', task: 'runningMaintenance', action: 'STOP' });
  machine.enterStage('booting');
}

/** For the boot: the configuration on the disk or the one that came with the machine, or else whatever is sent. */
export async function acquireConfiguration(machine: Machine, signal: AbortSignal): Promise<void> {
  const { configuration } = machine.disk;
  if (machine.disk.needsConfiguration) await waitForConfiguration(machine, signal);
  configuration.load();
  machine.services.expect(machine.role);
  machine.dmesg.talos(`machine configuration loaded for ${machine.hostname}`);
}

/** A part the cluster turns away tries again for as long as the machine is up, and comes to nothing. */
export async function turnedAway(machine: Machine, service: string, why: string): Promise<void> {
  machine.services.failed(service, why);
  await pause(LONGEST_TIMER, machine.whileUp()).catch(() => undefined);
}
