import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import { freePort } from '../../lab/free-port.js';
import { identify, type ProcessIdentity } from '../../src/tools/process-identity.js';
import type { ServeEvent, ServiceName } from '../../src/serve/events.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { limits } from '../limits.js';

type Told<K extends ServeEvent['event']> = Extract<ServeEvent, { event: K }>;

/** A real `slipway serve --json`, as a person starts it. */
export class AServe {
  readonly events: ServeEvent[] = [];
  readonly #ended: Promise<number | NodeJS.Signals | null>;
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #waiting = new Set<() => void>();

  private constructor(
    readonly data: string,
    readonly port: number,
    uiPort: number,
    env: Readonly<Record<string, string>>,
  ) {
    const program = path.join(projectRoot, 'bin', 'slipway.mjs');
    const ports = ['--port', String(port), '--ui-port', String(uiPort)];
    const own = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
    this.#child = spawn(process.execPath, [program, 'serve', '--json', '--data', data, ...ports], {
      env: { ...own, ...cachedPrograms(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stderr.on('data', (text: Buffer) => (this.stderr += text.toString()));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.events.push(JSON.parse(line) as ServeEvent);
      for (const wake of this.#waiting) wake();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve(code ?? signal);
        for (const wake of this.#waiting) wake();
      });
    });
  }

  /** Starts it on free ports, or on the one given. */
  static async start(
    data: string,
    { port, env = {} }: { readonly port?: number; readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<AServe> {
    return new AServe(data, port ?? (await freePort()), await freePort(), env);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Waits for an event that was not there before `from`. */
  async reported<K extends ServeEvent['event']>(
    event: K,
    { service, from = 0 }: { readonly service?: ServiceName; readonly from?: number } = {},
  ): Promise<Told<K>> {
    for (;;) {
      const found = this.events
        .slice(from)
        .find(
          (each) => each.event === event && (!service || ('service' in each && each.service === service)),
        );
      if (found) return found as Told<K>;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`slipway serve ended before "${event}": ${this.stderr}`);
      await this.#within(
        new Promise<void>((resolve) => {
          this.#waiting.add(resolve);
        }),
        `"${event}"`,
      );
    }
  }

  /** Its exit code, or the signal that ended it. Resolves when it ends for any reason. */
  async end(): Promise<number | NodeJS.Signals | null> {
    return this.#within(this.#ended, 'its end');
  }

  /** @throws Error with the output, when the event does not come within the limit of all waits. */
  async #within<T>(coming: Promise<T>, what: string): Promise<T> {
    const over = new AbortController();
    const late = async (): Promise<never> => {
      await pause(limits.wait, undefined, { signal: over.signal });
      const said = this.events.map((each) => JSON.stringify(each)).join('\n');
      throw new Error(
        `Waited ${limits.wait / 1000} s for ${what} of slipway serve:\n${said}\n${this.stderr}`,
      );
    };
    try {
      return await Promise.race([coming, late()]);
    } finally {
      over.abort();
    }
  }

  /** Waits until both work, and returns their process ids. */
  async serving(): Promise<Record<ServiceName, ProcessIdentity>> {
    await this.reported('serving');
    return { temporal: this.identity('temporal'), worker: this.identity('worker') };
  }

  /** The last process of a service. */
  identity(service: ServiceName): ProcessIdentity {
    const last = this.events.findLast((each) => each.event === 'started' && each.service === service);
    const found = last?.event === 'started' ? identify(last.pid) : undefined;
    if (!found) throw new Error(`no ${service} runs`);
    return found;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** The programs are in the cache of the user who runs the tests. */
function cachedPrograms(): Record<string, string> {
  const named = Object.entries(process.env).filter(
    ([name]) => name === 'XDG_CACHE_HOME' || name.startsWith('SLIPWAY_BIN_'),
  );
  return Object.fromEntries(named.map(([name, value]) => [name, value ?? '']));
}
