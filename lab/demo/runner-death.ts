import { readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { RunView } from '../../src/runs/view/run-view.js';
import { nodeId, runId } from '../../src/workflows/messages.js';
import { whatWentOn, type WentOn } from '../worker-pods/went-on.js';
import type { WorkerPodLine } from '../worker-pods/open-worker-pods.js';
import type { World } from '../world.js';

/** A worker that was drained with its node, or died with it. */
interface RunnerDeath {
  readonly node: string;
  /** Its machine went down without a drain. */
  readonly undrained: boolean;
  /** Milliseconds since the epoch at which it got SIGTERM, or was killed. */
  readonly at: number;
  /** `exit code 0`; undefined: it is still ending. */
  readonly ended: string | undefined;
  /** The step it was running, and the node of that step. */
  readonly wentOn: readonly (WentOn & { readonly of: string })[];
}

/** A workflow whose steps another worker may resume. */
interface Seen {
  readonly name: string;
  readonly id: string;
  readonly over: boolean;
}

/** A dead worker's step is resumed within this time, or it had none. Milliseconds. */
const comesBackWithin = 15_000;

/** Two nodes at once: then both workers are busy when the first of their nodes is drained. */
export async function takeTwoAtOnce({ lab }: World): Promise<void> {
  const document = parseDocument(await readFile(lab.inventory, 'utf8'));
  document.setIn(['upgrade', 'workers', 'batch'], 2);
  await writeFile(lab.inventory, document.toString());
}

/** Reports on workers that run in the cluster which they upgrade, and are drained with their nodes. */
export class RunnerDeaths {
  readonly #steps = new Map<string, readonly WentOn[]>();
  /** Closed workflows, already read to their end. */
  readonly #read = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(
    private readonly world: World,
    private readonly run: number,
  ) {}

  /** Observes what runs now; one observation at a time. */
  look(view: RunView): void {
    this.#looking ??= this.#lookAt(view).finally(() => (this.#looking = undefined));
  }

  notice(): string {
    const said = this.deaths().map(sentence);
    const where = this.world.pods.running().map(({ node }) => node);
    const now = `demo: two workers, in the cluster that they upgrade: now on ${where.join(' and ') || 'no node'}`;
    return [now, ...said].join('\n');
  }

  /** All deaths so far, the earliest first. */
  private deaths(): readonly RunnerDeath[] {
    const lines = this.world.pods.lines();
    const deaths = lines.filter(
      ({ event }) => event === 'told-to-end' || event === 'killed-with-its-machine',
    );
    return deaths.map((death, index) => {
      const at = Date.parse(death.time);
      const next = deaths[index + 1];
      const until = Math.min(at + comesBackWithin, next ? Date.parse(next.time) : Number.POSITIVE_INFINITY);
      const wentOn = [...this.#steps].flatMap(([of, steps]) =>
        steps.filter((step) => step.at > at && step.at < until).map((step) => ({ ...step, of })),
      );
      const undrained = death.event !== 'told-to-end';
      return { node: death.node, undrained, at, ended: endOf(death, lines), wentOn: withoutDoubles(wentOn) };
    });
  }

  async finished(view: RunView): Promise<void> {
    await this.#looking;
    await this.#lookAt(view);
  }

  async #lookAt(view: RunView): Promise<void> {
    const client = await this.world.client();
    const { cluster } = this.world.lab;
    const own: readonly Seen[] = [{ name: 'the run', id: runId(cluster, this.run), over: false }];
    const ofNodes = view.nodes
      .filter(({ state }) => state !== 'waiting')
      .map(({ name, state }) => ({
        name,
        id: nodeId(cluster, this.run, 1, name, 1),
        over: state === 'done',
      }));
    for (const { name, id, over } of [...own, ...ofNodes]) {
      if (this.#read.has(name)) continue;
      const steps = await whatWentOn(client, this.world.pods, id).catch(() => undefined);
      if (steps) this.#steps.set(name, steps);
      if (steps && over) this.#read.add(name);
    }
  }
}

/** The report of one death for a person. */
function sentence({ node, undrained, at, ended, wentOn }: RunnerDeath): string {
  const died = `demo: the worker on ${node} ${undrained ? 'died with its machine' : 'was drained with its node'}`;
  const steps = wentOn.map(({ activity, of, on, at: then }) => {
    return `${activity} of ${of} went on after ${((then - at) / 1_000).toFixed(1)} s from the one on ${on}`;
  });
  if (steps.length > 0) return `${died}; what it had in hand: ${steps.join(', ')}`;
  return ended === undefined ? `${died}; it ends` : `${died}, and had nothing in hand`;
}

function endOf(death: WorkerPodLine, lines: readonly WorkerPodLine[]): string | undefined {
  return lines.find(({ event, pod, time }) => event === 'ended' && pod === death.pod && time >= death.time)
    ?.how;
}

/** An attempt that was observed running is later in the history. */
function withoutDoubles<T extends WentOn & { of: string }>(steps: readonly T[]): T[] {
  const byName = new Map(steps.map((step) => [`${step.of} ${step.activity} ${step.on}`, step]));
  return [...byName.values()];
}
