import { Interrupter } from '../interruptions/interrupter.js';
import { replaceSince } from '../put-back/replace-machines.js';
import { reset } from '../put-back/reset.js';
import type { Verdict } from '../watcher/watch.js';
import type { PlayedRun } from './play-run.js';
import { shapeNamed, type ShapeName } from './shapes.js';

/** A lab of each shape, started on first use and reused by the next run of its shape. One lab runs at a time. */
export class Stages {
  #up: { readonly shape: ShapeName; readonly stage: Interrupter } | undefined;
  #closed = false;

  constructor(
    private readonly temporal: string,
    private readonly reports: {
      /** The verdict of each stopped lab. */
      readonly onVerdict: (verdict: Verdict) => void;
      readonly say: (line: string) => void;
    },
  ) {}

  /** The lab of a shape, in its initial state. @throws Error when the lane was stopped. */
  async of(shape: ShapeName): Promise<Interrupter> {
    if (this.#up?.shape === shape) return this.#up.stage;
    await this.stop();
    if (this.#closed) throw new Error('nothing more is played');
    const { lab, prepare } = shapeNamed(shape);
    const name = `chaos-${shape.replaceAll('.', '-')}`;
    const stage = await Interrupter.start({ name, ...lab, limits: 'short', temporal: this.temporal });
    this.#up = { shape, stage };
    await prepare?.(stage.world);
    return stage;
  }

  /** Resets the lab after a run. A lab that cannot be reset is stopped: the next run gets another. */
  async putBack({ drawn, outcome, from }: PlayedRun): Promise<void> {
    if (!this.#up) return;
    const { world } = this.#up.stage;
    if (outcome === 'never ended') return this.stop();
    try {
      if (shapeNamed(drawn.shape).flow === 'replace') await replaceSince(world, drawn.nodes, from);
      else await reset(world, ...drawn.nodes);
    } catch (error) {
      this.reports.say(`  the lab is replaced: ${error instanceof Error ? error.message : String(error)}`);
      await this.stop();
    }
  }

  async stop(): Promise<void> {
    const up = this.#up;
    this.#up = undefined;
    if (up) this.reports.onVerdict(await up.stage.stop());
  }

  /** Stops the lab for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.stop();
  }
}
