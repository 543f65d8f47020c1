import type { V1Pod } from '@kubernetes/client-node';
import { ApiClient, isConflict, type ApiAccess } from '../api-client.js';
import { Informer } from '../informer.js';
import { LeaseRenewal } from './lease-renewal.js';
import {
  admissionRefusal,
  devicesAsked,
  kubeletFaulty,
  kubeletReady,
  kubeletShuttingDown,
  type NodeFacts,
} from './node-object.js';
import { NodeReporter } from './node-reporter.js';
import type { StartPodProcess } from './pod-process.js';
import type { WirePod } from './pod-status.js';
import { PodWorker, podPath, type PodSurroundings } from './pod-worker.js';
import { programEnd } from './programs.js';
import { isMirrorPod, mirrorPods } from './static-pods.js';
import { VolumeManager } from './volume-manager.js';

/** The settings of a kubelet. */
export interface KubeletOptions {
  /** The machine in this boot. */
  readonly facts: NodeFacts;
  /** Directly to the API server, as `system:node:<name>`. */
  readonly access: ApiAccess;
  /** First three numbers of its pods' addresses: `10.244.4`. */
  readonly podNetwork: string;
  readonly leaseEveryMs: number;
  /** Converts seconds to milliseconds at the lab's speed. */
  scaled(seconds: number): number;
  /** True while a fault keeps the Node from being Ready. */
  faulty(): boolean;
  /** The machine was replaced: it knows no pods of an earlier Node with its name. */
  readonly newMachine?: boolean;
  /** Pods that run as processes of this machine. */
  readonly startProcess?: StartPodProcess;
}

/** Between its start and its first Ready. */
const STARTING_SECONDS = 0.3;
/** Between two checks whether a fault keeps it from being Ready. */
const FAULT_LOOK_SECONDS = 0.5;
/** Until a rejected mirror pod is created again. */
const MIRROR_AGAIN_MS = 250;
/** A last status to an unreachable API must not delay a shutdown. */
const LAST_WORD_MS = 1_500;

