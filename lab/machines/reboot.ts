import type { InstallerImage } from './image-source.js';
import { runInstaller } from './installer.js';
import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { BootPath } from './machine-log.js';
import type { Phase, Task } from './run-sequence.js';
import { cutApiFront, stopEtcd, stopKubelet } from './stop-parts.js';

/** How the machine restarts: through the kernel, with the firmware, or at once without stopping anything. */
export type RebootMode = 'DEFAULT' | 'POWERCYCLE' | 'FORCE';

/** The request of `talosctl upgrade`. */
export interface UpgradeRequest {
  readonly image: string;
  /** Skips the etcd check. */
  readonly force: boolean;
  /** No effect, except that Talos 1.13 skips the etcd check for it too. */
  readonly preserve?: boolean;
  readonly rebootMode: 'DEFAULT' | 'POWERCYCLE';
}

/** How a reboot in that mode starts the next kernel. */
export function bootPathOf(mode: RebootMode): BootPath {
  return mode === 'DEFAULT' ? 'kexec' : 'firmware';
}

/** The phases of a reboot: no cordon, no drain, no etcd check. */
export function rebootPhases(machine: Machine, mode: RebootMode): Phase[] {
  if (mode === 'FORCE') return [phase('reboot', task('reboot'))];
  return [
    phase('cleanup', { name: 'stopAllPods', run: () => stopAllPods(machine) }),
    phase('dbus', task('stopDBus')),
    phase('stopServices', { name: 'stopServicesForUpgrade', run: () => stopServices(machine) }),
    phase('umount', task('unmountPodMounts')),
    phase('unmountBind', task('unmountSystemDiskBindMounts')),
    phase('unmountSystem', task('unmountEphemeralPartition')),
    phase('volumeFinalize', task('teardownLifecycle')),
    phase('kexec', { name: 'kexecPrepare', run: (signal) => prepareKexec(machine, mode, signal) }),
    phase('stopEverything', { name: 'stopAllServices', run: (signal) => stopEverything(machine, signal) }),
    phase('reboot', task('reboot')),
  ];
}

/** The phases of a legacy upgrade in the order of Talos 1.12 and 1.13. `content` is the image's content. */
export function upgradePhases(machine: Machine, request: UpgradeRequest, content: InstallerImage): Phase[] {
  return [
    phase('drain', { name: 'cordonAndDrainNode', run: (signal) => cordonAndDrain(machine, signal) }),
    phase('cleanup', { name: 'stopAllPods', run: () => stopAllPods(machine) }),
    phase('dbus', task('stopDBus')),
    phase('stopServices', { name: 'stopServicesForUpgrade', run: () => stopServices(machine) }),
    phase('unmount', task('unmountPodMounts')),
    phase('unmountBind', task('unmountSystemDiskBindMounts')),
    phase('unmountSystem', task('unmountEphemeralPartition')),
    phase('volumeFinalize', task('teardownLifecycle')),
    phase('upgrade', { name: 'upgrade', run: (signal) => install(machine, request.image, content, signal) }),
    phase('meta', task('reloadMeta')),
    ...(request.rebootMode === 'DEFAULT' ? [phase('kexec', task('kexecPrepare'))] : []),
    phase('stopEverything', { name: 'stopAllServices', run: (signal) => stopEverything(machine, signal) }),
    phase('reboot', task('reboot')),
  ];
}

export function phase(name: string, does: Task): Phase {
  return { name, task: does };
}

export function task(name: string): Task {
  return { name };
}

/** The cordon must succeed within the time, or the upgrade fails; the drain's result is ignored. */
export async function cordonAndDrain(machine: Machine, signal: AbortSignal): Promise<void> {
  const until = Date.now() + machine.durations.drain;
  machine.dmesg.talos('task cordonAndDrainNode (1/1): waiting for node to be cordoned');
  for (;;) {
    try {
      await unlessInterrupted(machine.parts.cordon(machine), signal);
      break;
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      if (Date.now() >= until) throw new Error('context deadline exceeded', { cause: error });
    }
    await pause(machine.durations.readiness, signal);
  }
  try {
    await unlessInterrupted(machine.parts.evictPods(machine, machine.durations.drain), signal);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    machine.dmesg.talos(`WARNING: failed to evict pod: ${reasonOf(error)}`);
  }
}

/** Stops the kubelet and every pod, the API server among them. */
export async function stopAllPods(machine: Machine): Promise<void> {
  machine.dmesg.talos('task stopAllPods (1/1): shutting down kubelet gracefully');
  await stopKubelet(machine);
  await cutApiFront(machine);
}

/** Stops `cri` and what depends on it, etcd included; the Talos API still responds. */
export async function stopServices(machine: Machine): Promise<void> {
  await stopEtcd(machine);
  machine.services.stopped('cri');
  machine.services.stopped('trustd');
}

/** The end of this boot's Talos API: no client sees anything after it. */
export async function stopEverything(machine: Machine, signal: AbortSignal): Promise<void> {
  await pause(machine.durations.task, signal);
  await machine.closeApi();
}

async function prepareKexec(machine: Machine, mode: RebootMode, signal: AbortSignal): Promise<void> {
  if (mode === 'POWERCYCLE') machine.dmesg.talos('kexec skipped as reboot with power cycle was requested');
  await pause(machine.durations.task, signal);
}

async function install(
  machine: Machine,
  image: string,
  content: InstallerImage,
  signal: AbortSignal,
): Promise<void> {
  machine.dmesg.talos(`task upgrade (1/1): performing upgrade via "${image}"`);
  const print = (line: string): void => machine.dmesg.write(line);
  const end = await runInstaller(machine, { flow: 'legacy', image, content, print, signal });
  if (end.code !== 0) throw new Error(end.reason);
  machine.dmesg.talos('task upgrade (1/1): upgrade successful');
}
