import path from 'node:path';
import { toolPath } from '../src/tools/tool-path.js';
import { defaultNamespace } from '../src/workflows/messages.js';
import type { ClusterCertificates } from './certificates.js';
import { loopbackOf, schematicOf } from './clusters/cluster-definition.js';
import { ImageFactory } from './factory/image-factory.js';
import { FaultPlan } from './faults/fault-plan.js';
import { hypervisorFaults } from './hypervisor/hypervisor-faults.js';
import { applyFiles } from './kubernetes/apply-manifests.js';
import { KubernetesCluster, type KubernetesMachine } from './kubernetes/kubernetes-cluster.js';
import type { LabDescription } from './lab-description.js';
import type { LabSettings } from './lab-options.js';
import { createClusterSecrets, type ClusterSecrets } from './machines/configuration/cluster-secrets.js';
import { generateConfiguration } from './machines/configuration/generate-configuration.js';
import { openJsonLines } from './machines/json-lines.js';
import type { MachineLogLine } from './machines/machine-log.js';
import type { ProcessGroup } from './processes/process-group.js';
import { openWorkerPods } from './worker-pods/open-worker-pods.js';
import type { RequestLogLine } from './talos-api/request-log.js';
import { createTalosMachines, type TalosMachines } from './talos-api/talos-machines.js';
import { TemporalServer } from './temporal.js';

/** Every HTTP server of a lab has its own address, so that all can use the default port. */
export const HTTP_PORT = 8080;
const MACHINES_READY_MS = 300_000;

/** Called in reverse order when the lab stops, or failed to start. */
export type Undo = () => Promise<void> | void;

/** Called for each started part. */
export type Tell = (what: string) => void;

/** The machines of the lab: their addresses and first versions. */
export function machinesOf(settings: LabSettings, prefix: string): readonly KubernetesMachine[] {
  const { definition, talos } = settings;
  return definition.machines.map((machine) => {
    const { name, role, address, gpu, size } = machine;
    const schematic = schematicOf(definition, machine).id;
    const untainted = role === 'control-plane' && definition.workOnControlPlanes;
    return {
      name,
      role,
      address,
      loopback: loopbackOf(prefix, address),
      version: talos,
      schematic,
      image: imageOf(settings, schematic),
      ...(gpu ? { gpu } : {}),
      ...(size ? { size } : {}),
      ...(untainted ? { untainted } : {}),
    };
  });
}

function imageOf({ definition, talos }: LabSettings, schematic: string): string {
  return installerImage(definition, { talos, schematic });
}

/** The installer image of a schematic and a version, as the cluster's inventory names them. */
export function installerImage(
  { image }: LabSettings['definition'],
  { talos, schematic }: { readonly talos: string; readonly schematic: string },
): string {
  return `${image.factory}/${image.platform}-installer/${schematic}:${talos}`;
}

/**
 * The machines with the machine configurations they were installed with, and the secrets in those. `unpatched`: those without the cluster's
 * own patches.
 */
export function configuredMachines(
  { definition, kubernetes }: LabSettings,
  machines: readonly KubernetesMachine[],
  certificates: ClusterCertificates,
): {
  readonly machines: readonly KubernetesMachine[];
  readonly unpatched: Readonly<Record<string, string>>;
  readonly secrets: ClusterSecrets;
} {
  const secrets = createClusterSecrets({
    talos: certificates.talos.authority,
    kubernetes: certificates.kubernetes.authority,
    serviceAccountKey: certificates.kubernetes.serviceAccountKey,
  });
  const cluster = {
    name: definition.cluster,
    endpoint: `https://${definition.endpoint ?? definition.vip}:6443`,
    vip: definition.vip,
    kubernetesVersion: kubernetes,
    secrets,
  };
  const configured = machines.map((machine) => ({
    ...machine,
    configuration: generateConfiguration(machine, cluster),
  }));
  const patched = definition.patchFiles ? machines.filter(({ gpu }) => gpu) : [];
  const unpatched = patched.map(({ gpu: _gpu, ...machine }) => [
    machine.name,
    generateConfiguration(machine, cluster),
  ]);
  return {
    machines: configured,
    unpatched: Object.fromEntries(unpatched) as Record<string, string>,
    secrets,
  };
}

/** The log files of the lab's parts. */
export function logFiles(directory: string): LabDescription['logs'] {
  const log = (name: string): string => path.join(directory, `${name}.jsonl`);
  return {
    requests: log('requests'),
    audit: log('audit'),
    fronts: log('fronts'),
    machines: log('machines'),
    factory: log('factory'),
    pods: log('pods'),
  };
}

/** The faults a lab begins with. `record` is called for each that fires at a machine. */
export function armFaults(
  settings: LabSettings,
  machines: readonly KubernetesMachine[],
  record: (machine: string, detail: string) => void,
): FaultPlan {
  const faults = new FaultPlan({
    nodes: machines.map(({ name }) => name),
    onFired: ({ name, node }) => {
      if (node !== undefined) record(node, name);
    },
  });
  const first = settings.hypervisor
    ? settings.faults.filter((one) => !isHypervisorFault(one))
    : settings.faults;
  for (const fault of first) faults.arm(fault);
  return faults;
}

