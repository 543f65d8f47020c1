import { readFile, writeFile } from 'node:fs/promises';
import { endState } from '../../../lab/chaos/end-state.js';
import { judgeRun } from '../../../lab/chaos/judge-run.js';
import type { MatrixCell } from '../../../lab/chaos/matrix-result.js';
import { storyInTime } from '../../../lab/chaos/run-end.js';
import type { Happened, Interrupter } from '../../../lab/interruptions/interrupter.js';
import type { Interruption, InterruptionPoint } from '../../../lab/interruptions/interruption.js';
import { replaceSince } from '../../../lab/put-back/replace-machines.js';
import { reset } from '../../../lab/put-back/reset.js';
import { waits } from '../../../lab/waits.js';
import type { World } from '../../../lab/world.js';
import type { StepName } from '../../../src/planning/steps/node-steps.js';
import { describe } from '../../../src/planning/reasons/describe.js';
import type { RunStory } from '../../../src/planning/report/run-report.js';
import { setInInventory } from '../../../lab/edit-inventory.js';
import { cellOf, columns } from './cells.js';
import { orders, type MatrixOrder } from './orders.js';
import { ways, type Way } from './ways.js';

/** The nodes under work, in the small prox-ops. */
const nodes = { worker: 'k8s-work-1', 'control-plane': 'k8s-ctrl-2' } as const;

/** Short limits of a lab that are too short for a step that is retried again and again. */
const limits = { check: '30s', transferLeadership: '30s', install: '30s' };

/** Where in the matrix. */
export interface Column {
  readonly order: MatrixOrder;
  readonly column: Interruption;
}

export interface PlayedCells {
  /** By step. */
  readonly cells: ReadonlyMap<StepName, MatrixCell>;
  readonly resumedMs: readonly number[];
}

/** Sets the limits of a lab that the matrix is played on. */
export async function prepareForMatrix(world: World): Promise<void> {
  for (const [name, value] of Object.entries(limits)) await setInInventory(world, ['limits', name], value);
  if (world.lab.hypervisor) await world.owner.merge('other limits');
}

/**
 * Plays one column of an order. A run continues after a worker's death, so one run takes a death at each of its steps. A step that halts
 * the run gets its halt, and the others begin again without it. What ends a run is played step by step.
 *
 * @param wanted left out: every step that is to be played.
 */
export async function playColumn(
  stage: Interrupter,
  place: Column,
  wanted: readonly StepName[] = orders[place.order],
): Promise<PlayedCells> {
  const cells = new Map<StepName, MatrixCell>();
  const resumedMs: number[] = [];
  for (const role of ['worker', 'control-plane'] as const) {
    let left = wanted.filter((step) => {
      const cell = cellOf(place.order, step, place.column);
      return cell.kind === 'played' && cell.role === role;
    });
    const endsTheRun = place.column === 'aborted' || place.column === 'fails';
    while (left.length > 0) {
      const played = await playOnce(stage, place, nodes[role], endsTheRun ? left.slice(0, 1) : left);
      resumedMs.push(...played.happened.flatMap((one) => one.resumedMs ?? []));
      for (const [step, cell] of played.cells) cells.set(step, cell);
      left = left.filter((step) => !cells.has(step));
    }
  }
  return { cells, resumedMs };
}

interface PlayedOnce {
  /** At least one of the steps. */
  readonly cells: ReadonlyMap<StepName, MatrixCell>;
  readonly happened: readonly Happened[];
}

