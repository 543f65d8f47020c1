import { once, EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName, Tell } from './events.js';
import { RestartPauses } from './restart-pauses.js';
import type { ServiceProcess } from './service-process.js';

/** One service: how it is started, and how one sees that it works. */
export interface Service {
  readonly name: ServiceName;
  /** Where it answers, or what it works on. */
  readonly where: string;
  /** Milliseconds it may take to be ready. */
  readonly readyMs: number;
  /** Resolves when it may be started; rejects only by the signal. */
  mayStart(signal: AbortSignal): Promise<void>;
  start(): ServiceProcess;
  /** Looks once whether it works: undefined when it does, else in a few words why not. */
  whyNotReady(process: ServiceProcess): Promise<string | undefined>;
  /** Called each time it has become ready, before anybody is told. */
  onReady?(): Promise<void>;
}

const lookEveryMs = 250;

/**
 * Keeps one service running until it is told to stop: starts it, waits until it works, and starts it again after a
 * growing pause when it ends. Emits `ready` each time it works.
 */
export class Supervisor extends EventEmitter<{ ready: [] }> {
  readonly #asked = new AbortController();
  readonly #pauses = new RestartPauses();
  #process: ServiceProcess | undefined;
  #readySince: number | undefined;

  constructor(
    readonly service: Service,
    readonly tell: Tell,
  ) {
    super();
  }

  /** Runs until `stop`; returns when the process is gone. */
  async run(): Promise<void> {
    const { signal } = this.#asked;
    while (!signal.aborted) {
      try {
        await this.service.mayStart(signal);
        signal.throwIfAborted();
        const againInMs = await this.#runOnce();
        if (againInMs !== undefined) await sleep(againInMs, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    await this.#process?.exited;
  }

  /** Resolves as soon as it works; rejects only by the signal. */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#readySince === undefined) await once(this, 'ready', { signal });
  }

  /** Looks again whether a process that worked still does, and starts it again when it does not within its time. */
  async lookAgain(): Promise<void> {
    const process = this.#process;
    if (!process?.running || this.#readySince === undefined) return;
    await this.#untilReady(process);
  }

  /** Stops it in order, within its grace; returns when it is gone. */
  async stop(): Promise<void> {
    this.#asked.abort();
    const process = this.#process;
    if (!process?.running) return;
    const how = await process.stop();
    this.tell({ event: 'stopped', service: this.service.name, how });
  }

  /** Ends it at once. */
  kill(): void {
    this.#asked.abort();
    this.#process?.kill();
  }

  /** @returns milliseconds until it may be started again; undefined when it was told to stop. */
  async #runOnce(): Promise<number | undefined> {
    const { name } = this.service;
    const process = this.service.start();
    this.#process = process;
    this.tell({ event: 'started', service: name, pid: process.pid });
    await this.#untilReady(process);
    const how = await process.exited;
    const workedMs = this.#readySince === undefined ? 0 : Date.now() - this.#readySince;
    this.#readySince = undefined;
    if (this.#asked.signal.aborted) return undefined;
    const againInMs = this.#pauses.next(workedMs);
    this.tell({ event: 'ended', service: name, how, againInMs });
    return againInMs;
  }

  async #untilReady(process: ServiceProcess): Promise<void> {
    const { name, where, readyMs } = this.service;
    const begun = Date.now();
    let why = await this.service.whyNotReady(process);
    while (why !== undefined && process.running && Date.now() - begun < readyMs) {
      await sleep(lookEveryMs);
      why = await this.service.whyNotReady(process);
    }
    if (!process.running || this.#asked.signal.aborted) return;
    if (why !== undefined) {
      this.tell({
        event: 'stuck',
        service: name,
        why: `${why}, ${Math.round((Date.now() - begun) / 1000)} s long`,
      });
      await process.stop();
      return;
    }
    await this.service.onReady?.();
    this.#readySince ??= Date.now();
    this.tell({ event: 'ready', service: name, where, afterMs: Date.now() - begun });
    this.emit('ready');
  }
}
