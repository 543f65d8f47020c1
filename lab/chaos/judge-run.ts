import type { RunStory, StoryNode } from '../../src/planning/report/run-report.js';
import type { Decision, NodeState } from '../../src/planning/report/run-result.js';
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

/** People and other programs that install and boot too: what they do is not counted as Slipway's. */
const byOthers = ['upgraded-by-hand', 'installed-by-hand', 'another-install-runs', 'rebooted-by-hand'];

/** Which version runs on a node that is told to be in a state: that from before, or the new one. Of the other states nobody can say. */
const runsIn: Readonly<Partial<Record<NodeState, 'from' | 'to'>>> = {
  untouched: 'from',
  undone: 'from',
  'rolled-back': 'from',
  'back-on-old': 'from',
  'on-target': 'to',
};

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
    ...misTold(story, left.end),
    ...waysBack(story),
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

function leftNodes(story: RunStory, { nodes, fired }: EndState): Broken[] {
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
        fired,
      ),
    ),
  ];
}

/** What says that a version is installed and not booted stays, where that is so: whoever reboots the node is to know. */
const ofArmed = ['slipway.dev/armed', 'slipway.dev/install'];

function leftNode(
  told: StoryNode | undefined,
  { name, cordoned, marks, armed }: NodeLeft,
  fired: readonly string[],
): Broken[] {
  const isTold = told?.cordoned === true || told?.undoFailed !== undefined;
  // Whoever upgrades a node cordons it for that, and may be at it still.
  const isOthers = byOthersOn(name, fired) > 0 && !marks.includes('slipway.dev/cordoned-by');
  const unasked =
    cordoned && !isTold && !isOthers ? [broken('I5', `${name} is cordoned, and nobody was told`)] : [];
  // A node that ended well, or was returned to service, is as if nobody had been there.
  const isHalted = told?.outcome === 'halted';
  const left = armed ? marks.filter((mark) => !ofArmed.includes(mark)) : marks;
  const marked =
    left.length > 0 && !isHalted ? [broken('I5', `${name} still carries ${left.join(', ')}`)] : [];
  return [...unasked, ...marked];
}

/** What a person is told of a node is what its machine is. */
function misTold({ nodes: told, plan }: RunStory, { nodes, fired }: EndState): Broken[] {
  return nodes.flatMap(({ name, runs }) => {
    const node = told.findLast((one) => one.node === name);
    const which = node?.state && runsIn[node.state];
    if (!node || !which || runs === undefined || byOthersOn(name, fired) > 0) return [];
    const planned = plan?.hops.flatMap((hop) => hop.nodes).find((one) => one.name === name);
    // Where a whole run is rolled back, its target is the previous version.
    const wanted = node.state === 'back-on-old' && planned?.back === 'run' ? node.to : node[which];
    return runs === wanted
      ? []
      : [broken('I5', `${name} is told as ${node.state}, which is ${wanted}, and runs ${runs}`)];
  });
}

/** How a run ends that sent a node back: the node is back, or is not, and the run says which. */
const endsOfWayBack = ['rolled-back', 'rollback-failed', 'undecided'];

/** A node rolls back where somebody says so, or automatically where slipway.yaml does; what became of that is the run's last word. */
function waysBack({ decisions = [], reasons, nodes, plan, outcome }: RunStory): Broken[] {
  const back = decisions.filter(({ kind }) => kind === 'rollback');
  const unasked = back
    .filter(({ by }) => by === ownWord && plan?.onFailure !== 'rollback')
    .map(({ node }) => broken('I9', `${node} rolled back automatically, and slipway.yaml does not say so`));
  const untold = back
    // Whoever said something after it has the run go on, or end, in another way.
    .filter(({ node, at }) => !decisions.some((one) => isAfter(one.at, at) && about(one, node)))
    .filter(() => outcome !== 'aborted')
    .filter(
      ({ node }) =>
        !reasons.some((one) => endsOfWayBack.includes(one.kind) && 'node' in one && one.node === node),
    )
    .map(({ node }) =>
      broken('I5', `${node} was to roll back, and the run does not say what became of that`),
    );
  const otherwise = reasons.flatMap((reason) => {
    if (reason.kind !== 'rolled-back' && reason.kind !== 'rollback-failed') return [];
    const wanted = reason.kind === 'rolled-back' ? 'rolled-back' : reason.state;
    const state = nodes.findLast(({ node }) => node === reason.node)?.state;
    return state === wanted
      ? []
      : [
          broken(
            'I5',
            `the run says that ${reason.node} is ${wanted}, and the node's own end that it is ${state}`,
          ),
        ];
  });
  return [...unasked, ...untold, ...otherwise];
}

/** Whose word it is where nobody was asked. */
export const ownWord = 'Slipway itself';

function isAfter(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other);
}

function about({ kind, node }: Decision, name: string | undefined): boolean {
  return kind === 'abort' || node === name;
}

function byOthersOn(node: string, fired: readonly string[]): number {
  return fired.filter((one) => byOthers.some((name) => one === `${name}@${node}`)).length;
}

/** A person who says retry allows one more of each; a machine that rolls back by another one is destroyed again for that. */
function twice(story: RunStory, { installs, destroyed, fired }: EndState): Broken[] {
  const said = (node: string, kinds: readonly string[]): number =>
    (story.decisions ?? []).filter((one) => one.node === node && kinds.includes(one.kind)).length;
  const over = (
    counts: Readonly<Record<string, number>>,
    what: string,
    allowing: readonly string[],
  ): Broken[] =>
    Object.entries(counts)
      .filter(([node, count]) => count > 1 + said(node, allowing) + byOthersOn(node, fired))
      .map(([node, count]) => broken('I6', `${node} was ${what} ${count} times`));
  return [
    ...over(installs, 'installed on', ['retry']),
    ...over(destroyed, 'destroyed', ['retry', 'rollback']),
  ];
}

function broken(promise: string, what: string): Broken {
  return { promise, what };
}
