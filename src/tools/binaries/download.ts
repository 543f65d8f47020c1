import { open } from 'node:fs/promises';
import { messageOf } from '../refusal.js';

/** A failed download: one sentence without a full stop that fits after "the release: ". */
export class DownloadFailed extends Error {
  override readonly name = 'DownloadFailed';
  constructor(
    sentence: string,
    /** True when the host sent no response at all: further requests to it would fail too. */
    readonly hostIsSilent: boolean = false,
    /** True when the connection broke during the transfer: a retry may succeed. */
    readonly broke: boolean = false,
  ) {
    super(sentence);
  }
}

export interface DownloadLimits {
  /** Milliseconds until the first response. Short: a machine without internet must not wait for each file. */
  readonly answerMs: number;
  /** Milliseconds without a single byte. */
  readonly stallMs: number;
  /** Milliseconds for the whole transfer. */
  readonly totalMs: number;
}

/** Timeouts that allow a slow connection and end a dead one. */
export const downloadLimits: DownloadLimits = { answerMs: 5_000, stallMs: 20_000, totalMs: 20 * 60_000 };

/** Called with bytes so far and, where the server says it, of how many. */
export type OnBytes = (received: number, total: number | undefined) => void;

/** Instead of a mirror's address: nothing is downloaded. */
const OFF = 'off';
const MAX_REDIRECTS = 5;
const MAX_TEXT_BYTES = 1024 * 1024;
/** The host responded and the connection broke: a new connection may work. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Downloads files over HTTP, and remembers unreachable hosts: each costs its timeout once per run.
 *
 * `mirror`: base address that stands in for `https://`, e.g. `http://127.0.0.1:8080` makes `https://dl.k8s.io/x` come from
 * `http://127.0.0.1:8080/dl.k8s.io/x`. `off` refuses every download.
 */
export class Downloads {
  readonly #mirror: string | undefined;
  readonly #limits: DownloadLimits;
  readonly #silent = new Map<string, string>();

  constructor(mirror?: string, limits: DownloadLimits = downloadLimits) {
    this.#mirror = mirror?.replace(/\/+$/, '');
    this.#limits = limits;
  }

  /** The address that is really requested: the mirror's, where one is set. */
  addressOf(url: string): string {
    return this.#mirror === undefined ? url : url.replace(/^https:\/\//, `${this.#mirror}/`);
  }

  /** True when this run already found the address' host unreachable. */
  isKnownSilent(url: string): boolean {
    return this.#mirror === OFF || this.#silent.has(new URL(this.addressOf(url)).host);
  }

