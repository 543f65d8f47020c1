import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import type { ClusterCertificates } from '../certificates.js';
import type { FaultPlan } from '../faults/fault-plan.js';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import type { Machine, MachineDefinition, MachineParts } from '../machines/machine.js';
import type { ProcessGroup } from '../processes/process-group.js';
import { ApiClient, accessOf, type ApiAccess } from './api-client.js';
import { ApiFront, type FrontLine } from './api-front.js';
import { API_PORT, startApiServer } from './api-server.js';
import { applyFiles } from './apply-manifests.js';
import { writeKubernetesFiles, type KubernetesFiles } from './cluster-files.js';
import { startControllers } from './controllers.js';
import { EtcdMember } from './etcd-member.js';
import { Kubelet } from './kubelet/kubelet.js';
import { cordonAsTalos, evictAsTalos, uncordonAsTalos } from './talos-node-calls.js';
import { VirtualAddress } from './virtual-address.js';
import { VolumeAttacher } from './volume-attacher.js';
import { waitForWorkloads } from './wait-for-workloads.js';

/** A machine with what only its kubelet shows. */
export interface KubernetesMachine extends MachineDefinition {
  readonly gpu?: { readonly resource: string; readonly count: number };
  readonly size?: { readonly cpu: string; readonly memory: string };
  /** A control plane without its taint. */
  readonly untainted?: true;
}

/** Paths of the real programs. */
export interface KubernetesBinaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/** What the Kubernetes half of a lab is made of. */
export interface KubernetesOptions {
  readonly cluster: string;
  readonly machines: readonly KubernetesMachine[];
  /** Where the VIP is in the lab: `127.77.67.100`. */
  readonly vip: string;
  /** Where kubeconfigs point in the lab: the VIP, or one control plane. */
  readonly endpoint: string;
  /** Where the one real API server listens: `127.77.0.1`. */
  readonly apiServer: string;
  /** What kubelets and static pods say they are: `v1.35.0`. */
  readonly kubernetesVersion: string;
  /** What runs in the cluster: files below `lab/kubernetes/workloads`, in this order. */
  readonly workloads: readonly string[];
  /** What `{{name}}` stands for in them, besides `{{kubernetes}}`. */
  readonly values: Readonly<Record<string, string>>;
  readonly speed: number;
  /** Seconds without a Lease until a Node counts as not Ready: 50 with Kubernetes. */
  readonly nodeMonitorGraceSeconds: number;
  readonly directory: string;
  readonly logs: { readonly audit: string; readonly fronts: string };
  readonly processes: ProcessGroup;
  readonly binaries: KubernetesBinaries;
  readonly certificates: ClusterCertificates['kubernetes'];
  readonly faults: FaultPlan;
}

const WORKLOADS_READY_MS = 60_000;
/** Seconds between the VIP's holder's death and the next one's answer, at speed 1. */
const VIP_MOVES_AFTER_SECONDS = 1.5;
/** Kubernetes' kubelet renews its Lease every 10 s. */
const LEASE_EVERY_MS_MOST = 10_000;
/** Talos asks again every 5 s; a lab's minute is shorter. */
const EVICT_AGAIN_SECONDS = 0.5;

/** Real etcd, API server, scheduler and controllers, and what of them lives on each simulated machine. */
export class KubernetesCluster implements MachineParts {
  readonly files: KubernetesFiles;
  /** As `system:masters`, direct to the API server. */
  readonly admin: ApiClient;
  readonly etcd = new Map<string, EtcdMember>();
  readonly virtualAddress: VirtualAddress;
  readonly #options: KubernetesOptions;
  readonly #fronts = new Map<string, ApiFront>();
  readonly #kubelets = new Map<string, Kubelet>();
  /** As each machine's kubelet. */
  readonly #nodeClients = new Map<string, ApiClient>();
  readonly #access = new Map<string, ApiAccess>();
  readonly #frontLog: JsonLines<FrontLine>;
  readonly #attacher: VolumeAttacher;

