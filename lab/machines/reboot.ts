import { checkHostVersion } from './installer-preflight.js';
import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { Phase, Task } from './run-sequence.js';
import { cutApiFront, stopEtcd, stopKubelet } from './stop-parts.js';

/** How the machine restarts: through the kernel, with the firmware, or at once without stopping anything. */
export type RebootMode = 'DEFAULT' | 'POWERCYCLE' | 'FORCE';

/** What is asked of a machine with `talosctl upgrade`. */
export interface UpgradeRequest {
  readonly image: string;
  /** Skips the look at etcd. */
  readonly force: boolean;
  readonly rebootMode: 'DEFAULT' | 'POWERCYCLE';
}

/** The phases of a reboot: no cordon, no drain. */
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
    phase('kexec', task('kexecPrepare')),
    phase('stopEverything', { name: 'stopAllServices', run: (signal) => stopEverything(machine, signal) }),
    phase('reboot', task('reboot')),
  ];
}

/** The phases of an upgrade in the order of Talos 1.12. */
export function upgradePhases(machine: Machine, request: UpgradeRequest): Phase[] {
  return [
    phase('drain', { name: 'cordonAndDrainNode', run: (signal) => cordonAndDrain(machine, signal) }),
    phase('cleanup', { name: 'stopAllPods', run: () => stopAllPods(machine) }),
    phase('dbus', task('stopDBus')),
    phase('stopServices', { name: 'stopServicesForUpgrade', run: () => stopServices(machine) }),
    phase('unmount', task('unmountPodMounts')),
    phase('unmountBind', task('unmountSystemDiskBindMounts')),
    phase('unmountSystem', task('unmountEphemeralPartition')),
    phase('volumeFinalize', task('teardownLifecycle')),
    phase('upgrade', { name: 'upgrade', run: (signal) => install(machine, request.image, signal) }),
    phase('meta', task('reloadMeta')),
    ...(request.rebootMode === 'DEFAULT' ? [phase('kexec', task('kexecPrepare'))] : []),
    phase('stopEverything', { name: 'stopAllServices', run: (signal) => stopEverything(machine, signal) }),
    phase('reboot', task('reboot')),
  ];
}

function phase(name: string, does: Task): Phase {
  return { name, task: does };
}

function task(name: string): Task {
  return { name };
}

/** The cordon must succeed within the time, or the upgrade fails; what the drain could not do is not asked. */
async function cordonAndDrain(machine: Machine, signal: AbortSignal): Promise<void> {
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
async function stopAllPods(machine: Machine): Promise<void> {
  machine.dmesg.talos('task stopAllPods (1/1): shutting down kubelet gracefully');
  await stopKubelet(machine);
  await cutApiFront(machine);
}

/** Stops `cri` and what stands on it, etcd among it; the Talos API still answers. */
async function stopServices(machine: Machine): Promise<void> {
  await stopEtcd(machine);
  machine.services.stopped('cri');
  machine.services.stopped('trustd');
}

/** The end of this boot's Talos API: nothing after this is seen by anybody. */
async function stopEverything(machine: Machine, signal: AbortSignal): Promise<void> {
  await pause(machine.durations.task, signal);
  await machine.closeApi();
}

async function install(machine: Machine, image: string, signal: AbortSignal): Promise<void> {
  machine.dmesg.talos(`task upgrade (1/1): performing upgrade via "${image}"`);
  machine.record('install-started', image);
  await pause(machine.durations.install, signal);
  const installed = await machine.imageContent(image);
  checkHostVersion(machine.version, installed.version);
  if (machine.faults.take('installer:finished', machine.name) !== undefined) {
    machine.record('install-failed', image);
    throw new Error('task "upgrade" failed: exit code 1');
  }
  const slot = machine.bootSlots.install({ ...installed, image });
  machine.record('install-finished', `${image} into slot ${slot}`);
  machine.dmesg.talos('task upgrade (1/1): upgrade successful');
}
