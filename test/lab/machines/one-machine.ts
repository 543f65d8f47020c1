import { setTimeout as pause } from 'node:timers/promises';
import { FaultPlan } from '../../../lab/faults/fault-plan.js';
import { durationsAt } from '../../../lab/machines/durations.js';
import { LabClock } from '../../../lab/machines/lab-clock.js';
import type { InstallProgress } from '../../../lab/machines/lifecycle-upgrade.js';
import { Machine, type MachineDefinition } from '../../../lab/machines/machine.js';
import type { MachineEvent } from '../../../lab/machines/machine-event.js';
import type { MachineLogLine } from '../../../lab/machines/machine-log.js';
import type { Surroundings } from '../../../lab/machines/surroundings.js';
import { CONTROL_SCHEMATIC, FakeImages, WORKER_SCHEMATIC, installer } from './fake-images.js';
import { FakeParts } from './fake-parts.js';
import { until } from '../../until.js';

/** A machine without a Talos API, as fast as a test needs it. */
export interface LoneMachine {
  readonly machine: Machine;
  readonly parts: FakeParts;
  readonly images: FakeImages;
  readonly faults: FaultPlan;
  readonly clock: LabClock;
  readonly log: MachineLogLine[];
  /** Every event the machine has published, over all its boots. */
  readonly events: MachineEvent[];
  /** Names of its log's events, from the given one on. */
  readonly logged: (from?: string) => string[];
  readonly upgrade: (version: string) => Promise<{ actorId: string }>;
  /** Pulls the image and installs it without a reboot; returns the installer's output. */
  readonly install: (version: string) => Promise<InstallProgress[]>;
  readonly ready: () => Promise<void>;
}

const made: Machine[] = [];

/** To be called after each test: a machine that is left on goes on working during the tests of other files. */
export async function switchOffMachines(): Promise<void> {
  await Promise.all(made.splice(0).map((machine) => machine.powerOff()));
}

/** Creates a machine and, by default, waits until it is ready. `switchOffMachines` switches it off. */
export async function loneMachine(
  options: { on?: boolean } & Partial<
    Pick<MachineDefinition, 'role' | 'version' | 'bootloader' | 'installed'>
  > = {},
): Promise<LoneMachine> {
  const { on = true, role = 'worker', version = 'v1.12.1', ...more } = options;
  const schematic = role === 'worker' ? WORKER_SCHEMATIC : CONTROL_SCHEMATIC;
  const log: MachineLogLine[] = [];
  const surroundings = {
    parts: new FakeParts(),
    images: new FakeImages(),
    faults: new FaultPlan(),
    durations: { ...durationsAt(20), reboot: 30, firmware: 60, slowReboot: 200, quorumCheck: 50, drain: 60 },
    clock: new LabClock(),
    log: (line: MachineLogLine) => log.push(line),
    cluster: (): Machine[] => [machine],
  } satisfies Surroundings;
  const name = role === 'worker' ? 'k8s-work-1' : 'k8s-ctrl-1';
  const machine = await Machine.create(
    { name, role, address: '10.20.67.1', loopback: '127.63.67.1', version, schematic, ...more },
    surroundings,
  );
  made.push(machine);
  const events = recordEvents(machine);
  const lone: LoneMachine = {
    ...surroundings,
    machine,
    log,
    events,
    logged: (from) => {
      const names = log.map(({ event }) => event);
      return from === undefined ? names : names.slice(names.lastIndexOf(from as MachineLogLine['event']));
    },
    upgrade: (to) => machine.upgrade({ image: installer(schematic, to), force: true, rebootMode: 'DEFAULT' }),
    install: async (to) => {
      const said: InstallProgress[] = [];
      const image = installer(schematic, to);
      await machine.pull('system', image);
      await machine.lifecycle.run({ image, namespace: 'system' }, (progress) => said.push(progress));
      return said;
    },
    ready: () => machine.waitFor(({ ready }) => ready, { what: 'ready', timeoutMs: 20_000 }),
  };
  if (on) {
    await machine.powerOn();
    await lone.ready();
  }
  return lone;
}

/** Waits until expectations hold, and checks that they still do a while later. */
export async function comesToStay(expectations: () => void): Promise<void> {
  const holds = (): boolean => {
    try {
      expectations();
      return true;
    } catch {
      return false;
    }
  };
  await until('the expectations hold', holds).catch(() => undefined);
  await pause(120);
  expectations();
}

/** Follows the machine from boot to boot. */
function recordEvents(machine: Machine): MachineEvent[] {
  const events: MachineEvent[] = [];
  let followed = machine.events;
  followed.watch({ tailEvents: -1 }, (event) => events.push(event));
  machine.onChange(() => {
    if (machine.events === followed) return;
    followed = machine.events;
    followed.watch({ tailEvents: -1 }, (event) => events.push(event));
  });
  return events;
}
