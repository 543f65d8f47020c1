import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { startRunningLab, type RunningLab } from '../running-lab.js';
import { clean, type LeaseAnswer } from './lease-messages.js';

/** A lab of the pool. */
interface PooledLab extends RunningLab {
  readonly folder: string;
  /** Stops it when nobody leases it. */
  idle?: NodeJS.Timeout;
}

/** An idle lab takes a tenth of a core. After this time it has cost as much as starting another one. Milliseconds. */
const IDLE_MS = 90_000;

/**
 * Labs of the default cluster, leased to one test file after the other and reset in between. A lease is a connection: a holder that dies
 * loses its lab, and such a lab is stopped, because its state is unknown. Labs are children of the pool's process and die with it.
 */
export class LabPool {
  readonly #labs = new Set<PooledLab>();
  readonly #free: PooledLab[] = [];
  readonly #server: Server;
  #started = 0;
  #stopping = false;

  private constructor(readonly folder: string) {
    this.#server = createServer((socket) => void this.#serve(socket));
  }

  /** Starts an empty pool. */
  static async start(): Promise<LabPool> {
    const pool = new LabPool(await mkdtemp(path.join(os.tmpdir(), 'slipway-labs-')));
    await new Promise<void>((resolve, reject) => {
      pool.#server.once('error', reject);
      pool.#server.listen(pool.address, resolve);
    });
    return pool;
  }

  /** The socket on which labs are leased. */
  get address(): string {
    return path.join(this.folder, 'pool.sock');
  }

  /** Stops every lab. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#server.close();
    await Promise.all([...this.#labs].map((lab) => this.#discard(lab)));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => socket.destroy()); // the holder died: `close` follows
    const ended = new Promise<boolean>((resolve) => {
      let isClean = false;
      createInterface({ input: socket }).on('line', (line) => (isClean = line === clean));
      socket.once('close', () => resolve(isClean));
    });
    let lab: PooledLab;
    try {
      lab = await this.#take();
    } catch (error) {
      const answer: LeaseAnswer = { error: error instanceof Error ? error.message : String(error) };
      socket.end(`${JSON.stringify(answer)}\n`);
      return;
    }
    const answer: LeaseAnswer = { directory: lab.description.directory };
    socket.write(`${JSON.stringify(answer)}\n`);
    if (await ended) this.#keep(lab);
    else await this.#discard(lab);
  }

  /** A lab in its initial state: a reused one, or a new one. */
  async #take(): Promise<PooledLab> {
    for (let lab = this.#free.pop(); lab; lab = this.#free.pop()) {
      clearTimeout(lab.idle);
      if (await asked(lab, '/renew')) return lab;
      await this.#discard(lab);
    }
    return this.#start();
  }

  async #start(): Promise<PooledLab> {
    this.#started += 1;
    const folder = path.join(this.folder, String(this.#started));
    await mkdir(folder, { mode: 0o700 });
    const lab = {
      ...(await startRunningLab({ name: `of the pool ${this.#started}`, folder, args: pooledArgs })),
      folder,
    };
    this.#labs.add(lab);
    if (this.#stopping || !(await asked(lab, '/origin'))) {
      await this.#discard(lab);
      throw new Error('the lab did not take what it is as its origin');
    }
    return lab;
  }

  #keep(lab: PooledLab): void {
    if (this.#stopping || !this.#labs.has(lab)) return;
    lab.idle = setTimeout(() => {
      this.#free.splice(this.#free.indexOf(lab), 1);
      void this.#discard(lab);
    }, IDLE_MS);
    lab.idle.unref();
    this.#free.push(lab);
  }

  async #discard(lab: PooledLab): Promise<void> {
    clearTimeout(lab.idle);
    if (!this.#labs.delete(lab)) return;
    await lab.process.stop();
  }
}

/** How long a halted run waits for a person, unless a test overrides it: it ends at once. */
export const pooledDecision = '0s';

/** Machines' speed in labs of the pool; a scenario with another speed has its own lab. */
export const pooledSpeed = 4;

const pooledArgs = ['--speed', String(pooledSpeed), '--decision', pooledDecision];

/** Whether the lab succeeded; its log has the reason of a failure. */
async function asked({ description: { control } }: PooledLab, act: '/origin' | '/renew'): Promise<boolean> {
  const answer = await fetch(`${control}${act}`, { method: 'POST' }).catch(() => undefined);
  if (answer !== undefined && !answer.ok) process.stderr.write(`${act}: ${await answer.text()}`);
  return answer?.ok === true;
}
