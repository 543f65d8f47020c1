import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { haltLines, openHalt, undecided } from '../../src/runs/view/halt-text.js';
import type { RunView } from '../../src/runs/view/run-view.js';
import { projectRoot } from '../../src/tools/project-root.js';
import type { World } from '../world.js';

/** How long the progress view shows the possible commands before the demo types one. Milliseconds. */
const readingMs = 8_000;

/** The setup for `slipway` commands about this lab in another terminal. */
export function otherTerminal(world: World): string {
  const settings = Object.entries(world.environment()).map(([name, value]) => `  export ${name}=${value}`);
  const slipway = `  slipway() { ${path.join(projectRoot, 'bin/slipway.mjs')} "$@"; }`;
  return [...settings, `  cd ${path.dirname(world.lab.inventory)}`, slipway].join('\n');
}

/**
 * Decides about the nodes that halt a run, as a person would: ends the fault, switches the machine on, and types the first command of the
 * progress view. With `--keep` the person at the terminal decides.
 */
export class HaltDecision {
  readonly #lines: string[] = [];
  readonly #decided = new Set<string>();
  #work: Promise<void> | undefined;

  constructor(
    private readonly world: World,
    private readonly run: number,
    private readonly keep: boolean,
  ) {}

  /** The commands typed so far, and their output. */
  notice(): string {
    return this.#lines.join('\n');
  }

  look(view: RunView): void {
    const [node] = openHalt(view) ? undecided(view) : [];
    if (!node || this.#work) return;
    const attempt = `${node.name} ${node.attempt}`;
    if (this.#decided.has(attempt)) return;
    this.#decided.add(attempt);
    if (this.keep) {
      this.#lines.push(
        `demo: --keep leaves the decision about ${node.name} to you. In another terminal:\n${otherTerminal(this.world)}\n` +
          'and then one of the commands on the progress view.',
      );
      return;
    }
    const verb = ['retry', 'rollback', 'skip'].find((one) =>
      haltLines(view).some((line) => line.startsWith(`slipway ${one} ${node.name} `)),
    );
    // A node that failed again after its fault ended is rolled back to the previous version.
    const wanted = node.attempt > 1 && verb === 'retry' ? 'rollback' : verb;
    this.#lines.push(`demo: the run halted at ${node.name}. In ${readingMs / 1000} s the demo decides.`);
    this.#work = this.#decide(node.name, wanted ?? 'abort')
      .catch((error: unknown) => void this.#lines.push(`demo: no decision was typed: ${String(error)}`))
      .finally(() => (this.#work = undefined));
  }

  async finished(): Promise<void> {
    await this.#work;
  }

  async #decide(node: string, verb: string): Promise<void> {
    await sleep(readingMs);
    await this.world.control('DELETE', '/faults');
    await this.world.control('POST', `/machines/${node}/power-on`);
    const why = `the fault is over and ${node} is switched on`;
    this.#lines.push(`demo: somebody ends the fault, switches ${node} on, and types:`);
    const about = verb === 'abort' ? [] : [node];
    const where = `${this.world.lab.cluster}/${this.run}`;
    this.#lines.push(`$ slipway ${[verb, ...about, where].join(' ')} --why "${why}"`);
    const { stdout, stderr } = await this.world.slipway(verb, ...about, where, '--why', why);
    this.#lines.push(`${stdout}${stderr}`.trim());
  }
}
