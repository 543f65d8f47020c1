import { isConflict, isNotFound, type ApiClient } from '../api-client.js';
import type { AdmissionRefusal } from './node-object.js';
import {
  endedStatus,
  overdueStatus,
  podStatus,
  refusedStatus,
  runContainers,
  showsRun,
  type ContainerRun,
  type PodStage,
  type WirePod,
} from './pod-status.js';
import { ContainerProcess, type StartPodProcess } from './pod-process.js';
import type { ProgramEnd } from './programs.js';
import type { VolumeManager } from './volume-manager.js';

/** What all pods of one machine share. */
export interface PodSurroundings {
  readonly client: ApiClient;
  /** The machine's true address. */
  readonly hostIp: string;
  /** An address for a pod that does not use the host's network. */
  nextPodIp(): string;
  /** Whether containers of an earlier boot are still known: a replaced machine counts from zero. */
  readonly remembers: boolean;
  /** Converts seconds to milliseconds at the lab's speed. */
  scaled(seconds: number): number;
  /** Why the machine rejects the pod; undefined when it accepts it. */
  refusal(pod: WirePod): AdmissionRefusal | undefined;
  /** How the container of a pod that runs once ends; undefined for any other pod. */
  program(pod: WirePod): ProgramEnd | undefined;
  readonly volumes: VolumeManager;
  /** Left out: no pod has a real process. */
  readonly startProcess?: StartPodProcess;
}

/** Annotations a pod (or its template) may carry; seconds at the lab's speed 1. */
const START_SECONDS = 'lab.slipway.dev/start-seconds';
const STOP_SECONDS = 'lab.slipway.dev/stop-seconds';
const USUAL_SECONDS = { start: 0.6, stop: 0.5 };
/** The containers start after this share of the start time, and are ready at its end. */
const RUNNING_AT = 0.4;
const AGAIN_AFTER_MS = 500;

/**
 * One pod on one machine for one boot: from its binding to ready, through its deletion to its end. It knows what runs: it corrects a
 * different status in the API, and repeats a rejected one.
 */
export class PodWorker {
  #pod: WirePod;
  /** As the API showed it at the start of this boot: with the earlier containers. */
  readonly #met: WirePod;
  readonly #around: PodSurroundings;
  readonly #process: ContainerProcess;
  #stage: PodStage = 'creating';
  #containers: ReadonlyMap<string, ContainerRun> = new Map();
  #podIp = '';
  #terminating = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #pulling: { readonly reason: string; readonly message: string } | undefined;
  #posting: Promise<void> | undefined;
  #dirty = false;