  /**
   * A small text, such as a checksum file.
   * @throws DownloadFailed
   */
  async text(url: string, signal?: AbortSignal): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    await this.#get(url, signal, async (chunk) => {
      size += chunk.length;
      if (size > MAX_TEXT_BYTES) throw new DownloadFailed(`${url} is far too long for a checksum file`);
      chunks.push(chunk);
    });
    return Buffer.concat(chunks).toString('utf8');
  }

  /**
   * Downloads a file. A connection that breaks during the transfer is retried from the beginning.
   * @throws DownloadFailed; the file is then incomplete.
   */
  async file(url: string, target: string, onBytes?: OnBytes, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#toFile(url, target, onBytes, signal);
        return;
      } catch (error) {
        if (!(error instanceof DownloadFailed && error.broke && attempt === 1)) throw error;
      }
    }
  }

  async #toFile(url: string, target: string, onBytes?: OnBytes, signal?: AbortSignal): Promise<void> {
    const file = await open(target, 'w');
    try {
      let received = 0;
      await this.#get(url, signal, async (chunk, total) => {
        await file.writeFile(chunk);
        received += chunk.length;
        onBytes?.(received, total);
      });
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #get(
    url: string,
    signal: AbortSignal | undefined,
    take: (chunk: Uint8Array, total: number | undefined) => Promise<void>,
  ): Promise<void> {
    if (this.#mirror === OFF)
      throw new DownloadFailed('downloads are switched off (SLIPWAY_RELEASES=off)', true);
    const address = this.addressOf(url);
    const { host } = new URL(address);
    const known = this.#silent.get(host);
    if (known !== undefined) throw new DownloadFailed(known, true);

    const limit = new TimeLimit(this.#limits.totalMs);
    const signals = [limit.signal, ...(signal ? [signal] : [])];
    const combined = AbortSignal.any(signals);
    try {
      limit.within(this.#limits.answerMs, `no answer within ${this.#limits.answerMs / 1000} s`);
      const response = await follow(address, combined);
      const total = Number(response.headers.get('content-length')) || undefined;
      const stalled = `no data for ${this.#limits.stallMs / 1000} s`;
      limit.within(this.#limits.stallMs, stalled);
      for await (const chunk of response.body ?? []) {
        await take(chunk, total);
        limit.within(this.#limits.stallMs, stalled);
      }
    } catch (error) {
      signal?.throwIfAborted();
      const failure = failureOf(error, address, limit);
      if (failure.hostIsSilent) this.#silent.set(host, failure.message);
      throw failure;
    } finally {
      limit.clear();
    }
  }
}

/** A limit for the whole transfer, and an idle limit that restarts with each received chunk. */
class TimeLimit {
  readonly #controller = new AbortController();
  readonly #whole: NodeJS.Timeout;
  #step: NodeJS.Timeout | undefined;
  /** Which of the two limits was reached. */
  expired: string | undefined;

  constructor(totalMs: number) {
    this.#whole = this.#timer(totalMs, `not finished within ${totalMs / 60_000} min`);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  within(ms: number, what: string): void {
    clearTimeout(this.#step);
    this.#step = this.#timer(ms, what);
  }

  clear(): void {
    clearTimeout(this.#whole);
    clearTimeout(this.#step);
  }

  #timer(ms: number, what: string): NodeJS.Timeout {
    return setTimeout(() => {
      this.expired ??= what;
      this.#controller.abort();
    }, ms);
  }
}

/** Follows redirects in code, because a redirect from https to http must be rejected. */
async function follow(address: string, signal: AbortSignal): Promise<Response> {
  let current = address;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await fetch(current, { redirect: 'manual', signal }).catch((error: unknown) => {
      throw new NoAnswer(new URL(current).host, error);
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      if (response.ok) return response;
      await response.body?.cancel();
      const why =
        response.status === 404 ? 'is not there (HTTP 404)' : `was answered with HTTP ${response.status}`;
      throw new DownloadFailed(`${current} ${why}`);
    }
    await response.body?.cancel();
    const next = new URL(location, current);
    if (current.startsWith('https:') && next.protocol !== 'https:') {
      throw new DownloadFailed(`${current} leads to ${next.href}, which is not encrypted`);
    }
    current = next.href;
  }
  throw new DownloadFailed(`${address} leads in circles`);
}

class NoAnswer extends Error {
  constructor(
    readonly host: string,
    cause: unknown,
  ) {
    super(`no answer from ${host}`, { cause });
  }
}

function failureOf(error: unknown, address: string, limit: TimeLimit): DownloadFailed {
  if (error instanceof DownloadFailed) return error;
  if (error instanceof NoAnswer) {
    const cause = (error.cause as { cause?: unknown }).cause ?? error.cause;
    if (limit.expired === undefined && BROKEN.has((cause as NodeJS.ErrnoException).code ?? '')) {
      return new DownloadFailed(`${address} broke off before it began`, false, true);
    }
    return new DownloadFailed(`${error.host} cannot be reached: ${limit.expired ?? messageOf(cause)}`, true);
  }
  if (limit.expired !== undefined) return new DownloadFailed(`${address} stopped coming: ${limit.expired}`);
  const { syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined)
    return new DownloadFailed(`${address} could not be written down: ${messageOf(error)}`);
  return new DownloadFailed(`${address} broke off in the middle`, false, true);
}