/** One run, from a lab that is well to a lab that is well. */
async function playOnce(
  stage: Interrupter,
  { order, column }: Column,
  node: string,
  steps: readonly StepName[],
): Promise<PlayedOnce> {
  const way = ways[order];
  if (!way) throw new Error(`nobody says how a node comes to go through ${order}`);
  const { world } = stage;
  const inventory = await readFile(world.lab.inventory, 'utf8');
  let begun = Date.now();
  try {
    const earlier = await way.before?.(world, node);
    const from = Date.now();
    stage.arm(steps.map((step): InterruptionPoint => ({ node, step, what: column, attempt: way.attempt })));
    const run = await (way.ask?.(world, node, earlier ?? undefined) ?? world.upgrade('--only', node));
    await way.during?.(world, node);
    const story = await storyInTime(world, run, waits.runMs);
    const happened = await stage.settle();
    const survivors = await stage.survivors();
    const end = await endState(world, from);
    // Its machine has the first version again.
    if (story?.nodes.findLast((one) => one.node === node)?.state === 'rolled-back') begun = Date.now();
    const broken = judgeRun({ story, patienceMs: waits.runMs, end, happened, survivors })
      .filter(({ what }) => column !== 'fails' || !what.includes('unexpected'))
      .map(({ what }) => what);
    const ended = { way, node, order, column, steps, happened, story };
    return { cells: cellsOf({ ...ended, broken: [...broken, ...wrongAborts(ended)] }), happened };
  } finally {
    await stage.settle();
    await putBack(world, way, node, inventory, begun);
  }
}

interface Ended {
  readonly way: Way;
  readonly node: string;
  readonly order: MatrixOrder;
  readonly column: Interruption;
  readonly steps: readonly StepName[];
  readonly happened: readonly Happened[];
  readonly broken: readonly string[];
  readonly story: RunStory | undefined;
}

/** How an abort ended otherwise than in the table of steps: before the request the node is undone, from it on it is finished. */
function wrongAborts({ way, node, order, column, happened, story }: Omit<Ended, 'broken'>): string[] {
  if (column !== 'aborted' || !way.sends) return [];
  const sendsAt = orders[order].indexOf(way.sends);
  const ended = story?.nodes.findLast((one) => one.node === node);
  const seen = `${story?.outcome}, ${ended?.outcome}`;
  return happened.flatMap(({ point }) => {
    const isSent = orders[order].indexOf(point.step) >= sendsAt;
    const wanted = isSent ? 'aborted, done' : 'aborted, undone';
    return seen === wanted ? [] : [`an abort at ${point.step} ended as ${seen}, not as ${wanted}`];
  });
}

/** The results of one run's steps: all of them where it ended as it should; the last one alone where it did not. */
function cellsOf({ way, node, column, steps, happened, broken, story }: Ended): Map<StepName, MatrixCell> {
  const met = happened.map(({ point }) => point.step);
  const last = met.at(-1);
  const unmet = (which: readonly StepName[]): [StepName, MatrixCell][] => {
    const note = [`the run ended ${story?.outcome}`, ...broken].join('; ');
    return which.map((step) => [step, { kind: 'not reached', note }]);
  };
  if (last === undefined) return new Map(unmet(steps));
  if (broken.length > 0) return new Map([[last, { kind: 'broken', note: broken.join('; ') }]]);
  const ended = story?.nodes.findLast((one) => one.node === node);
  const { ends } = way;
  if (story?.outcome === ends.outcome && ended?.outcome === ends.node && ended.state === ends.state)
    return new Map<StepName, MatrixCell>([
      ...met.map((step): [StepName, MatrixCell] => [step, { kind: 'same end' }]),
      ...unmet(steps.filter((step) => !met.includes(step))),
    ]);
  const [reason] = story?.reasons ?? [];
  const isAsked = column === 'aborted' || column === 'fails';
  const why = isAsked || !reason ? '' : `: ${describe(reason)}`;
  const note = `the run is ${story?.outcome}, the node ${ended?.outcome} (${ended?.state})${why}`;
  return new Map([[last, { kind: 'named halt', note }]]);
}

async function putBack(
  world: World,
  { shape }: Way,
  node: string,
  inventory: string,
  from: number,
): Promise<void> {
  if ((await readFile(world.lab.inventory, 'utf8')) !== inventory) {
    await writeFile(world.lab.inventory, inventory);
    if (world.lab.hypervisor) await world.owner.merge('as before');
  }
  await (shape === 'small-replace' ? replaceSince(world, [node], from) : reset(world, node));
}

/** The columns in which something is to be played of an order. */
export function columnsToPlay(order: MatrixOrder): readonly Interruption[] {
  return columns.filter((column) =>
    orders[order].some((step) => cellOf(order, step, column).kind === 'played'),
  );
}
