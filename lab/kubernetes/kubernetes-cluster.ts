import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';
import { openJsonLines, type JsonLines } from '../machines/json-lines.js';
import type { Machine, MachineParts } from '../machines/machine.js';
import { ApiClient, accessOf } from './api-client.js';
import { ApiFront, type FrontLine } from './api-front.js';
import { API_PORT, apiServerReady, startApiServer } from './api-server.js';
import { applyFiles } from './apply-manifests.js';
import { writeKubernetesFiles, type KubernetesFiles } from './cluster-files.js';
import { startControllers } from './controllers.js';
import { EtcdMember, type EtcdPlace } from './etcd-member.js';
import { Kubelet } from './kubelet/kubelet.js';
import { factsOf } from './kubelet/facts-of-machine.js';
import type { KubernetesOptions } from './kubernetes-options.js';
import { NodeClients } from './node-clients.js';
import { cordonAsTalos, evictAsTalos, uncordonAsTalos } from './talos-node-calls.js';
import { leaveEvictionsUndone } from './undone-evictions.js';
import { VirtualAddress } from './virtual-address.js';
import { VolumeAttacher } from './volume-attacher.js';
import { waitForWorkloads } from './wait-for-workloads.js';

export type { KubernetesMachine } from './kubernetes-options.js';

const WORKLOADS_READY_MS = 300_000;
/** Seconds between the death of the VIP's holder and the takeover by the next one, at speed 1. */
const VIP_MOVES_AFTER_SECONDS = 1.5;
/** Kubernetes' kubelet renews its Lease every 10 s. */
const LEASE_EVERY_MS_MOST = 10_000;
/** Talos retries every 5 s; a lab's minute is shorter. */
const EVICT_AGAIN_SECONDS = 0.5;
/** Talos tries every 3 s to join etcd, and every 15 s to be promoted. */
const JOIN_AGAIN_SECONDS = 1.5;

/** Real etcd, API server, scheduler and controllers, and the parts on each simulated machine. */
export class KubernetesCluster implements MachineParts {
  readonly files: KubernetesFiles;
  /** As `system:masters`, directly to the API server. */
  readonly admin: ApiClient;
  readonly etcd = new Map<string, EtcdMember>();
  readonly virtualAddress: VirtualAddress;
  readonly #options: KubernetesOptions;
  readonly #fronts = new Map<string, ApiFront>();
  readonly #kubelets = new Map<string, Kubelet>();
  /** As each machine's kubelet. */
  readonly #nodes: NodeClients;
  /** Machines whose next kubelet starts without earlier state. */
  readonly #wiped = new Set<string>();
  readonly #frontLog: JsonLines<FrontLine>;
  readonly #attacher: VolumeAttacher;