/** Arms the hypervisor's own faults: only after its owner has created the machines, which they would affect. */
export function armHypervisorFaults({ faults: asked, hypervisor }: LabSettings, faults: FaultPlan): void {
  if (hypervisor) for (const fault of asked.filter(isHypervisorFault)) faults.arm(fault);
}

function isHypervisorFault({ name }: LabSettings['faults'][number]): boolean {
  return Object.hasOwn(hypervisorFaults, name);
}

/** The Image Factory; the images that the machines already run count as built. */
export async function startFactory(
  settings: LabSettings,
  host: string,
  faults: FaultPlan,
  log: string,
): Promise<ImageFactory> {
  const { definition, speed } = settings;
  const kinds = [
    ...Object.values(definition.schematics),
    ...definition.machines.map((machine) => schematicOf(definition, machine)),
  ];
  const factory = new ImageFactory({
    host,
    port: HTTP_PORT,
    name: definition.image.factory,
    schematics: Object.fromEntries(kinds.map(({ id, extensions }) => [id, extensions])),
    posted: definition.posted ?? [],
    built: kinds.map(({ id }) => imageOf(settings, id).slice(definition.image.factory.length + 1)),
    faults,
    speed,
    log,
  });
  await factory.start();
  return factory;
}

/** The parts that every half of the lab needs. */
interface Common {
  readonly machines: readonly KubernetesMachine[];
  readonly faults: FaultPlan;
  readonly certificates: ClusterCertificates;
  readonly logs: LabDescription['logs'];
}

/** The Kubernetes half, not started yet. */
export async function createKubernetes(
  settings: LabSettings,
  common: Common & { vip: string; endpoint: string; apiServer: string; processes: ProcessGroup },
): Promise<KubernetesCluster> {
  const { definition, directory, speed, nodeMonitorGraceSeconds, kubernetes } = settings;
  const { processes, logs } = common;
  return new KubernetesCluster({
    ...common,
    cluster: definition.cluster,
    kubernetesVersion: kubernetes,
    workloads: definition.workloads,
    values: definition.values ?? {},
    directory,
    speed,
    nodeMonitorGraceSeconds,
    certificates: common.certificates.kubernetes,
    startPodProcess: openWorkerPods({ processes, directory, log: logs.pods }),
    binaries: {
      etcd: await toolPath('etcd'),
      apiServer: await toolPath('kube-apiserver'),
      controllerManager: await toolPath('kube-controller-manager'),
      scheduler: await toolPath('kube-scheduler'),
    },
  });
}

/** The machines with their Talos APIs, switched off. */
export async function createMachines(
  settings: LabSettings,
  common: Common & { kubernetes: KubernetesCluster; factory: ImageFactory; secrets: ClusterSecrets },
  undo: Undo[],
): Promise<TalosMachines> {
  const machineLog = openJsonLines<MachineLogLine>(common.logs.machines);
  const requestLog = openJsonLines<RequestLogLine>(common.logs.requests);
  undo.push(() => machineLog.close());
  undo.push(() => requestLog.close());
  const talos = await createTalosMachines({
    definitions: common.machines,
    certificates: common.certificates.talos,
    parts: common.kubernetes,
    secrets: common.secrets,
    images: common.factory,
    faults: common.faults,
    speed: settings.speed,
    machineLog: (line) => machineLog.write(line),
    requestLog: (line) => requestLog.write(line),
  });
  undo.push(() => talos.powerOff());
  return talos;
}

/** etcd first, because the API server waits for it; the machines boot meanwhile, and their kubelets wait for both. */
export async function startCluster(
  settings: LabSettings,
  kubernetes: KubernetesCluster,
  talos: TalosMachines,
  tell: Tell,
): Promise<void> {
  const members = [...kubernetes.etcd.values()];
  // One after the other: a new member contacts the others first, and two that listen but do not respond yet wait for 2 s.
  for (const member of members) await member.start();
  tell(`etcd: ${members.length} members`);
  const booted = Promise.all(talos.machines.map((machine) => machine.powerOn()));
  booted.catch(() => undefined); // awaited below, unless the control plane fails first
  await kubernetes.startApiServer();
  tell('kube-apiserver');
  const workloads = async (): Promise<void> => {
    await kubernetes.applyWorkloads();
    if (settings.apply.length > 0) await applyFiles(kubernetes.admin, settings.apply);
  };
  await Promise.all([kubernetes.startControllers(), workloads()]);
  tell('kube-controller-manager, kube-scheduler');
  await booted;
  const wait = { what: 'the machine to be ready', timeoutMs: MACHINES_READY_MS };
  await Promise.all(talos.machines.map((machine) => machine.waitFor(({ ready }) => ready, wait)));
  tell(`${talos.machines.length} machines on Talos ${settings.talos}, each with its kubelet`);
  await kubernetes.workloadsReady();
  tell('workloads');
}

/** A Temporal of the lab's own. */
export async function startTemporal(
  settings: LabSettings,
  processes: ProcessGroup,
  tell: Tell,
): Promise<TemporalServer> {
  const { directory, keepTemporal } = settings;
  const server = await TemporalServer.start({
    usualPorts: true,
    processes,
    binary: await toolPath('temporal'),
    directory,
    keep: keepTemporal,
    namespace: defaultNamespace,
  });
  tell(`Temporal ${server.description.address}, Web UI ${server.description.ui}`);
  return server;
}
