import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import type { UnmetCondition } from './machine-event.js';
import { requiredServices } from './service-table.js';

/**
 * Watches, from the stage `running` to the end of the boot, whether the machine is ready, and removes Talos' own cordon as soon as the
 * Kubernetes API accepts it. Ends when the signal aborts.
 */
export function watchReadiness(machine: Machine, signal: AbortSignal): void {
  void follow(machine, signal);
  void takeOwnCordonOff(machine, signal);
}

async function follow(machine: Machine, signal: AbortSignal): Promise<void> {
  try {
    while (!signal.aborted) {
      see(machine, await unmetConditions(machine, signal));
      const { readiness, readinessWhenReady } = machine.durations;
      await pause(machine.ready ? readinessWhenReady : readiness, signal);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  }
}

/** A ready machine does not roll back to its other slot any more. */
function see(machine: Machine, unmet: readonly UnmetCondition[]): void {
  const wasReady = machine.ready;
  if (!machine.boot.see(unmet)) return;
  if (machine.ready && !wasReady) {
    machine.bootSlots.accept();
    machine.dmesg.talos('machine is running and ready');
    machine.record('ready');
  } else if (wasReady && !machine.ready) {
    machine.record('not-ready', unmet.map(({ reason }) => reason).join('; '));
  }
}

async function takeOwnCordonOff(machine: Machine, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await unlessInterrupted(machine.parts.uncordon(machine), signal);
      return;
    } catch (error) {
      if (error instanceof Interrupted) return;
    }
    try {
      await pause(machine.durations.readiness, signal);
    } catch {
      return;
    }
  }
}

const notSynced: UnmetCondition = { name: 'time', reason: 'time is not synced' };

/** The effect of a fault that has just woken on its clock: applied at once, not with the next check. */
export function seeClock(machine: Machine): void {
  const known = machine.unmet.some(({ name }) => name === notSynced.name);
  if (!known && machine.faults.standing('readiness:time', machine.name))
    see(machine, [notSynced, ...machine.unmet]);
}

/** Why a booting or running machine is not ready, in Talos' order and words. */
export async function unmetConditions(machine: Machine, signal: AbortSignal): Promise<UnmetCondition[]> {
  // Checked first: an answer that takes time must not override a newer state.
  const node = await nodeProblem(machine, signal);
  const unmet: UnmetCondition[] = [];
  if (machine.faults.standing('readiness:time', machine.name)) unmet.push(notSynced);
  const services = serviceProblems(machine);
  if (services !== '') unmet.push({ name: 'services', reason: services });
  if (machine.role === 'control-plane' && !machine.apiFrontOpen) {
    unmet.push({ name: 'staticPods', reason: `kube-system/kube-apiserver-${machine.name} not ready` });
  }
  if (node !== '') unmet.push({ name: 'nodeReady', reason: node });
  return unmet;
}

function serviceProblems(machine: Machine): string {
  const services = machine.services.list();
  const problems = services.flatMap(({ id, state, health }) => {
    if (state !== 'Running') return [`${id} not running`];
    return health === 'unhealthy' ? [`${id} not healthy`] : [];
  });
  const known = new Set(services.map(({ id }) => id));
  const absent = requiredServices(machine.role).filter((id) => !known.has(id));
  return [...problems, ...absent.map((id) => `${id} not running`)].join(', ');
}

async function nodeProblem(machine: Machine, signal: AbortSignal): Promise<string> {
  if (machine.services.get('kubelet')?.state !== 'Running') return notReady(machine);
  try {
    const ready = await unlessInterrupted(machine.parts.nodeReady(machine), signal);
    return ready ? '' : notReady(machine);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return `node "${machine.name}" status is not available yet: ${reasonOf(error)}`;
  }
}

function notReady(machine: Machine): string {
  return `node "${machine.name}" is not ready`;
}