  /** Writes certificates and kubeconfigs; starts nothing. */
  constructor(options: KubernetesOptions) {
    this.#options = options;
    const { directory, certificates, apiServer, vip, endpoint, cluster } = options;
    this.files = writeKubernetesFiles({ cluster, directory, certificates, apiServer, endpoint });
    this.admin = new ApiClient(accessOf(this.files.adminKubeconfig));
    this.#nodes = new NodeClients(`https://${apiServer}:${API_PORT}`, certificates);
    this.#attacher = new VolumeAttacher(this.admin, (seconds) => this.#scaled(seconds));
    this.#frontLog = openJsonLines<FrontLine>(options.logs.fronts);
    this.virtualAddress = new VirtualAddress(
      this.#newFront('vip', vip),
      this.#scaled(VIP_MOVES_AFTER_SECONDS),
      (holder) => options.faults.take('vip:holder-down', holder) !== undefined,
    );
    for (const member of this.#etcdPlace.members)
      this.etcd.set(member.name, new EtcdMember(member, this.#etcdPlace));
  }

  /** Starts the API server, once etcd runs; resolves when it serves kubelets and administrators. */
  async startApiServer(): Promise<void> {
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
  }

  /** Starts scheduler and controllers as soon as the API server is ready for them. */
  async startControllers(): Promise<void> {
    const { processes, binaries, directory } = this.#options;
    await apiServerReady(this.admin);
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

  /** Applies Slipway's shipped permissions, and the workloads. */
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

  /** Stops everything here that is not a process; processes end with their group. */
  async close(): Promise<void> {
    this.#attacher.stop();
    for (const kubelet of this.#kubelets.values()) kubelet.stop();
    await this.virtualAddress.close();
    await Promise.all([...this.#fronts.values()].map((front) => front.cut()));
    this.#nodes.close();
    this.admin.close();
    this.#frontLog.close();
  }

  startEtcd(machine: Machine): Promise<void> {
    return this.#memberOf(machine).start({
      learner: (id) => machine.record('etcd-learner', id),
      voter: (id) => machine.record('etcd-voter', id),
      mayBecomeVoter: () => !this.#options.faults.standing('etcd:promoting', machine.name),
    });
  }

  stopEtcd(machine: Machine): Promise<void> {
    const member = this.etcd.get(machine.name);
    if (!member) return Promise.resolve();
    return machine.power === 'on' ? member.stop() : member.kill();
  }

  async startKubelet(machine: Machine): Promise<void> {
    this.#kubelets.get(machine.name)?.stop();
    const kubelet = new Kubelet({
      facts: factsOf(machine, this.#options),
      access: this.#nodes.access(machine.hostname),
      newMachine: this.#wiped.delete(machine.name),
      podNetwork: `10.244.${machine.definition.address.split('.')[3]}`,
      leaseEveryMs: Math.min(LEASE_EVERY_MS_MOST, this.#options.nodeMonitorGraceSeconds * 200),
      scaled: (seconds) => this.#scaled(seconds),
      faulty: () => this.#options.faults.standing('kubelet:status', machine.name),
      startProcess: this.#options.startPodProcess,
    });
    this.#kubelets.set(machine.name, kubelet);
    kubelet.start();
  }

  /** With the power on it reports its shutdown first; without, it stops at once. */
  async stopKubelet(machine: Machine): Promise<void> {
    const kubelet = this.#kubelets.get(machine.name);
    if (!kubelet) return;
    if (machine.power === 'on') await kubelet.shutDown();
    else kubelet.stop();
    if (this.#kubelets.get(machine.name) === kubelet) this.#kubelets.delete(machine.name);
  }

  async wipe(machine: Machine): Promise<void> {
    this.#wiped.add(machine.name);
    await this.wipeEtcd(machine);
  }

  async wipeEtcd(machine: Machine): Promise<void> {
    await this.etcd.get(machine.name)?.destroy();
  }

  identify(machine: Machine): void {
    this.#kubelets.get(machine.name)?.identify(factsOf(machine, this.#options).systemUuid);
  }

  async openApiFront(machine: Machine): Promise<void> {
    await this.#front(machine).open();
    await this.virtualAddress.up(machine.name);
  }

  async cutApiFront(machine: Machine): Promise<void> {
    await this.#front(machine).cut();
    await this.virtualAddress.down(machine.name);
  }

  async nodeReady(machine: Machine): Promise<boolean> {
    return this.#kubelets.get(machine.name)?.nodeReady === true;
  }

  cordon(machine: Machine): Promise<void> {
    return cordonAsTalos(this.#nodes.client(machine.hostname), machine.hostname);
  }

  uncordon(machine: Machine): Promise<void> {
    return uncordonAsTalos(this.#nodes.client(machine.hostname), machine.hostname);
  }

  evictPods(machine: Machine, timeoutMs: number): Promise<void> {
    const everyMs = this.#scaled(EVICT_AGAIN_SECONDS);
    return evictAsTalos(this.#nodes.client(machine.hostname), machine.hostname, { timeoutMs, everyMs });
  }

  leaveEvictionsUndone(machine: Machine): Promise<void> {
    return leaveEvictionsUndone(this.admin, machine.hostname);
  }

  /** The etcd of a control plane; a worker has none. */
  member(name: string): EtcdMember {
    const member = this.etcd.get(name);
    if (!member) throw new Error(`${name} has no etcd. Members: ${[...this.etcd.keys()].join(', ')}.`);
    return member;
  }

  /** A machine whose configuration makes it a new control plane of the cluster gets its parts for that. */
  #memberOf({ name, hostname, definition }: Machine): EtcdMember {
    const known = this.etcd.get(name);
    if (known?.name === hostname) return known;
    const place = { name: hostname, loopback: definition.loopback, folder: name };
    const member = new EtcdMember(place, this.#etcdPlace, true);
    this.etcd.set(name, member);
    return member;
  }

  #front({ name, definition }: Machine): ApiFront {
    let front = this.#fronts.get(name);
    if (!front) {
      front = this.#newFront(name, definition.loopback);
      this.#fronts.set(name, front);
    }
    return front;
  }

  #newFront(name: string, host: string): ApiFront {
    const target = { host: this.#options.apiServer, port: API_PORT };
    return new ApiFront(name, { host, port: API_PORT }, target, this.#frontLog);
  }

  get #etcdPlace(): EtcdPlace {
    const { processes, binaries, directory, machines } = this.#options;
    return {
      processes,
      binary: binaries.etcd,
      directory,
      members: machines.filter((machine) => machine.role === 'control-plane'),
      joinAgainMs: this.#scaled(JOIN_AGAIN_SECONDS),
    };
  }

  #scaled(seconds: number): number {
    return (seconds * 1000) / this.#options.speed;
  }
}
