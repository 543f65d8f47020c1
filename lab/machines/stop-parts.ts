import { reasonOf } from './interruptible.js';
import type { Machine } from './machine.js';

/** Stops the kubelet; the readiness watch of this boot ends with it. */
export async function stopKubelet(machine: Machine): Promise<void> {
  machine.boot.end();
  if (isRunning(machine, 'kubelet')) machine.record('kubelet-stopped');
  machine.services.stopped('kubelet');
  await stop(machine, 'kubelet', () => machine.parts.stopKubelet(machine));
}

/** Closes :6443 on the machine's address; does nothing on a worker, nor where a fault keeps it open. */
export async function cutApiFront(machine: Machine): Promise<void> {
  if (machine.role === 'worker') return;
  if (machine.faults.standing('stop:api-front', machine.name)) return;
  if (machine.apiFrontOpen) machine.record('api-front-down');
  machine.apiFrontOpen = false;
  await stop(machine, 'kube-apiserver', () => machine.parts.cutApiFront(machine));
}

/** Stops etcd and keeps its data; does nothing on a worker. */
export async function stopEtcd(machine: Machine): Promise<void> {
  if (machine.role === 'worker') return;
  if (isRunning(machine, 'etcd')) machine.record('etcd-stopped');
  machine.services.stopped('etcd');
  await stop(machine, 'etcd', () => machine.parts.stopEtcd(machine));
}

/**
 * The effect of a power cut: the Talos API first, then all parts at once. A part that was being started may come up after its stop, so it
 * is stopped again then.
 */
export async function stopEverything(machine: Machine): Promise<void> {
  const { starting } = machine.boot;
  machine.boot.end();
  await machine.closeApi();
  await stopParts(machine);
  if (starting.size === 0) return;
  await Promise.allSettled(starting);
  await stopParts(machine);
}

async function stopParts(machine: Machine): Promise<void> {
  await Promise.all([stopKubelet(machine), cutApiFront(machine), stopEtcd(machine)]);
}

function isRunning(machine: Machine, service: string): boolean {
  return machine.services.get(service)?.state === 'Running';
}

/** A part that does not stop must not block the machine; the kernel log has the error. */
async function stop(machine: Machine, part: string, stopPart: () => Promise<void>): Promise<void> {
  try {
    await stopPart();
  } catch (error) {
    machine.dmesg.talos(`failed to stop ${part}: ${reasonOf(error)}`);
  }
}