  /** Writes certificates and kubeconfigs; starts nothing. */
  constructor(options: KubernetesOptions) {
    this.#options = options;
    const { directory, certificates, apiServer, vip, endpoint, cluster, machines, processes } = options;
    this.files = writeKubernetesFiles({ cluster, directory, certificates, apiServer, endpoint });
    this.admin = new ApiClient(accessOf(this.files.adminKubeconfig));
    this.#attacher = new VolumeAttacher(this.admin, (seconds) => this.#scaled(seconds));
    this.#frontLog = openJsonLines<FrontLine>(options.logs.fronts);
    const target = { host: apiServer, port: API_PORT };
    const front = (name: string, host: string): ApiFront =>
      new ApiFront(name, { host, port: API_PORT }, target, this.#frontLog);
    this.virtualAddress = new VirtualAddress(
      front('vip', vip),
      this.#scaled(VIP_MOVES_AFTER_SECONDS),
      (holder) => options.faults.take('vip:holder-down', holder) !== undefined,
    );
    const members = machines.filter((machine) => machine.role === 'control-plane');
    for (const member of members) {
      const place = { processes, binary: options.binaries.etcd, directory, members };
      this.etcd.set(member.name, new EtcdMember(member, place));
      this.#fronts.set(member.name, front(member.name, member.loopback));
    }
  }

  /** Starts the API server, once etcd runs, and then the controllers; answers when all of them are ready. */
  async startControlPlane(): Promise<void> {
    const { processes, binaries, directory, apiServer, logs } = this.#options;
    const etcd = [...this.etcd.values()].map((member) => member.client);
    await startApiServer({
      processes,
      binary: binaries.apiServer,
      directory,
      address: apiServer,
      etcd,
      auditLog: logs.audit,
      files: this.files,
    });
    await startControllers({
      processes,
      binaries,
      directory,
      kubeconfigs: this.files.kubeconfigs,
      authority: this.files.clientAuthority,
      serviceAccountKey: this.files.serviceAccountKey,
      nodeMonitorGraceSeconds: this.#options.nodeMonitorGraceSeconds,
    });
    this.#attacher.start();
  }

  /** Gives Slipway the rights it ships with, and the cluster something that matters. */
  async applyWorkloads(): Promise<void> {
    const { workloads, values, kubernetesVersion } = this.#options;
    const files = [
      'deploy/kubernetes/cluster-role.yaml',
      'lab/kubernetes/slipway-user.yaml',
      ...workloads.map((file) => `lab/kubernetes/workloads/${file}`),
    ];
    await applyFiles(
      this.admin,
      files.map((file) => path.join(projectRoot, file)),
      { ...values, kubernetes: kubernetesVersion },
    );
  }

  /** Waits until all of it runs. */
  async workloadsReady(): Promise<void> {
    await waitForWorkloads(this.admin, WORKLOADS_READY_MS);
  }

  /** Ends everything here that is not a process; processes end with their group. */
  async close(): Promise<void> {
    this.#attacher.stop();
    for (const kubelet of this.#kubelets.values()) kubelet.stop();
    await this.virtualAddress.close();
    await Promise.all([...this.#fronts.values()].map((front) => front.cut()));
    for (const client of this.#nodeClients.values()) client.close();
    this.admin.close();
    this.#frontLog.close();
  }

  startEtcd(machine: Machine): Promise<void> {
    return this.member(machine.name).start();
  }

  stopEtcd(machine: Machine): Promise<void> {
    const member = this.member(machine.name);
    return machine.power === 'on' ? member.stop() : member.kill();
  }

  async startKubelet(machine: Machine): Promise<void> {
    this.#kubelets.get(machine.name)?.stop();
    const kubelet = new Kubelet({
      facts: {
        name: machine.name,
        role: machine.role,
        address: machine.definition.address,
        bootId: machine.bootId,
        talosVersion: machine.version,
        schematic: machine.schematic,
        extensions: machine.extensions,
        kubernetesVersion: this.#options.kubernetesVersion,
        ...this.#partsOf(machine.name),
      },
      access: this.#nodeAccess(machine.name),
      podNetwork: `10.244.${machine.definition.address.split('.')[3]}`,
      leaseEveryMs: Math.min(LEASE_EVERY_MS_MOST, this.#options.nodeMonitorGraceSeconds * 200),
      scaled: (seconds) => this.#scaled(seconds),
      faulty: () => this.#options.faults.standing('kubelet:status', machine.name),
    });
    this.#kubelets.set(machine.name, kubelet);
    kubelet.start();
  }

  /** With the power on it says goodbye first; without, it falls silent. */
  async stopKubelet(machine: Machine): Promise<void> {
    const kubelet = this.#kubelets.get(machine.name);
    if (!kubelet) return;
    if (machine.power === 'on') await kubelet.shutDown();
    else kubelet.stop();
    if (this.#kubelets.get(machine.name) === kubelet) this.#kubelets.delete(machine.name);
  }

  async openApiFront(machine: Machine): Promise<void> {
    await this.#front(machine.name).open();
    await this.virtualAddress.up(machine.name);
  }

  async cutApiFront(machine: Machine): Promise<void> {
    await this.#front(machine.name).cut();
    await this.virtualAddress.down(machine.name);
  }

  async nodeReady(machine: Machine): Promise<boolean> {
    return this.#kubelets.get(machine.name)?.nodeReady === true;
  }

  cordon(machine: Machine): Promise<void> {
    return cordonAsTalos(this.#nodeClient(machine.name), machine.name);
  }

  uncordon(machine: Machine): Promise<void> {
    return uncordonAsTalos(this.#nodeClient(machine.name), machine.name);
  }

  evictPods(machine: Machine, timeoutMs: number): Promise<void> {
    const everyMs = this.#scaled(EVICT_AGAIN_SECONDS);
    return evictAsTalos(this.#nodeClient(machine.name), machine.name, { timeoutMs, everyMs });
  }

  /** The etcd of a control plane; a worker has none. */
  member(name: string): EtcdMember {
    const member = this.etcd.get(name);
    if (!member) throw new Error(`${name} has no etcd. Members: ${[...this.etcd.keys()].join(', ')}.`);
    return member;
  }

  #front(name: string): ApiFront {
    const front = this.#fronts.get(name);
    if (!front) throw new Error(`${name} is no control plane and has no API server.`);
    return front;
  }

  #scaled(seconds: number): number {
    return (seconds * 1000) / this.#options.speed;
  }

  #partsOf(name: string): Pick<KubernetesMachine, 'gpu' | 'size' | 'untainted'> {
    const { gpu, size, untainted } = this.#options.machines.find((machine) => machine.name === name) ?? {};
    return { ...(gpu ? { gpu } : {}), ...(size ? { size } : {}), ...(untainted ? { untainted } : {}) };
  }

  #nodeAccess(name: string): ApiAccess {
    let access = this.#access.get(name);
    if (!access) {
      const { certificates, apiServer } = this.#options;
      const { certificate, key } = certificates.client(`system:node:${name}`, ['system:nodes']);
      access = {
        server: `https://${apiServer}:${API_PORT}`,
        ca: certificates.authority.certificate,
        certificate,
        key,
      };
      this.#access.set(name, access);
    }
    return access;
  }

  #nodeClient(name: string): ApiClient {
    let client = this.#nodeClients.get(name);
    if (!client) {
      client = new ApiClient(this.#nodeAccess(name));
      this.#nodeClients.set(name, client);
    }
    return client;
  }
}
