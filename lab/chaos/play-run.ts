import { readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import type { StepName } from '../../src/planning/steps/node-steps.js';
import { describe } from '../../src/planning/reasons/describe.js';
import type { RunStory } from '../../src/planning/report/run-report.js';
import type { Happened, Interrupter } from '../interruptions/interrupter.js';
import type { InterruptionPoint } from '../interruptions/interruption.js';
import type { World } from '../world.js';
import type { DrawnDecision, DrawnRun } from './draw-run.js';
import { endState } from './end-state.js';
import { judgeRun, ownWord, type Broken } from './judge-run.js';
import { storyInTime } from './run-end.js';

/** The result of a run. */
export interface PlayedRun {
  readonly drawn: DrawnRun;
  /** Milliseconds, for comparison with other times. */
  readonly from: number;
  readonly until: number;
  readonly outcome: RunStory['outcome'] | 'never ended';
  /** The first reason in readable form; empty where all ended well. */
  readonly says: string;
  readonly happened: readonly Happened[];
  /** Points that the run never reached. */
  readonly notReached: readonly InterruptionPoint[];
  readonly fired: readonly string[];
  /** The decisions of people, and whether they were accepted: `retry k8s-work-1`, `rollback k8s-work-1 (refused)`. */
  readonly decided: readonly string[];
  readonly rollbacks: {
    readonly taken: number;
    /** Of those: the automatic ones. */
    readonly byThemselves: number;
    /** The node runs its previous version, uncordoned. */
    readonly restored: number;
    /** Of those: it had run the new version, or its machine had been replaced with it. */
    readonly fromNew: number;
  };
  readonly broken: readonly Broken[];
}

/** Longer than all limits of a run together, with one retry in vain. */
const patienceMs = 480_000;

/** Short: waits in vain should not take long; a worker that dies in one takes four seconds of it. */
const limits = {
  boot: '20s',
  ready: '20s',
  reboot: '20s',
  etcdRejoin: '20s',
  check: '20s',
  nodeChecks: '20s',
  gates: '20s',
  image: '15s',
};

/** How long a run waits for a person, where a decision is drawn. */
const decisionLimit = '20s';

/** Plays a drawn run on a healthy lab. @throws Error when the lab, and not Slipway, failed. */
export async function playRun(stage: Interrupter, drawn: DrawnRun): Promise<PlayedRun> {
  const { world } = stage;
  const decision = drawn.decisions.length > 0 ? decisionLimit : '0s';
  await setInventory(world, { limits: { ...limits, decision }, upgrade: { onFailure: drawn.onFailure } });
  for (const fault of drawn.faults) await world.control('POST', '/faults', fault);
  stage.arm(drawn.points);
  const from = Date.now();
  const run = await world.upgrade('--only', ...drawn.nodes);
  const people = new People(world, drawn.decisions);
  const story = await storyInTime(world, run, patienceMs, () => people.look());
  const notReached = stage.pending;
  const happened = await stage.settle();
  const survivors = await stage.survivors();
  const end = await endState(world, from);
  const [reason] = story?.reasons ?? [];
  return {
    drawn,
    from,
    until: Date.now(),
    outcome: story?.outcome ?? 'never ended',
    says: reason ? describe(reason) : '',
    happened,
    notReached,
    fired: end.fired,
    decided: people.said,
    rollbacks: rollbacksOf(story, end.nodes),
    broken: judgeRun({ story, patienceMs, end, happened, survivors }),
  };
}

/** Between two checks of a run that may wait for a person. */
const personMs = 1_500;

/** The nodes that wait for a decision when a run halts. */
class People {
  readonly said: string[] = [];
  readonly #left: DrawnDecision[];
  #next = 0;

  constructor(
    private readonly world: World,
    decisions: readonly DrawnDecision[],
  ) {
    this.#left = [...decisions];
  }

  /** Decides where a run waits for a person, and a drawn decision is left. */
  async look(): Promise<void> {
    const [decision] = this.#left;
    if (!decision || Date.now() < this.#next) return;
    const stdout = await this.world.says();
    const node = /slipway retry (?<node>\S+) /.exec(stdout)?.groups?.['node'];
    if (node !== undefined) {
      this.#left.shift();
      await this.#say(decision, node);
    }
    this.#next = Date.now() + personMs;
  }

  async #say({ what, repaired }: DrawnDecision, node: string): Promise<void> {
    if (repaired) await this.world.control('DELETE', '/faults');
    const about = what === 'abort' ? [] : [node];
    const { code } = await this.world.slipway(what, ...about, '--why', 'chaos');
    this.said.push([what, ...about, ...(code === 0 ? [] : ['(refused)'])].join(' '));
  }
}

/** Steps of a rollback that change the running version. */
const changesVersion: ReadonlySet<string> = new Set<StepName>([
  'roll-back',
  'replace-machine',
  'continue-machine',
]);

function rollbacksOf(
  story: RunStory | undefined,
  nodes: readonly { readonly name: string; readonly version: string; readonly cordoned: boolean }[],
): PlayedRun['rollbacks'] {
  const taken = (story?.decisions ?? []).filter(({ kind }) => kind === 'rollback');
  const restored = taken.filter(({ node: name }) => {
    const reported = story?.nodes.findLast(({ node }) => node === name);
    const seen = nodes.find((node) => node.name === name);
    return reported?.state === 'rolled-back' && seen?.version === reported.from && !seen.cordoned;
  });
  const byThemselves = taken.filter(({ by }) => by === ownWord);
  const fromNew = restored.filter(({ node: name }) =>
    story?.nodes.some(
      ({ node, steps }) => node === name && steps.some(({ step }) => changesVersion.has(step)),
    ),
  );
  return {
    taken: taken.length,
    byThemselves: byThemselves.length,
    restored: restored.length,
    fromNew: fromNew.length,
  };
}

/** As a person with an editor, and with a commit where slipway.yaml is in git. */
async function setInventory(
  world: World,
  wanted: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<void> {
  const file = world.lab.inventory;
  const before = await readFile(file, 'utf8');
  const document = parseDocument(before);
  for (const [section, values] of Object.entries(wanted))
    for (const [name, value] of Object.entries(values)) document.setIn([section, name], value);
  const after = document.toString();
  if (after === before) return;
  await writeFile(file, after);
  if (world.lab.hypervisor) await world.owner.merge('as this run wants it');
}
