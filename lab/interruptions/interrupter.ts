import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, signalProcess } from '../../src/tools/process-identity.js';
import { abortRun, runId } from '../../src/workflows/messages.js';
import type { LabProcess } from '../processes/lab-process.js';
import { descendantsOf, type Descendant } from '../processes/descendants.js';
import { World, temporalAddress, type WorldOptions } from '../world.js';
import { actAt, isAt, stepOfPassing, type InterruptionPoint, type PassingStep } from './interruption.js';
import { SignsOfChange } from './signs-of-change.js';
import { TemporalGateway, type Fate, type Passing } from './temporal-gateway.js';

/** The result of a point that was reached. */
export interface Happened {
  readonly point: InterruptionPoint;
  /** The evidence that it was reached. `answer`: the step ended without a change of its own, and the worker was killed there. */
  readonly sign: 'given' | 'change' | 'heartbeat' | 'answer';
  /** Milliseconds from the kill until the next worker was given a step; undefined: no worker was killed, or nothing was left to do. */
  readonly resumedMs?: number;
  /** Children that outlived the killed worker, without Terraform: `talosctl (pid 4711)`. */
  readonly orphans: readonly string[];
}

const signs = { given: 'given', heartbeat: 'heartbeat', answered: 'answer' } as const;

/** Between two checks for a change. */
const lookMs = 20;
/** Time for the kernel to kill the worker's children. */
const deathMs = 5_000;

/** The only child that may outlive its worker, to its own end (ARCHITECTURE, invariant 11). */
const terraform = /^(terraform|tofu)(-|$)/;

/** A lab whose worker is observed from outside and interrupted at named points of a run. */
export class Interrupter {
  readonly #pending = new Set<InterruptionPoint>();
  readonly #happened: Mutable<Happened>[] = [];
  readonly #signs: SignsOfChange;
  /** Terraforms that outlived their worker. */
  #survivors: Descendant[] = [];
  /** Resolves when a worker runs, or rejects with the reason why none does. */
  #worker: Promise<void> = Promise.resolve();
  /** Workers that hang, or did, and the activities of each. */
  readonly #hung: { readonly worker: LabProcess; readonly at: PassingStep }[] = [];
  #aborting: Promise<unknown> = Promise.resolve();
  #killedAt: number | undefined;

  private constructor(
    readonly world: World,
    readonly gateway: TemporalGateway,
  ) {
    this.#signs = new SignsOfChange(world.lab);
    gateway.guard = (passing) => this.#guard(passing);
  }

