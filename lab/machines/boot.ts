import { Interrupted, pause, reasonOf, unlessInterrupted } from './interruptible.js';
import type { Machine } from './machine.js';
import { acquireConfiguration, turnedAway } from './maintenance.js';
import type { BootPath, MachineLogEvent } from './machine-log.js';
import { watchReadiness } from './readiness.js';
import { runSequence, type Phase } from './run-sequence.js';

const INITIALIZE = ['systemRequirements', 'earlyServices', 'usb', 'meta', 'dashboard', 'config'] as const;
const BOOT = [
  'memorySizeCheck',
  'diskSizeCheck',
  'env',
  'dbus',
  'ephemeral',
  'udevSetup',
  'userDisks',
  'userSetup',
] as const;

/** How wrong a clock is after the fault `clock-jumps`. */
const CLOCK_JUMP_MS = 2 * 60 * 60 * 1_000;

const TASKS: Record<(typeof INITIALIZE)[number] | (typeof BOOT)[number], string> = {
  systemRequirements: 'enforceKSPPRequirements',
  earlyServices: 'startMachined',
  usb: 'waitForUSB',
  meta: 'reloadMeta',
  dashboard: 'startDashboard',
  config: 'loadConfig',
  memorySizeCheck: 'memorySizeCheck',
  diskSizeCheck: 'diskSizeCheck',
  env: 'setUserEnvVars',
  dbus: 'startDBus',
  ephemeral: 'mountEphemeralPartition',
  udevSetup: 'writeUdevRules',
  userDisks: 'mountUserDisks',
  userSetup: 'writeUserFiles',
};

/**
 * One boot of the default slot, from the kernel's first line to the stage `running`. Readiness comes later, from its own watch. `signal`
 * ends the sequence, `power` also ends what stays after it, `via` is how the kernel was started. Rejects with SequenceFailed when the boot
 * met a fatal error.
 */
export async function boot(
  machine: Machine,
  { signal, power, via }: { signal: AbortSignal; power: AbortSignal; via: BootPath },
): Promise<void> {
  if (machine.faults.take('boot:clock', machine.name) !== undefined) machine.clock.jump(CLOCK_JUMP_MS);
  if (machine.body.takeFirstBoot() && machine.faults.take('boot:first', machine.name) !== undefined)
    await pause(machine.durations.slowFirstBoot, signal);
  const newSlot = machine.beginBoot(via);
  machine.dmesg.write('Linux version 6.12.48-talos (@buildkitsandbox) #1 SMP');
  await runSequence(machine, {
    name: 'initialize',
    phases: initializePhases(machine, newSlot, signal),
    actorId: '',
    signal,
  });
  await runSequence(machine, { name: 'install', phases: [], actorId: '', signal });
  const { talosApi } = machine.membership;
  if (talosApi !== 'none') await machine.openApi(talosApi);
  if (signal.aborted) {
    await machine.closeApi();
    throw new Interrupted();
  }
  startServices(machine, ['apid']);
  await runSequence(machine, { name: 'boot', phases: bootPhases(machine, newSlot), actorId: '', signal });
  machine.enterStage('running');
  machine.record('running');
  watchReadiness(machine, AbortSignal.any([power, machine.boot.ended]));
}

function initializePhases(machine: Machine, newSlot: boolean, signal: AbortSignal): Phase[] {
  return INITIALIZE.map((name): Phase => {
    if (name !== 'config')
      return { name, task: { name: TASKS[name], run: () => pauseFor(machine, INITIALIZE.length, signal) } };
    return {
      name,
      task: {
        name: TASKS[name],
        run: async () => {
          await pauseFor(machine, INITIALIZE.length, signal);
          if (newSlot && machine.faults.take('boot:new-slot', machine.name) !== undefined) {
            throw new Error('failed to validate the machine config: unknown keys found during decoding');
          }
          startServices(machine, ['auditd', 'containerd', 'dashboard', 'machined', 'syslogd', 'udevd']);
          await acquireConfiguration(machine, signal);
        },
      },
    };
  });
}

function bootPhases(machine: Machine, newSlot: boolean): Phase[] {
  const early = BOOT.map((name): Phase => ({
    name,
    task: { name: TASKS[name], run: (signal) => pauseFor(machine, BOOT.length, signal) },
  }));
  return [
    ...early,
    {
      name: 'startEverything',
      task: { name: 'startAllServices', run: (signal) => startAll(machine, newSlot, signal) },
    },
  ];
}

/** Each of the two lists of phases takes half of the boot's time. */
function pauseFor(machine: Machine, phases: number, signal: AbortSignal): Promise<void> {
  return pause(machine.durations.boot / 2 / phases, signal);
}

async function startAll(machine: Machine, newSlot: boolean, signal: AbortSignal): Promise<void> {
  startServices(machine, ['cri']);
  const starting = [startKubelet(machine, newSlot)];
  if (machine.role === 'control-plane') {
    startServices(machine, ['trustd']);
    starting.push(startEtcd(machine), openApiFront(machine));
  }
  for (const part of starting) {
    machine.boot.starting.add(part);
    void part.finally(() => machine.boot.starting.delete(part));
  }
  await unlessInterrupted(Promise.all(starting), signal);
}

async function startEtcd(machine: Machine): Promise<void> {
  if (!machine.body.connected || !machine.membership.etcd)
    return turnedAway(machine, 'etcd', 'failed to build initial etcd cluster: context deadline exceeded');
  if (machine.faults.take('boot:etcd', machine.name) !== undefined) {
    machine.services.failed(
      'etcd',
      'etcd exited with code 1: panic: failed to recover v3 backend from snapshot',
    );
    return;
  }
  await startPart(machine, {
    service: 'etcd',
    started: 'etcd-started',
    start: () => machine.parts.startEtcd(machine),
  });
}

async function startKubelet(machine: Machine, newSlot: boolean): Promise<void> {
  if (!machine.body.connected || !machine.membership.kubernetes)
    return turnedAway(machine, 'kubelet', 'kubelet exited with code 1: failed to run Kubelet: Unauthorized');
  if (newSlot && machine.faults.take('boot:new-slot-kubelet', machine.name) !== undefined) {
    machine.services.failed(
      'kubelet',
      'kubelet exited with code 1: failed to run Kubelet: unknown cgroup driver',
    );
    return;
  }
  const start = (): Promise<void> => machine.parts.startKubelet(machine);
  await startPart(machine, { service: 'kubelet', started: 'kubelet-started', start });
}

async function openApiFront(machine: Machine): Promise<void> {
  const { boot: thisBoot } = machine;
  if (!machine.body.connected || !machine.membership.etcd) return;
  if (machine.faults.take('boot:api-front', machine.name) !== undefined) return;
  try {
    await machine.parts.openApiFront(machine);
    if (thisBoot.ended.aborted) return;
    machine.apiFrontOpen = true;
    machine.record('api-front-up');
  } catch (error) {
    thisBoot.dmesg.talos(`static pod kube-apiserver did not start: ${reasonOf(error)}`);
  }
}

/** A part that starts after its boot has ended is stopped by whoever ended the boot. */
async function startPart(
  machine: Machine,
  part: { service: string; started: MachineLogEvent; start: () => Promise<void> },
): Promise<void> {
  const { boot: thisBoot } = machine;
  try {
    await part.start();
    if (thisBoot.ended.aborted) return;
    thisBoot.services.running(part.service, `Started task ${part.service}`);
    machine.record(part.started);
  } catch (error) {
    thisBoot.services.failed(part.service, reasonOf(error));
  }
}

function startServices(machine: Machine, services: readonly string[]): void {
  for (const service of services) machine.services.running(service);
}
