import type { V1PersistentVolume, V1VolumeAttachment } from '@kubernetes/client-node';
import { isConflict, isNotFound, type ApiClient } from './api-client.js';
import { Informer } from './informer.js';
import type { Stamped } from './kubelet/kubernetes-time.js';

type WireAttachment = Stamped<V1VolumeAttachment>;

/** The finalizer of an external-attacher on a VolumeAttachment until the storage has released the volume. */
const FINALIZER = 'external-attacher/lab-slipway-dev';
/** Annotation of a PersistentVolume: how long its storage takes to release it, in seconds at the lab's speed 1. */
const DETACH_SECONDS = 'lab.slipway.dev/detach-seconds';
/** A volume takes about six minutes to move after its node was lost; the lab's minute is a second. */
const USUAL_SECONDS = { attach: 0.5, detach: 6 };
const AGAIN_AFTER_MS = 300;
const LOOK_EVERY_MS = 200;

/**
 * The storage's side of attaching: the role of a CSI driver's external-attacher. Kubernetes' own controller creates and deletes
 * VolumeAttachments; this reports when a volume is attached, and releases a deleted one after its time.
 */
export class VolumeAttacher {
  readonly #informer: Informer<WireAttachment>;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Operations in progress, by name: `attach` or `detach`. */
  readonly #working = new Map<string, 'attach' | 'detach'>();
  #stopped = false;

  /** `scaled`: converts seconds to milliseconds at the lab's speed. */
  constructor(
    readonly client: ApiClient,
    readonly scaled: (seconds: number) => number,
  ) {
    this.#informer = new Informer<WireAttachment>(client, '/apis/storage.k8s.io/v1/volumeattachments', '', {
      onList: (items) => items.forEach((item) => this.#seen(item)),
      onChange: (item) => this.#seen(item),
      onDelete: (item) => void this.#working.delete(item.metadata?.name ?? ''),
    });
  }

  start(): void {
    void this.#informer.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#informer.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #seen(attachment: WireAttachment): void {
    const name = attachment.metadata?.name ?? '';
    const wanted = attachment.metadata?.deletionTimestamp ? 'detach' : 'attach';
    if (this.#working.get(name) === wanted || (wanted === 'attach' && attachment.status?.attached)) return;
    this.#working.set(name, wanted);
    if (wanted === 'attach') {
      void this.#patch(name, wanted, '', { metadata: { finalizers: [FINALIZER] } });
      this.#after(this.scaled(USUAL_SECONDS.attach), () =>
        this.#patch(name, wanted, '/status', { status: { attached: true } }),
      );
    } else {
      const volume = attachment.spec?.source?.persistentVolumeName ?? '';
      void this.#letGo(name, volume, Date.now());
    }
  }

  /** Reads the volume's annotation repeatedly: changing it changes a detach in progress. */
  async #letGo(name: string, volume: string, since: number): Promise<void> {
    const left = since + this.scaled(await this.#detachSeconds(volume)) - Date.now();
    if (left <= 0) await this.#patch(name, 'detach', '', { metadata: { finalizers: null } });
    else this.#after(Math.min(left, LOOK_EVERY_MS), () => this.#letGo(name, volume, since));
  }

  /** Retries until it is accepted, the object is gone, or another operation is wanted. */
  async #patch(name: string, act: 'attach' | 'detach', part: string, body: object): Promise<void> {
    if (this.#stopped || this.#working.get(name) !== act) return;
    try {
      await this.client.patch(`/apis/storage.k8s.io/v1/volumeattachments/${name}${part}`, body, 'merge');
    } catch (error) {
      if (isNotFound(error)) this.#working.delete(name);
      else this.#after(isConflict(error) ? 0 : AGAIN_AFTER_MS, () => this.#patch(name, act, part, body));
    }
  }

  async #detachSeconds(volume: string): Promise<number> {
    const found = await this.client
      .get<V1PersistentVolume>(`/api/v1/persistentvolumes/${volume}`)
      .catch(() => undefined);
    const seconds = Number(found?.metadata?.annotations?.[DETACH_SECONDS] ?? USUAL_SECONDS.detach);
    return Number.isFinite(seconds) && seconds >= 0 ? seconds : USUAL_SECONDS.detach;
  }

  #after(milliseconds: number, act: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#stopped) void act();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
