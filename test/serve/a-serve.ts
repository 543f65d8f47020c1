import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { freePort } from '../../lab/free-port.js';
import { identify, type ProcessIdentity } from '../../src/tools/process-identity.js';
import type { ServeEvent, ServiceName } from '../../src/serve/events.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { until } from '../until.js';

type Told<K extends ServeEvent['event']> = Extract<ServeEvent, { event: K }>;

/** A real `slipway serve --json`, as a person starts it. */
export class AServe {
  readonly events: ServeEvent[] = [];
  /** Set once its output is complete, too. */
  #ended: { readonly how: number | NodeJS.Signals | null } | undefined;
  stderr = '';
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;

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
    });
    this.#child.once('close', (code, signal) => {
      this.#ended = { how: code ?? signal };
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
    return this.#until(`"${event}"`, () => {
      const found = this.events
        .slice(from)
        .find(
          (each) => each.event === event && (!service || ('service' in each && each.service === service)),
        );
      if (!found && this.#ended) throw new Error('it has ended');
      return found as Told<K> | undefined;
    });
  }

  /** Its exit code, or the signal that ended it. Resolves when it ends for any reason. */
  async end(): Promise<number | NodeJS.Signals | null> {
    return (await this.#until('its end', () => this.#ended)).how;
  }

  /** @throws Error with its whole output, where the wait ends in vain. */
  async #until<T>(what: string, look: () => T): Promise<Exclude<T, undefined | false>> {
    try {
      return await until(`slipway serve: ${what}`, look);
    } catch (error) {
      const events = this.events.map((each) => JSON.stringify(each)).join('\n');
      throw new Error(`${what} of slipway serve did not come:\n${events}\n${this.stderr}`, { cause: error });
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
