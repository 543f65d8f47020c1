import type { RunStory, StoryNode } from '../../src/planning/report/run-report.js';
import type { Decision, NodeState } from '../../src/planning/report/run-result.js';
import type { Happened } from '../interruptions/interrupter.js';
import { describePoint } from '../interruptions/interruption.js';
import type { EndState, NodeLeft } from './end-state.js';

/** The outcome of one run. */
export interface RunLeft {
  /** Undefined: it did not end in time. */
  readonly story: RunStory | undefined;
  readonly patienceMs: number;
  readonly end: EndState;
  readonly happened: readonly Happened[];
  /** Terraforms of killed workers that still run. */
  readonly survivors: readonly string[];
}

/** A broken promise, and how it was broken. */
export interface Broken {
  /** `I5`, as named in ARCHITECTURE. */
  readonly promise: string;
  /** One sentence. */
  readonly what: string;
}

/** People and other programs that install and boot too: their actions are not counted as Slipway's. */
const byOthers = ['upgraded-by-hand', 'installed-by-hand', 'another-install-runs', 'rebooted-by-hand'];

/** The version on a node in a reported state: the previous or the new one. Other states leave it open. */
const runsIn: Readonly<Partial<Record<NodeState, 'from' | 'to'>>> = {
  untouched: 'from',
  undone: 'from',
  'rolled-back': 'from',
  'back-on-old': 'from',
  'on-target': 'to',
};

/**
 * Judges the outcome of a run. Pure. The watcher judges what happens inside a run; this judges its end: the run ended with a result; every
 * node is in a named state; no node stays cordoned without a report; nothing was done twice; no process is left.
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
    ...misreported(story, left.end),
    ...rollbacks(story),
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

/** The report that a version is installed and not booted stays as long as it is true: whoever reboots the node must know. */
const ofArmed = ['slipway.dev/armed', 'slipway.dev/install'];

function leftNode(
  reported: StoryNode | undefined,
  { name, cordoned, marks, armed }: NodeLeft,
  fired: readonly string[],
): Broken[] {
  const isReported = reported?.cordoned === true || reported?.undoFailed !== undefined;
  // Such a person or program cordons the node for its upgrade, and may not be done yet.
  const isOthers = byOthersOn(name, fired) > 0 && !marks.includes('slipway.dev/cordoned-by');
  const unasked =
    cordoned && !isReported && !isOthers ? [broken('I5', `${name} is cordoned, and no report names it`)] : [];
  // A node that succeeded, or was returned to service, shows no trace of the run.
  const isHalted = reported?.outcome === 'halted';
  const left = armed ? marks.filter((mark) => !ofArmed.includes(mark)) : marks;
  const marked =
    left.length > 0 && !isHalted ? [broken('I5', `${name} still carries ${left.join(', ')}`)] : [];
  return [...unasked, ...marked];
}

/** The reported state of a node must match its machine. */
function misreported({ nodes: reported, plan }: RunStory, { nodes, fired }: EndState): Broken[] {
  return nodes.flatMap(({ name, runs }) => {
    const node = reported.findLast((one) => one.node === name);
    const which = node?.state && runsIn[node.state];
    if (!node || !which || runs === undefined || byOthersOn(name, fired) > 0) return [];
    const planned = plan?.hops.flatMap((hop) => hop.nodes).find((one) => one.name === name);
    // When a whole run is rolled back, its target is the previous version.
    const wanted = node.state === 'back-on-old' && planned?.back === 'run' ? node.to : node[which];
    return runs === wanted
      ? []
      : [broken('I5', `${name} is reported as ${node.state}, which is ${wanted}, and runs ${runs}`)];
  });
}

/** The end of a run that rolled a node back: the rollback succeeded or failed, and the run reports which. */
const endsOfRollback = ['rolled-back', 'rollback-failed', 'undecided'];

/** A node rolls back when somebody decides so, or automatically where slipway.yaml declares it; its result is the run's last word. */
function rollbacks({ decisions = [], reasons, nodes, plan, outcome }: RunStory): Broken[] {
  const back = decisions.filter(({ kind }) => kind === 'rollback');
  const unasked = back
    .filter(({ by }) => by === ownWord && plan?.onFailure !== 'rollback')
    .map(({ node }) => broken('I9', `${node} rolled back automatically, and slipway.yaml does not say so`));
  const undelivered = back
    // A later decision makes the run continue, or end, in another way.
    .filter(({ node, at }) => !decisions.some((one) => isAfter(one.at, at) && about(one, node)))
    .filter(() => outcome !== 'aborted')
    .filter(
      ({ node }) =>
        !reasons.some((one) => endsOfRollback.includes(one.kind) && 'node' in one && one.node === node),
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
  return [...unasked, ...undelivered, ...otherwise];
}

/** The decision that applies where nobody was asked. */
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

/** A person's retry allows one more of each; a machine that rolls back by replacement is destroyed again for that. */
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
