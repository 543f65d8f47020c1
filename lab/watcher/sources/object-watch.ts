import { setTimeout as sleep } from 'node:timers/promises';
import type { Moment, Span } from '../evidence.js';
import { at, list, text } from '../moments/payload.js';
import type { KubernetesClient } from './kubernetes-client.js';

const AGAIN_AFTER = 300;
/** The server ends a watch after this many seconds; the next one resumes there. */
const WATCH_SECONDS = 120;

/** Called for every object: its present state, and whether it was deleted. */
export type OnObject = (object: unknown, gone: boolean, at: Moment) => void;

/**
 * Follows all objects of a kind: a list, then every change as it happens. Records when it could observe, because a promise must not be
 * judged without observations.
 */
export class ObjectWatch {
  readonly #spans: { from: Moment; to: Moment }[] = [];
  readonly #known = new Map<string, unknown>();
  readonly #stopped = new AbortController();
  #seeing = false;
  #looked: () => void = () => undefined;

  /** Resolves after the first list, whether it succeeded or not. */
  readonly firstLook = new Promise<void>((resolve) => (this.#looked = resolve));

  constructor(
    readonly client: KubernetesClient,
    /** `/api/v1/nodes` */
    readonly path: string,
    readonly onObject: OnObject,
  ) {}

  /** Works until it is stopped, whatever the API does. */
  start(): Promise<void> {
    return this.#run();
  }

  stop(): void {
    this.#lost();
    this.#stopped.abort();
  }

  /** The times in which it could observe; the last one reaches to now while it can. */
  get spans(): readonly Span[] {
    if (this.#seeing) this.#extend();
    return this.#spans.map(({ from, to }) => ({ from, to }));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one connection after the other
        const version = await this.#list();
        this.#looked();
        // oxlint-disable-next-line no-await-in-loop -- as above
        await this.#follow(version);
      } catch {
        this.#lost();
        this.#looked();
        // oxlint-disable-next-line no-await-in-loop -- and not at once
        await sleep(AGAIN_AFTER, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #list(): Promise<string> {
    const found = await this.client.get(this.path);
    const now = Date.now();
    const there = new Set<string>();
    for (const item of list(found, 'items')) {
      there.add(uidOf(item));
      this.#take(item, now);
    }
    for (const [uid, object] of this.#known) if (!there.has(uid)) this.#gone(object, now);
    if (!this.#seeing) this.#spans.push({ from: now, to: now });
    this.#seeing = true;
    return text(found, 'metadata', 'resourceVersion') ?? '';
  }

  /** Returns only by an error: an end by the server is no gap, since the next watch begins at the same version. */
  async #follow(from: string): Promise<void> {
    let version = from;
    for (;;) {
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${WATCH_SECONDS}&resourceVersion=${version}`;
      // oxlint-disable-next-line no-await-in-loop -- one watch after the other
      for await (const line of this.client.lines(`${this.path}?${query}`, this.#stopped.signal)) {
        const object = at(line, 'object');
        const type = text(line, 'type');
        if (type === 'ERROR') throw new Error(text(object, 'message') ?? 'the watch ended');
        version = text(object, 'metadata', 'resourceVersion') ?? version;
        if (type === 'DELETED') this.#gone(object, Date.now());
        else if (type !== 'BOOKMARK') this.#take(object, Date.now());
        this.#extend();
      }
    }
  }

  #take(object: unknown, now: Moment): void {
    this.#known.set(uidOf(object), object);
    this.onObject(object, false, now);
  }

  #gone(object: unknown, now: Moment): void {
    this.#known.delete(uidOf(object));
    this.onObject(object, true, now);
  }

  #extend(): void {
    const open = this.#spans.at(-1);
    if (open !== undefined) open.to = Date.now();
  }

  #lost(): void {
    if (this.#seeing) this.#extend();
    this.#seeing = false;
  }
}

function uidOf(object: unknown): string {
  return text(object, 'metadata', 'uid') ?? '';
}