  constructor(pod: WirePod, around: PodSurroundings) {
    this.#pod = pod;
    this.#met = pod;
    this.#around = around;
    this.#process = new ContainerProcess(around.startProcess, () => {
      this.#containers = runContainers(this.#pod, new Date());
      void this.#post();
    });
  }

  get pod(): WirePod {
    return this.#pod;
  }

  /** Starts the pod. Resolves when the API no longer shows it as ready from an earlier boot. */
  async start(): Promise<void> {
    const { phase } = this.#pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed') return;
    if (this.#isDeleted()) return this.#terminate();
    const refusal = this.#around.refusal(this.#pod);
    if (refusal !== undefined) return this.#close((now) => refusedStatus(this.#pod, this.#run, refusal, now));
    this.#endInTime();
    this.#pulling = pullFailure(this.#pod);
    if (this.#pulling) return this.#post();
    if (this.#around.volumes.wants(this.#pod)) void this.#runWithVolumes();
    else this.#runContainers();
    if (!showsRun(this.#pod, this.#run)) await this.#post();
  }

  /** Without its volumes a pod stays in ContainerCreating. */
  async #runWithVolumes(): Promise<void> {
    const mounted = await this.#around.volumes.mount(this.#pod);
    if (mounted && !this.#ended && !this.#terminating) this.#runContainers();
  }

  #runContainers(): void {
    const seconds = this.#seconds(START_SECONDS, USUAL_SECONDS.start);
    this.#after(seconds * RUNNING_AT, () => {
      this.#containers = runContainers(this.#met, new Date(), this.#around.remembers);
      this.#podIp = this.#pod.spec?.hostNetwork ? this.#around.hostIp : this.#around.nextPodIp();
      this.#stage = 'running';
      this.#process.run(this.#pod);
      void this.#post();
      const end = this.#around.program(this.#pod);
      if (end) {
        const over = (now: Date): object => endedStatus(this.#pod, this.#run, end, now);
        this.#after(end.seconds, () => void this.#close(over));
        return;
      }
      this.#after(seconds * (1 - RUNNING_AT), () => {
        this.#stage = 'ready';
        void this.#post();
        void this.#around.volumes.podReady(this.#pod);
      });
    });
  }

  /** Nothing of the pod runs any more, or ever did: its status is final. */
  async #close(statusAt: (now: Date) => object): Promise<void> {
    this.#clearTimers();
    this.#ended = true;
    const status = statusAt(new Date());
    const metadata = { uid: this.#pod.metadata?.uid };
    await this.#posting;
    await this.#around.client
      .patch(`${podPath(this.#pod)}/status`, { metadata, status })
      .catch((error: unknown) => {
        if (isNotFound(error) || isConflict(error)) return;
        this.#ended = false;
        this.#timer = setTimeout(() => void this.#close(statusAt), AGAIN_AFTER_MS);
      });
  }

  /** Kubernetes counts whole seconds, independent of the lab's speed. */
  #endInTime(): void {
    const { activeDeadlineSeconds: seconds } = this.#pod.spec ?? {};
    if (seconds === undefined) return;
    const overdue = (): Promise<void> => this.#close((now) => overdueStatus(this.#pod, this.#run, now));
    this.#deadline = setTimeout(() => {
      if (!this.#ended && !this.#terminating) void overdue();
    }, seconds * 1000);
  }

  /** Whether it has, or will have, the requested devices. */
  get isOver(): boolean {
    const { phase } = this.#pod.status ?? {};
    return this.#ended || phase === 'Succeeded' || phase === 'Failed';
  }

  /** The API's newer version of the pod. */
  update(pod: WirePod): void {
    this.#pod = pod;
    if (this.#terminating) return;
    if (this.#ended) {
      // Deleted just before its end was reported.
      if (this.#isDeleted()) void this.#remove();
      return;
    }
    if (this.#isDeleted()) this.#terminate();
    else if (!this.#posting && !this.#again && !showsRun(pod, this.#run)) this.#postAgainLater();
  }

  /** The machine is shut down gracefully: the pod's containers stop, and the API is notified once. */
  async shutDown(): Promise<void> {
    this.#clearTimers();
    this.#process.kill();
    if (this.#ended || this.#terminating || (this.#stage !== 'ready' && this.#stage !== 'running')) return;
    this.#stage = 'stopped';
    await this.#post();
  }

  /** Forgets the pod: it or its machine is gone. */
  end(): void {
    this.#ended = true;
    this.#process.kill();
    this.#around.volumes.unmount(this.#pod);
    this.#clearTimers();
  }

  get #run() {
    return {
      stage: this.#stage,
      containers: this.#containers,
      hostIp: this.#around.hostIp,
      podIp: this.#podIp,
      ...(this.#pulling ? { waiting: this.#pulling } : {}),
    };
  }

  #isDeleted(): boolean {
    return Boolean(this.#pod.metadata?.deletionTimestamp);
  }

  /** Containers get their time to stop, at most the pod's own grace period; then the object is deleted. */
  #terminate(): void {
    this.#terminating = true;
    this.#clearTimers();
    const neverRan = this.#stage === 'creating';
    const grace = this.#pod.metadata?.deletionGracePeriodSeconds ?? 30;
    if (this.#process.runs) {
      void this.#process.stop(grace).then(() => this.#remove());
      return;
    }
    const seconds = neverRan ? 0 : Math.min(this.#seconds(STOP_SECONDS, USUAL_SECONDS.stop), grace);
    this.#after(seconds, () => void this.#remove());
  }

  async #remove(): Promise<void> {
    this.#around.volumes.unmount(this.#pod);
    try {
      await this.#around.client.delete(podPath(this.#pod), {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        gracePeriodSeconds: 0,
        preconditions: { uid: this.#pod.metadata?.uid },
      });
    } catch (error) {
      if (isNotFound(error) || isConflict(error) || this.#ended) return;
      this.#timer = setTimeout(() => void this.#remove(), AGAIN_AFTER_MS);
    }
  }

  /** Sends the present status; calls during a send cause one more send afterwards. */
  async #post(): Promise<void> {
    this.#dirty = true;
    this.#posting ??= this.#postWhileDirty().finally(() => (this.#posting = undefined));
    return this.#posting;
  }

  async #postWhileDirty(): Promise<void> {
    while (this.#dirty && !this.#ended) {
      this.#dirty = false;
      try {
        const status = podStatus(this.#pod, this.#run, new Date());
        this.#pod = await this.#around.client.patch<WirePod>(`${podPath(this.#pod)}/status`, {
          metadata: { uid: this.#pod.metadata?.uid },
          status,
        });
      } catch (error) {
        if (isNotFound(error) || isConflict(error)) return;
        this.#postAgainLater();
        return;
      }
    }
  }

  #postAgainLater(): void {
    if (this.#ended || this.#stage === 'stopped') return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      this.#again = undefined;
      if (!this.#terminating && !showsRun(this.#pod, this.#run)) void this.#post();
    }, AGAIN_AFTER_MS);
  }

  #after(seconds: number, act: () => void): void {
    this.#timer = setTimeout(() => {
      if (!this.#ended) act();
    }, this.#around.scaled(seconds));
  }

  #seconds(annotation: string, usual: number): number {
    const seconds = Number(this.#pod.metadata?.annotations?.[annotation] ?? usual);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds : usual;
  }

  #clearTimers(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    clearTimeout(this.#deadline);
    this.#again = undefined;
  }
}

/** A registry below `.invalid` (RFC 2606) is unreachable. Other images are not pulled at all. */
function pullFailure(pod: WirePod): { reason: string; message: string } | undefined {
  const image = pod.spec?.containers[0]?.image ?? '';
  const registry = image.split('/')[0] ?? '';
  if (!registry.endsWith('.invalid')) return undefined;
  const message = `Back-off pulling image "${image}": failed to resolve reference "${image}": dial tcp: lookup ${registry}: no such host`;
  return { reason: 'ImagePullBackOff', message };
}

/** `/api/v1/namespaces/<namespace>/pods/<name>` */
export function podPath(pod: WirePod): string {
  return `/api/v1/namespaces/${pod.metadata?.namespace ?? 'default'}/pods/${pod.metadata?.name ?? ''}`;
}
