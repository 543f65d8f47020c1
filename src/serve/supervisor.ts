import { once, EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName, Tell } from './events.js';
import { RestartPauses } from './restart-pauses.js';
import type { ServiceProcess } from './service-process.js';

/** One service: how it is started and checked. */
export interface Service {
  readonly name: ServiceName;
  /** Its address, or its task queue. */
  readonly where: string;
  /** Milliseconds it may take to be ready. */
  readonly readyMs: number;
  /** Resolves when it may be started; rejects only by the signal. */
  mayStart(signal: AbortSignal): Promise<void>;
  start(): ServiceProcess;
  /** Checks once whether it works: undefined when it does, else the reason in a few words. */
  whyNotReady(process: ServiceProcess): Promise<string | undefined>;
  /** Called each time it has become ready, before the event is emitted. */
  onReady?(): Promise<void>;
}

const lookEveryMs = 250;

/**
 * Keeps one service running until `stop`: starts it, waits until it works, and restarts it with a growing pause when it ends. Emits
 * `ready` each time it works.
 */
export class Supervisor extends EventEmitter<{ ready: [] }> {
  readonly #asked = new AbortController();
  readonly #pauses = new RestartPauses();
  #process: ServiceProcess | undefined;
  #readySince: number | undefined;

  constructor(
    readonly service: Service,
    readonly report: Tell,
  ) {
    super();
  }

  /** Runs until `stop`; returns when the process has exited. */
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

  /** Checks again whether a running process works, and restarts it when it does not within its time. */
  async lookAgain(): Promise<void> {
    const process = this.#process;
    if (!process?.running || this.#readySince === undefined) return;
    await this.#untilReady(process);
  }

  /** Stops it in order, within its grace period; returns when it has exited. */
  async stop(): Promise<void> {
    this.#asked.abort();
    const process = this.#process;
    if (!process?.running) return;
    const how = await process.stop();
    this.report({ event: 'stopped', service: this.service.name, how });
  }

  /** Kills it immediately. */
  kill(): void {
    this.#asked.abort();
    this.#process?.kill();
  }

  /** @returns milliseconds until it may be restarted; undefined after `stop`. */
  async #runOnce(): Promise<number | undefined> {
    const { name } = this.service;
    const process = this.service.start();
    this.#process = process;
    this.report({ event: 'started', service: name, pid: process.pid });
    await this.#untilReady(process);
    const how = await process.exited;
    const workedMs = this.#readySince === undefined ? 0 : Date.now() - this.#readySince;
    this.#readySince = undefined;
    if (this.#asked.signal.aborted) return undefined;
    const againInMs = this.#pauses.next(workedMs);
    this.report({ event: 'ended', service: name, how, againInMs });
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
      this.report({
        event: 'stuck',
        service: name,
        why: `${why}, ${Math.round((Date.now() - begun) / 1000)} s long`,
      });
      await process.stop();
      return;
    }
    await this.service.onReady?.();
    this.#readySince ??= Date.now();
    this.report({ event: 'ready', service: name, where, afterMs: Date.now() - begun });
    this.emit('ready');
  }
}
