import { mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import { createClusterCertificates } from './certificates.js';
import { loopbackOf } from './clusters/cluster-definition.js';
import { startControlServer } from './control/control-server.js';
import type { ImageFactory } from './factory/image-factory.js';
import type { FaultPlan } from './faults/fault-plan.js';
import type { KubernetesCluster } from './kubernetes/kubernetes-cluster.js';
import type { HypervisorDescription, LabDescription } from './lab-description.js';
import { writeLabFiles, type LabFiles } from './lab-files.js';
import { startLabHypervisor } from './lab-hypervisor.js';
import { labSettings, type LabOptions, type LabSettings } from './lab-options.js';
import {
  HTTP_PORT,
  armFaults,
  configuredMachines,
  createKubernetes,
  createMachines,
  installerImage,
  logFiles,
  machinesOf,
  startCluster,
  startFactory,
  startTemporal,
  type Tell,
  type Undo,
} from './lab-parts.js';
import { LabHypervisorAdapter } from './machines/hypervisor-adapter/lab-hypervisor-adapter.js';
import { prepareLabDirectory } from './processes/lab-directory.js';
import { describeExit } from './processes/lab-process.js';
import { stopLeftOvers } from './processes/left-overs.js';
import { takeLoopback } from './processes/loopback.js';
import { ProcessGroup } from './processes/process-group.js';
import { writeAtomically } from './processes/write-atomically.js';
import { Renewal } from './renewal/renewal.js';
import type { TalosMachines } from './talos-api/talos-machines.js';
import type { TemporalServer } from './temporal.js';

export type { LabOptions } from './lab-options.js';
export type { LabDescription } from './lab-description.js';

/** A running lab, for code in its own process. Others read `lab.json` and use the control server. */
export interface Lab {
  readonly description: LabDescription;
  readonly talos: TalosMachines;
  /** The hypervisor that destroys and replaces its machines. */
  readonly room: LabHypervisorAdapter;
  readonly kubernetes: KubernetesCluster;
  readonly factory: ImageFactory;
  readonly faults: FaultPlan;
  readonly temporal: TemporalServer | undefined;
  /** Stops everything the lab started. May be called again. */
  stop(): Promise<void>;
  /** Resolves when the lab has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
}

/** Last numbers of the lab's own addresses: `127.77.0.<n>`; all use default ports. */
const PLACES = { apiServer: 1, factory: 2, control: 3, temporal: 4, hypervisor: 5 };

/**
 * Starts a lab and resolves when everything is ready: machines, Kubernetes, its workloads, and Temporal where it was requested. Leftovers
 * of an earlier lab in the same folder are stopped first.
 *
 * @throws with the reason when a part does not start; everything is stopped then
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const undo: Undo[] = [];
  const undoAll = async (): Promise<void> => {
    for (let last = undo.pop(); last; last = undo.pop()) {
      try {
        await last();
      } catch (error) {
        // Parts that start later must still be stopped.
        options.onProgress?.(`while stopping: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  try {
    return await assemble(labSettings(options), undo, undoAll);
  } catch (error) {
    await undoAll();
    throw error;
  }
}

/** The parts of a running lab. */
type Parts = Omit<Lab, 'description' | 'stop' | 'stopped'> & {
  readonly logs: LabDescription['logs'];
  readonly files: LabFiles;
  readonly hypervisor: HypervisorDescription | undefined;
  readonly accidents: readonly string[];
};

async function assemble(settings: LabSettings, undo: Undo[], undoAll: () => Promise<void>): Promise<Lab> {
  const began = Date.now();
  const tell = (what: string): void => {
    settings.onProgress(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${what}`);
  };
  const accidents: string[] = [];
  const { prefix, processes } = await takePlace(settings, undo, tell, accidents);
  const parts = await startParts(settings, { prefix, processes, accidents, undo, tell });

  let settle = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (settle = resolve));
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= undoAll().finally(settle));
  const address = { host: `${prefix}.0.${PLACES.control}`, port: HTTP_PORT };
  const renewal = new Renewal({ ...parts, directory: settings.directory });
  const control = await startControlServer(address, { ...parts, renewal, stop: () => void stop() });
  undo.push(() => closeServer(control));

  const description = describe(settings, prefix, parts, `http://${address.host}:${address.port}`);
  const handOff = path.join(settings.directory, 'lab.json');
  undo.push(() => rmSync(handOff, { force: true }));
  writeAtomically(handOff, `${JSON.stringify(description, null, 2)}\n`);
  tell('ready');
  return { ...parts, description, stop, stopped };
}

async function startParts(
  settings: LabSettings,
  place: { prefix: string; processes: ProcessGroup; accidents: readonly string[]; undo: Undo[]; tell: Tell },
): Promise<Parts> {
  const { prefix, processes, accidents, undo, tell } = place;
  const { directory, definition } = settings;
  const host = (which: keyof typeof PLACES): string => `${prefix}.0.${PLACES[which]}`;
  const temporal = settings.temporal ? startTemporal(settings, processes, tell) : undefined;
  temporal?.catch(() => undefined); // awaited below, unless something else fails first

  const places = machinesOf(settings, prefix);
  const vip = loopbackOf(prefix, definition.vip);
  const apiServer = host('apiServer');
  const certificates = createClusterCertificates({
    machines: places,
    vip: { address: definition.vip, loopback: vip },
    apiServer,
  });
  const { machines, unpatched, secrets } = configuredMachines(settings, places, certificates);
  const logs = logFiles(directory);
  let record = (_machine: string, _fault: string): void => undefined; // until there are machines to record it
  const faults = armFaults(settings, machines, (machine, fault) => record(machine, fault));
  const factory = await startFactory(settings, host('factory'), faults, logs.factory);
  undo.push(() => factory.stop());
  const common = { machines, faults, certificates, logs };
  const endpoint = definition.endpoint === undefined ? vip : loopbackOf(prefix, definition.endpoint);
  const kubernetes = await createKubernetes(settings, { ...common, vip, endpoint, apiServer, processes });
  undo.push(() => kubernetes.close());
  const talos = await createMachines(settings, { ...common, kubernetes, factory, secrets }, undo);
  const room = new LabHypervisorAdapter({
    machines: talos.machines,
    images: factory,
    imageOf: (image) => installerImage(definition, image),
  });
  record = (machine, fault) => talos.machine(machine).record('fault', fault);
  const hypervisor = await startLabHypervisor(settings, { host: host('hypervisor'), room, faults, undo });
  const files = await writeLabFiles({
    directory,
    definition,
    machines,
    unpatched,
    vip,
    factoryUrl: factory.url,
    declared: { talos: settings.target, kubernetes: settings.kubernetes },
    tell,
    speed: settings.speed,
    limits: settings.limits,
    decision: settings.decision,
    certificates: certificates.talos,
    kubeconfig: kubernetes.files.kubeconfigs.slipway,
    ...(hypervisor ? { hypervisor: hypervisor.description } : {}),
  });
  tell(`certificates, Image Factory ${factory.url}`);
  await Promise.all([startCluster(settings, kubernetes, talos, tell), hypervisor?.makeMachines(tell)]);
  return {
    talos,
    room,
    kubernetes,
    factory,
    faults,
    temporal: await temporal,
    logs,
    files,
    accidents,
    hypervisor: hypervisor?.description,
  };
}

function describe(settings: LabSettings, prefix: string, parts: Parts, control: string): LabDescription {
  const { kubernetes, talos, temporal, hypervisor } = parts;
  return {
    cluster: settings.definition.cluster,
    seed: settings.seed,
    speed: settings.speed,
    loopback: prefix,
    directory: settings.directory,
    pid: process.pid,
    control,
    ...parts.files,
    kubeconfig: { slipway: kubernetes.files.kubeconfigs.slipway, admin: kubernetes.files.kubeconfigs.admin },
    ...(temporal ? { temporal: temporal.description } : {}),
    logs: parts.logs,
    ...(hypervisor ? { hypervisor } : {}),
    etcd: [...kubernetes.etcd.values()].map(({ name, client }) => ({ name, client })),
    machines: talos.machines.map(({ definition: { name, role, address, loopback } }) => ({
      name,
      role,
      address,
      loopback,
    })),
  };
}

/** Its own folder and loopback network, without leftovers of an earlier lab. */
async function takePlace(
  settings: LabSettings,
  undo: Undo[],
  tell: Tell,
  accidents: string[],
): Promise<{ prefix: string; processes: ProcessGroup }> {
  const { directory } = settings;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const left = await stopLeftOvers(directory);
  if (left.length > 0)
    tell(`stopped what the last lab left running: ${left.map((each) => each.name).join(', ')}`);
  prepareLabDirectory(directory, { keepTemporal: settings.keepTemporal });
  const loopback = takeLoopback();
  undo.push(() => loopback.release());
  const processes = new ProcessGroup(directory, (ended, exit) => {
    accidents.push(`${ended.name}: ${describeExit(exit)}`);
    tell(
      `${ended.name} ended though nobody had asked it to (${describeExit(exit)}). Its log: ${ended.spec.logFile}`,
    );
  });
  undo.push(() => processes.stopAll());
  tell(`loopback network ${loopback.prefix}.0.0/16, seed ${settings.seed}`);
  return { prefix: loopback.prefix, processes };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