/**
 * The kubelet of one simulated machine for one boot: Node, Lease, mirror pods, and every pod bound to the Node. Created at the start of a
 * boot and discarded at its end.
 */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #client: ApiClient;
  readonly #node: NodeReporter;
  readonly #pods = new Map<string, PodWorker>();
  readonly #podInformer: Informer<WirePod>;
  readonly #around: PodSurroundings;
  readonly #volumes: VolumeManager;
  readonly #timers = new Set<NodeJS.Timeout>();
  #lease: LeaseRenewal | undefined;
  #nodeUid: string | undefined;
  #nextIp = 1;
  #stopping = false;

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#client = new ApiClient(options.access);
    this.#node = new NodeReporter(this.#client, options.facts);
    const { name } = options.facts;
    this.#volumes = new VolumeManager(this.#client, {
      name,
      isAttached: (volume) => this.#node.isAttached(volume),
      useVolumes: (volumes) => this.#node.useVolumes(volumes),
    });
    this.#around = {
      client: this.#client,
      hostIp: options.facts.address,
      nextPodIp: () => `${options.podNetwork}.${(this.#nextIp = (this.#nextIp % 250) + 1)}`,
      scaled: (seconds) => options.scaled(seconds),
      remembers: options.newMachine !== true,
      refusal: (pod) => admissionRefusal(options.facts, pod as V1Pod, this.#devicesUsed(pod)),
      program: (pod) => programEnd(pod, options.facts),
      volumes: this.#volumes,
      ...(options.startProcess ? { startProcess: options.startProcess } : {}),
    };
    this.#podInformer = new Informer<WirePod>(
      this.#client,
      '/api/v1/pods',
      `spec.nodeName=${options.facts.name}`,
      {
        onList: (pods) => this.#listed(pods),
        onChange: (pod) => void this.#seen(pod),
        onDelete: (pod) => this.#gone(pod),
      },
    );
  }

  /** Starts working, whether the API responds already or not. */
  start(): void {
    void this.#run();
  }

  /** The Node object is Ready and of this boot. */
  get nodeReady(): boolean {
    return this.#node.showsReady;
  }

  /** The machine has another system UUID from now on. */
  identify(systemUuid: string): void {
    this.#node.become({ ...this.#options.facts, systemUuid });
  }

  /** Shuts down as systemd would: pods stop, the Node reports why it is not Ready, then nothing follows. */
  async shutDown(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#lease?.stop();
    const reports = Promise.allSettled([
      ...[...this.#pods.values()].map((pod) => pod.shutDown()),
      ...(this.#nodeUid === undefined ? [] : [this.#node.lastWord(kubeletShuttingDown)]),
    ]);
    let limit: NodeJS.Timeout | undefined;
    await Promise.race([reports, new Promise((resolve) => (limit = setTimeout(resolve, LAST_WORD_MS)))]);
    clearTimeout(limit);
    this.stop();
  }

  /** Stops reporting at once, as in a power cut. */
  stop(): void {
    this.#stopping = true;
    this.#lease?.stop();
    this.#node.stop();
    this.#volumes.stop();
    this.#podInformer.stop();
    for (const pod of this.#pods.values()) pod.end();
    this.#pods.clear();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#client.close();
  }

  /** Pods first, so that none is ready from the last boot when the Node becomes Ready. */
  async #run(): Promise<void> {
    await this.#podInformer.start();
    if (this.#stopping) return;
    this.#nodeUid = await this.#node.register();
    if (this.#stopping || this.#nodeUid === undefined) return;
    const { facts, leaseEveryMs } = this.#options;
    this.#lease = new LeaseRenewal(this.#client, { name: facts.name, uid: this.#nodeUid }, leaseEveryMs);
    this.#lease.start();
    for (const pod of mirrorPods(facts, this.#nodeUid)) void this.#mirror(pod);
    this.#after(this.#options.scaled(STARTING_SECONDS), () => this.#lookForFault());
  }

  #lookForFault(): void {
    this.#node.say(this.#options.faulty() ? kubeletFaulty : kubeletReady);
    this.#after(this.#options.scaled(FAULT_LOOK_SECONDS), () => this.#lookForFault());
  }

  async #listed(pods: readonly WirePod[]): Promise<void> {
    const there = new Set(pods.map((pod) => pod.metadata?.uid));
    for (const worker of this.#pods.values())
      if (!there.has(worker.pod.metadata?.uid)) this.#gone(worker.pod);
    await Promise.all(pods.map((pod) => this.#seen(pod)));
  }

  async #seen(pod: WirePod): Promise<void> {
    const uid = pod.metadata?.uid ?? '';
    const worker = this.#pods.get(uid);
    if (this.#stopping) return;
    if (worker) {
      worker.update(pod);
      return;
    }
    const fresh = new PodWorker(pod, this.#around);
    this.#pods.set(uid, fresh);
    await fresh.start();
  }

  /** Devices that other pods of the machine use. */
  #devicesUsed(but: WirePod): number {
    const others = [...this.#pods.values()].filter(
      (worker) => !worker.isOver && worker.pod.metadata?.uid !== but.metadata?.uid,
    );
    return others.reduce((sum, { pod }) => sum + devicesAsked(this.#options.facts, pod as V1Pod), 0);
  }

  #gone(pod: WirePod): void {
    const uid = pod.metadata?.uid ?? '';
    this.#pods.get(uid)?.end();
    this.#pods.delete(uid);
    if (!isMirrorPod(pod) || this.#stopping || this.#nodeUid === undefined) return;
    const again = mirrorPods(this.#options.facts, this.#nodeUid).find(
      (each) => podPath(each) === podPath(pod),
    );
    if (again) void this.#mirror(again);
  }

  /** Creates a mirror pod for a static pod; an existing one stays. */
  async #mirror(pod: WirePod): Promise<void> {
    try {
      await this.#client.create('/api/v1/namespaces/kube-system/pods', pod);
    } catch (error) {
      if (!isConflict(error)) this.#after(MIRROR_AGAIN_MS, () => void this.#mirror(pod));
    }
  }

  #after(milliseconds: number, act: () => void): void {
    if (this.#stopping) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopping) act();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
