import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { identify, type ProcessIdentity } from '../../src/tools/process-identity.js';
import type { ServeEvent, ServiceName } from '../../src/serve/events.js';
import { projectRoot } from '../../src/tools/project-root.js';

type Told<K extends ServeEvent['event']> = Extract<ServeEvent, { event: K }>;

/** A real `slipway serve --json`, as a person starts it. */
export class AServe {
  readonly events: ServeEvent[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
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
    this.ended = new Promise((resolve) => {
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
  async told<K extends ServeEvent['event']>(
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
        throw new Error(`slipway serve ended before "${event}" was told: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Waits until both work, and answers who they are. */
  async serving(): Promise<Record<ServiceName, ProcessIdentity>> {
    await this.told('serving');
    return { temporal: this.identity('temporal'), worker: this.identity('worker') };
  }

  /** The process a service was started as last. */
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

/** The programs stand in the cache of whoever runs the tests. */
function cachedPrograms(): Record<string, string> {
  const named = Object.entries(process.env).filter(
    ([name]) => name === 'XDG_CACHE_HOME' || name.startsWith('SLIPWAY_BIN_'),
  );
  return Object.fromEntries(named.map(([name, value]) => [name, value ?? '']));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}