  /** Starts a lab, its worker behind a gateway. */
  static async start(options: WorldOptions): Promise<Interrupter> {
    const temporal = options.temporal ?? temporalAddress();
    const gateway = await TemporalGateway.start(temporal);
    try {
      const workerEnv = { ...options.workerEnv, TEMPORAL_ADDRESS: gateway.address };
      return new Interrupter(await World.start({ ...options, temporal, workerEnv }), gateway);
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /** Sets the interruptions from now on, each once. */
  arm(points: readonly InterruptionPoint[]): void {
    this.#pending.clear();
    this.#happened.length = 0;
    for (const point of points) this.#pending.add(point);
  }

  /** Points that no run has reached yet. */
  get pending(): readonly InterruptionPoint[] {
    return [...this.#pending];
  }

  /** Disarms the rest and returns the results, once a worker runs again. @throws Error when none starts. */
  async settle(): Promise<readonly Happened[]> {
    this.#pending.clear();
    await this.#worker;
    await this.#endHung();
    await this.#aborting;
    return [...this.#happened];
  }

  /** Terraforms of killed workers that still run: after the end of a run, there should be none. */
  async survivors(): Promise<readonly string[]> {
    this.#survivors = await stillThere(this.#survivors);
    return this.#survivors.map(nameOf);
  }

  /** Stops everything, also during a run: then a Terraform without a worker is stopped as well. */
  async stop(): ReturnType<World['stop']> {
    this.#pending.clear();
    await this.#worker.catch(() => undefined);
    await this.#endHung();
    const { worker } = this.world;
    const left = [...this.#survivors, ...(worker ? descendantsOf(worker.identity.pid) : [])];
    try {
      return await this.world.stop();
    } finally {
      for (const one of left) signalProcess(one, 'SIGKILL');
      await this.gateway.stop();
    }
  }

  async #guard(passing: Passing): Promise<Fate> {
    if (passing.kind === 'given') this.#noteResumed();
    const at = stepOfPassing(passing);
    if (at && passing.kind === 'answered') this.#wake(at);
    const point = at && [...this.#pending].find((one) => isAt(one, at));
    if (!at || !point) return this.#isAborted(at, passing);
    return this.#come(point, at, passing);
  }

  async #come(point: InterruptionPoint, at: PassingStep, { kind }: Passing): Promise<Fate> {
    const act = actAt(point, kind);
    if (act === 'kill') return this.#kill(point, signs[kind]);
    if (act === 'hang') await this.#hang(point, at, 'heartbeat');
    if (act === 'kill at change') await this.#atChange(point, () => this.#kill(point, 'change'));
    if (act === 'hang at change') await this.#atChange(point, () => this.#hang(point, at, 'change'));
    if (act === 'abort') this.#abort(point, at.run);
    if (act !== 'lose the answer' && act !== 'fail it') return 'on';
    this.#note(point, 'answer');
    return act === 'fail it' ? 'failed' : 'lost';
  }

  /** A step whose run is being aborted ends only after its report. */
  async #isAborted(at: PassingStep | undefined, { kind }: Passing): Promise<'on'> {
    const isIt = this.#happened.some(({ point }) => point.what === 'aborted' && at && isAt(point, at));
    if (kind === 'answered' && isIt) await this.#aborting;
    return 'on';
  }

  #abort(point: InterruptionPoint, run: number): void {
    this.#note(point, 'given');
    const said = async (): Promise<void> => {
      const { workflow } = await this.world.client();
      const handle = workflow.getHandle(runId(this.world.lab.cluster, run));
      await handle.executeUpdate(abortRun, { args: [{ by: 'somebody', why: 'an interruption' }] });
    };
    this.#aborting = said();
    // Its error is handled where it is awaited.
    this.#aborting.catch(() => undefined);
  }

  /** Resolves as soon as it watches, so that no change of the step can come before. */
  async #atChange(point: InterruptionPoint, act: () => Promise<unknown>): Promise<void> {
    const before = await this.#signs.count();
    const look = async (): Promise<void> => {
      while (this.#pending.has(point)) {
        // oxlint-disable-next-line no-await-in-loop -- repeated until there is one
        if ((await this.#signs.count()) > before && this.#pending.has(point)) await act();
        // oxlint-disable-next-line no-await-in-loop -- as above
        else await sleep(lookMs);
      }
    };
    look().catch(() => undefined);
  }

  /** Resolves when the worker is dead; another one is started then. */
  async #kill(point: InterruptionPoint, sign: Happened['sign']): Promise<'lost'> {
    const happened = this.#note(point, sign);
    const death = this.#worker.then(async () => {
      const { worker } = this.world;
      const children = worker ? descendantsOf(worker.identity.pid) : [];
      this.#killedAt = Date.now();
      await Promise.all([this.world.killWorker(), this.#endHung()]);
      return children;
    });
    this.#worker = death.then(async (children) => {
      await Promise.all([this.world.startWorker(), this.#countOrphans(happened, children)]);
    });
    this.#worker.catch(() => undefined);
    await death;
    return 'lost';
  }

  /** Resolves when the worker hangs; another one is started then. */
  async #hang(point: InterruptionPoint, at: PassingStep, sign: Happened['sign']): Promise<void> {
    this.#note(point, sign);
    const hanging = this.#worker.then(() => {
      const { worker } = this.world;
      if (worker && signalProcess(worker.identity, 'SIGSTOP')) this.#hung.push({ worker, at });
    });
    this.#worker = hanging.then(() => this.world.startWorker());
    this.#worker.catch(() => undefined);
    await hanging;
  }

  /** A worker that hung resumes, and finds its step done by another one. */
  #wake(at: PassingStep): void {
    for (const { worker, at: had } of this.#hung)
      if (had.node === at.node && had.step === at.step) signalProcess(worker.identity, 'SIGCONT');
  }

  /** Permanently, whether they resumed or not. */
  async #endHung(): Promise<void> {
    await Promise.all(this.#hung.splice(0).map(({ worker }) => worker.kill()));
  }

  async #countOrphans(happened: Mutable<Happened>, children: readonly Descendant[]): Promise<void> {
    const allowed = children.filter(({ program, besides }) =>
      [program, ...besides].some((one) => terraform.test(one)),
    );
    this.#survivors.push(...allowed);
    const left = await stillThere(children.filter((one) => !allowed.includes(one)));
    happened.orphans = left.map(nameOf);
  }

  #note(point: InterruptionPoint, sign: Happened['sign']): Mutable<Happened> {
    this.#pending.delete(point);
    const happened: Mutable<Happened> = { point, sign, orphans: [] };
    this.#happened.push(happened);
    return happened;
  }

  #noteResumed(): void {
    if (this.#killedAt === undefined) return;
    const last = this.#happened.findLast(({ point }) => point.what.startsWith('killed'));
    if (last) last.resumedMs = Date.now() - this.#killedAt;
    this.#killedAt = undefined;
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function nameOf({ program, pid }: Descendant): string {
  return `${program} (pid ${pid})`;
}

/** Those that do not end within that time. */
async function stillThere(processes: readonly Descendant[]): Promise<Descendant[]> {
  const end = Date.now() + deathMs;
  let left = processes.filter(isRunning);
  while (left.length > 0 && Date.now() < end) {
    // oxlint-disable-next-line no-await-in-loop -- repeated until they are gone
    await sleep(50);
    left = left.filter(isRunning);
  }
  return left;
}
