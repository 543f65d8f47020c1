import { randomUUID } from 'node:crypto';
import { partitions, type Partition } from './disk.js';
import { leaveEtcd } from './etcd-membership.js';
import { Interrupted, reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';
import { cordonAndDrain, phase, stopAllPods, stopEverything, stopServices, task } from './reboot.js';
import type { Phase } from './run-sequence.js';

/** The request of `talosctl reset`. */
export interface ResetRequest {
  /** Cordons, drains and leaves etcd first. */
  readonly graceful: boolean;
  readonly reboot: boolean;
  /** Labels of partitions to wipe; empty: the whole disk, which cannot boot afterwards. */
  readonly partitions: readonly string[];
  readonly userDisks: readonly string[];
  readonly mode: 'ALL' | 'SYSTEM_DISK' | 'USER_DISKS';
}

/**
 * Talos' own reset. Returns at once with the actor id of the sequence.
 *
 * @throws Error in Talos' words when it names a missing disk or partition; nothing has changed
 */
export function resetMachine(machine: Machine, request: ResetRequest): { actorId: string } {
  const actorId = randomUUID();
  machine.dmesg.talos(`reset request received. actorID: ${actorId}`);
  const wiped = partitionsToWipe(request);
  machine.record('reset-accepted', wiped.join(' '));
  const bootable = !wiped.some((label) => label === 'BOOT' || label === 'EFI' || label === 'BIOS');
  machine.run({
    name: 'reset',
    actorId,
    phases: resetPhases(machine, request, wiped),
    via: bootable ? 'kexec' : 'firmware',
    afterwards: request.reboot ? 'boot' : 'off',
  });
  return { actorId };
}

/** Talos' own shutdown: drains unless it is forced, stops everything, and switches the power off. Takes over from any sequence. */
export function shutDownMachine(machine: Machine, force: boolean): { actorId: string } {
  const actorId = randomUUID();
  machine.dmesg.talos(`shutdown via API received. actor id: ${actorId}`);
  machine.record('shutdown-accepted', force ? 'forced' : undefined);
  const drain = phase('drain', {
    name: 'cordonAndDrainNode',
    run: (signal) => cordonAndDrain(machine, signal),
  });
  const phases = [
    phase('storeShutdown', task('storeShutdownEmergency')),
    ...(force ? [] : [drain]),
    phase('cleanup', { name: 'stopAllPods', run: () => stopAllPods(machine) }),
    phase('dbus', task('stopDBus')),
    ...stopPhases(machine, false),
    phase('shutdown', task('shutdown')),
  ];
  machine.run({ name: 'shutdown', actorId, phases, via: 'firmware', afterwards: 'off', takeOver: true });
  return { actorId };
}

function resetPhases(machine: Machine, request: ResetRequest, wiped: readonly Partition[]): Phase[] {
  const { graceful, reboot } = request;
  const logged =
    (work: () => Promise<void>): (() => Promise<void>) =>
    () =>
      logFailure(machine, work);
  const whole = request.partitions.length === 0;
  const wipe = phase(whole ? 'reset' : 'resetSpec', {
    name: whole ? 'resetSystemDisk' : 'resetSystemDiskSpec',
    run: () => wipePartitions(machine, wiped),
  });
  return [
    ...(graceful
      ? [
          phase('drain', {
            name: 'cordonAndDrainNode',
            run: (signal) => logFailure(machine, () => cordonAndDrain(machine, signal)),
          }),
        ]
      : []),
    phase('cleanup', {
      name: graceful ? 'removeAllPods' : 'stopAllPods',
      run: logged(() => stopAllPods(machine)),
    }),
    phase('dbus', task('stopDBus')),
    ...(graceful && machine.role === 'control-plane'
      ? [phase('leave', { name: 'leaveEtcd', run: (signal) => leaveIfThere(machine, signal) })]
      : []),
    phase('preReset', task('sendResetSignal')),
    ...stopPhases(machine, request.partitions.length > 0),
    phase('forceCleanup', task('forceCleanup')),
    ...(wiped.length > 0 ? [wipe] : []),
    phase(reboot ? 'reboot' : 'shutdown', task(reboot ? 'reboot' : 'shutdown')),
  ];
}

function stopPhases(machine: Machine, kexec: boolean): Phase[] {
  return [
    phase('stopServices', { name: 'stopServicesForUpgrade', run: () => stopServices(machine) }),
    phase('umount', task('unmountPodMounts')),
    phase('unmountBind', task('unmountSystemDiskBindMounts')),
    phase('unmountSystem', task('unmountEphemeralPartition')),
    phase('volumeFinalize', task('teardownLifecycle')),
    ...(kexec ? [phase('kexec', task('kexecPrepare'))] : []),
    phase('stopEverything', { name: 'stopAllServices', run: (signal) => stopEverything(machine, signal) }),
  ];
}

/** A member that does not run here has nothing to leave. */
async function leaveIfThere(machine: Machine, signal: AbortSignal): Promise<void> {
  const state = machine.services.get('etcd')?.state;
  if (state === 'Running' || state === 'Failed') await leaveEtcd(machine, signal);
}

async function wipePartitions(machine: Machine, wiped: readonly Partition[]): Promise<void> {
  for (const partition of wiped) machine.disk.wipe(partition);
  if (wiped.includes('EPHEMERAL')) await machine.parts.wipe(machine);
  machine.record('wiped', wiped.join(' '));
}

/** Talos logs errors here and continues. */
async function logFailure(machine: Machine, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    machine.dmesg.talos(`error: ${reasonOf(error)}`);
  }
}

function partitionsToWipe(request: ResetRequest): readonly Partition[] {
  const [disk] = request.userDisks;
  if (disk !== undefined) {
    if (request.mode === 'SYSTEM_DISK')
      throw new Error(
        "reset failed: invalid input, wipe mode SYSTEM_DISK doesn't support UserDisksToWipe parameter",
      );
    throw new Error(`reset user disk failed: device ${disk} wasn't found`);
  }
  if (request.mode === 'USER_DISKS') {
    if (request.partitions.length === 0) return [];
    throw new Error(
      "reset failed: invalid input, wipe mode USER_DISKS doesn't support SystemPartitionsToWipe parameter",
    );
  }
  if (request.partitions.length === 0) return partitions;
  return request.partitions.map((label) => {
    const found = partitions.find((partition) => partition === label);
    if (found !== undefined) return found;
    const missing = `resource VolumeStatuses.block.talos.dev(runtime/${label}@undefined) doesn't exist`;
    throw new Error(`failed to get volume status with label "${label}": ${missing}`);
  });
}
