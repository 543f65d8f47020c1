import type { ClusterCertificates } from '../certificates.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { durationsAt, type Durations } from '../machines/durations.js';
import type { ImageSource } from '../machines/image-source.js';
import { LabClock } from '../machines/lab-clock.js';
import type { ClusterSecrets } from '../machines/configuration/cluster-secrets.js';
import { Machine, type MachineDefinition, type MachineParts } from '../machines/machine.js';
import type { MachineLog } from '../machines/machine-log.js';
import type { Surroundings } from '../machines/surroundings.js';
import type { RequestLog } from './request-log.js';
import { isTarget } from './request-routing.js';
import { TalosApi } from './talos-api.js';

/** The settings of a cluster of simulated machines. */
export interface TalosMachinesOptions {
  readonly definitions: readonly MachineDefinition[];
  readonly certificates: ClusterCertificates['talos'];
  readonly parts: MachineParts;
  readonly images: ImageSource;
  readonly faults: FaultPlan;
  /** 1 is the default speed; 2 is twice as fast. */
  readonly speed: number;
  /** Durations that differ from those at that speed. */
  readonly durations?: Partial<Durations>;
  /** Default: a clock of its own. */
  readonly clock?: LabClock;
  readonly machineLog: MachineLog;
  readonly requestLog: RequestLog;
  /** The secrets that machine configurations must fit. Default: every one fits. */
  readonly secrets?: ClusterSecrets;
}

/** Simulated machines, each with its Talos API, all switched off at first. */
export interface TalosMachines {
  /** In the order of their definitions. */
  readonly machines: readonly Machine[];
  readonly clock: LabClock;
  /** A machine by its name. Throws a sentence when there is none. */
  machine(name: string): Machine;
  /** Cuts the power of all of them. */
  powerOff(): Promise<void>;
}

/** Creates the machines of a cluster and their Talos APIs. Rejects when a machine's image is not known. */
export async function createTalosMachines(options: TalosMachinesOptions): Promise<TalosMachines> {
  const clock = options.clock ?? new LabClock();
  const machines: Machine[] = [];
  const surroundings: Surroundings = {
    parts: options.parts,
    images: options.images,
    faults: options.faults,
    durations: { ...durationsAt(options.speed), ...options.durations },
    clock,
    log: options.machineLog,
    cluster: () => machines,
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
  };
  machines.push(
    ...(await Promise.all(options.definitions.map((definition) => Machine.create(definition, surroundings)))),
  );
  attachApis(machines, options);
  return {
    machines,
    clock,
    machine: (name) => {
      const machine = machines.find((candidate) => candidate.name === name);
      if (machine !== undefined) return machine;
      throw new Error(
        `There is no machine ${name}. Machines: ${machines.map((one) => one.name).join(', ')}.`,
      );
    },
    powerOff: async () => {
      await Promise.all(machines.map((machine) => machine.powerOff()));
    },
  };
}

function attachApis(machines: readonly Machine[], options: TalosMachinesOptions): void {
  const apis = new Map<Machine, TalosApi>();
  let requests = 0;
  for (const machine of machines) {
    const api = new TalosApi(machine, {
      certificate: options.certificates.server(machine.definition),
      clientAuthority: options.certificates.authority.certificate,
      log: options.requestLog,
      find: (target) => {
        const found = machines.find((candidate) => isTarget(candidate, target));
        return found === undefined ? undefined : apis.get(found)?.target;
      },
      nextRequestId: () => (requests += 1),
    });
    apis.set(machine, api);
    machine.attachApi(api);
  }
}
