import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';

/** The fields of every Kubernetes object. */
export interface KubernetesObject {
  readonly metadata?: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string };
}

/** The callbacks of an informer. */
export interface InformerEvents<T> {
  /** All objects, after each list. */
  onList(items: readonly T[]): Promise<void> | void;
  /** A created or changed object. */
  onChange(item: T): void;
  onDelete(item: T): void;
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

const AGAIN_AFTER_MS = { first: 100, most: 250 };

/** Lists, then watches; lists again when the watch cannot be resumed. Runs until it is stopped. */
export class Informer<T extends KubernetesObject> {
  readonly #stopped = new AbortController();

  /**
   * @param path of the collection, e.g. `/api/v1/pods`
   * @param fieldSelector e.g. `spec.nodeName=k8s-work-1`
   */
  constructor(
    readonly client: ApiClient,
    readonly path: string,
    readonly fieldSelector: string,
    readonly events: InformerEvents<T>,
  ) {}

  /** Resolves after the first list was delivered; continues in the background. */
  start(): Promise<void> {
    return new Promise((resolve) => void this.#run(resolve));
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(listed: () => void): Promise<void> {
    const { signal } = this.#stopped;
    let pause = AGAIN_AFTER_MS.first;
    while (!signal.aborted) {
      try {
        let version = await this.#list();
        listed();
        pause = AGAIN_AFTER_MS.first;
        while (!signal.aborted) version = await this.#watch(version);
      } catch {
        // Unreachable, or the version is too old: list again. A kubelet only logs such errors.
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, AGAIN_AFTER_MS.most);
      }
    }
    listed();
  }

  async #list(): Promise<string> {
    const list = await this.client.get<{ metadata: { resourceVersion: string }; items: T[] }>(
      `${this.path}?fieldSelector=${encodeURIComponent(this.fieldSelector)}`,
    );
    if (!this.#stopped.signal.aborted) await this.events.onList(list.items);
    return list.metadata.resourceVersion;
  }

  async #watch(from: string): Promise<string> {
    let version = from;
    const query = new URLSearchParams({
      fieldSelector: this.fieldSelector,
      resourceVersion: from,
      watch: '1',
      allowWatchBookmarks: 'true',
    });
    const before = Date.now();
    await this.client.lines(`${this.path}?${query.toString()}`, this.#stopped.signal, (line) => {
      const event = line as WatchEvent<T>;
      if (event.type === 'ERROR') throw new Error(`watch ${this.path}: ${JSON.stringify(event.object)}`);
      version = event.object.metadata?.resourceVersion ?? version;
      if (event.type === 'DELETED') this.events.onDelete(event.object);
      else if (event.type !== 'BOOKMARK') this.events.onChange(event.object);
    });
    // The server ends a watch after half an hour or more; one that ends at once must not be repeated at once.
    if (Date.now() - before < 1_000) throw new Error(`watch ${this.path} ended at once`);
    return version;
  }
}
