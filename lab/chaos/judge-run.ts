import type { RunStory, StoryNode } from '../../src/planning/run-report.js';
import type { Happened } from '../interruptions/interrupter.js';
import { describePoint } from '../interruptions/interruption.js';
import type { EndState, NodeLeft } from './end-state.js';

/** What one run left behind. */
export interface RunLeft {
  /** Undefined: it did not end in time. */
  readonly story: RunStory | undefined;
  readonly patienceMs: number;
  readonly end: EndState;
  readonly happened: readonly Happened[];
  /** Terraforms of killed workers that are still there. */
  readonly survivors: readonly string[];
}

/** A promise that was broken, and how. */
export interface Broken {
  /** `I5`, as ARCHITECTURE names them. */
  readonly promise: string;
  /** One sentence. */
  readonly what: string;
}

/** People and other programs that install too: what they do is not counted as Slipway's. */
const byOthers = ['upgraded-by-hand', 'installed-by-hand', 'another-install-runs'];

/**
 * Judges what a run left behind. Pure. What goes on inside a run the watcher judges; this is about its end: it ended, with a word; every
 * node is in a state with a name; nothing is cordoned that nobody was told of; nothing was done twice; no process is left.
 */
export function judgeRun(left: RunLeft): readonly Broken[] {
  const { story, happened, survivors, patienceMs } = left;
  const orphans = happened.flatMap((one) =>
    one.orphans.map((orphan) => broken('I4', `${orphan} outlived its worker, ${describePoint(one.point)}`)),
  );
  const terraforms = survivors.map((one) =>
    broken('I4', `${one} of a killed worker is still there after the run`),
  );
  if (!story)
    return [broken('I13', `the run had not ended after ${patienceMs / 1_000} s`), ...orphans, ...terraforms];
  return [
    ...ending(story),
    ...leftNodes(story, left.end),
    ...twice(story, left.end),
    ...orphans,
    ...terraforms,
  ];
}

function ending({ outcome, reasons, nodes }: RunStory): Broken[] {
  if (outcome === 'failed' || outcome === 'terminated' || outcome === 'open')
    return [broken('I13', `the run ended without a word: ${outcome}`)];
  const kinds = [...reasons, ...nodes.flatMap(({ reason }) => reason ?? [])].map(({ kind }) => kind);
  const unnamed = kinds.includes('unexpected')
    ? [broken('I5', 'a failure that no table names: unexpected')]
    : [];
  const silent =
    outcome !== 'done' && reasons.length === 0 ? [broken('I5', `${outcome}, and nothing says why`)] : [];
  return [...unnamed, ...silent];
}

function leftNodes(story: RunStory, { nodes }: EndState): Broken[] {
  const unnamed = story.nodes
    .filter(({ outcome, state }) => outcome === 'running' || state === undefined || state === 'unknown')
    .map(({ node, outcome, state }) =>
      broken('I5', `${node} is in no state with a name: ${outcome}, ${state ?? 'nothing is known'}`),
    );
  return [
    ...unnamed,
    ...nodes.flatMap((node) =>
      leftNode(
        story.nodes.findLast((one) => one.node === node.name),
        node,
      ),
    ),
  ];
}

function leftNode(told: StoryNode | undefined, { name, cordoned, marks }: NodeLeft): Broken[] {
  const isTold = told?.cordoned === true || told?.undoFailed !== undefined;
  const unasked = cordoned && !isTold ? [broken('I5', `${name} is cordoned, and nobody was told`)] : [];
  // A node that ended well, or was given back, is as if nobody had been there.
  const isHalted = told?.outcome === 'halted';
  const marked =
    marks.length > 0 && !isHalted ? [broken('I5', `${name} still carries ${marks.join(', ')}`)] : [];
  return [...unasked, ...marked];
}

/** A person who says retry allows one more. */
function twice(story: RunStory, { installs, destroyed, fired }: EndState): Broken[] {
  const retries = (node: string): number =>
    (story.decisions ?? []).filter((one) => one.node === node && one.kind === 'retry').length;
  const others = (node: string): number =>
    fired.filter((one) => byOthers.some((name) => one === `${name}@${node}`)).length;
  const over = (counts: Readonly<Record<string, number>>, what: string): Broken[] =>
    Object.entries(counts)
      .filter(([node, count]) => count > 1 + retries(node) + others(node))
      .map(([node, count]) => broken('I6', `${node} was ${what} ${count} times`));
  return [...over(installs, 'installed on'), ...over(destroyed, 'destroyed')];
}

function broken(promise: string, what: string): Broken {
  return { promise, what };
}
