import type { Inventory } from '../../inventory/schema.js';
import { advise } from '../reasons/advise.js';
import { describe } from '../reasons/describe.js';
import { liftedText, type HoldState } from './hold-state.js';
import type { Strategy, UpgradePlan } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import { addressesIn, type AddressOf } from '../node/node-address.js';
import { revertCommand, type StillDeclared } from '../merge/revert.js';
import { reportFigures, type ReportFigures } from './report-figures.js';
import { reportLag, type ReportLag } from './report-lag.js';
import { reportMarkdown } from './report-markdown.js';
import {
  leftBehind,
  reportBoots,
  toLookAt,
  type LeftBehind,
  type ReportBoots,
  type ToLookAt,
} from './report-nodes.js';
import type { LeftToChange } from '../terraform/left-to-change.js';
import type { MessageKind } from '../messages/message.js';
import type {
  Decision,
  NodeResult,
  NodeState,
  RunResult,
  SnapshotRecord,
  StepRecord,
  Untold,
} from './run-result.js';

/** How a run ended; `open`: it has not. `failed`, `terminated`: it ended without a word of its own. */
export type ReportOutcome = RunResult['outcome'] | 'failed' | 'terminated' | 'open';

/** A step of a node; without `took` it goes on, or nobody heard how it ended. */
export interface StoryStep extends Omit<StepRecord, 'took'> {
  /** Milliseconds. */
  readonly took?: number;
}

/** What became of a node in one hop, ended or not. */
export interface StoryNode extends Omit<NodeResult, 'outcome' | 'state' | 'endedAt' | 'steps' | 'before'> {
  /** `running`: it is under work, or nobody heard how it ended. */
  readonly outcome: NodeResult['outcome'] | 'running';
  readonly state?: NodeState;
  /** ISO time. */
  readonly endedAt?: string;
  readonly steps: readonly StoryStep[];
}

/** Something the run did automatically, between nodes. */
export interface RunWork {
  /** `plan`, `approval`, `order`, `images`, `snapshot`, `etcd`, `paused`, `halted`. */
  readonly name: string;
  /** ISO times; without an end it goes on. */
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** Who was told what the run had to say, and what did not get there. */
export interface Telling {
  readonly receivers: readonly ReceiverTold[];
  /** What did not get to somebody, in order. */
  readonly missed: readonly UntoldMessage[];
  /** What nobody was told; left out: nothing. */
  readonly untold?: Untold;
}

export interface ReceiverTold {
  /** `discord`, `ntfy 2`: by its service, and its place among several of it. */
  readonly receiver: string;
  /** Messages, and editions of the board. */
  readonly told: number;
  readonly failed: number;
  /** It could not be told the last messages; ISO time of the first of them. */
  readonly failing?: { readonly times: number; readonly since: string; readonly why: string };
}

export interface UntoldMessage {
  /** ISO time at which that was known. */
  readonly at: string;
  /** Left out: the record does not tell. */
  readonly kind?: MessageKind;
  /** Left out: nobody could be told. */
  readonly receiver?: string;
  readonly why: string;
  /** It was sent, and nobody knows whether it arrived. */
  readonly mayHaveArrived?: boolean;
}

/** Everything the record tells of one run: what a report is made of. What a record may lack is optional. */
export interface RunStory extends Omit<RunResult, 'outcome' | 'endedAt' | 'counts' | 'notDone' | 'untold'> {
  readonly outcome: ReportOutcome;
  /** What became of the hold it left; left out: it left none, or nobody knows. */
  readonly hold?: HoldState;
  /** ISO time. */
  readonly endedAt?: string;
  readonly plan?: UpgradePlan;
  /** The order in which the nodes of the last hop were taken, once it was known who leads etcd. */
  readonly order: readonly string[];
  /** Those that were begun, hop after hop, and those that ran the target already. */
  readonly nodes: readonly StoryNode[];
  readonly snapshots: readonly SnapshotRecord[];
  /** What people said to it, in order. */
  readonly decisions?: readonly Decision[];
  /** ISO time at which it was asked for. */
  readonly requestedAt?: string;
  /** The nodes it was narrowed to; empty: all. */
  readonly only?: readonly string[];
  /** The strategy it was asked for with. */
  readonly strategy?: Strategy;
  /** slipway.yaml as it was when the run began, and the folder it was in. */
  readonly inventory?: Pick<Inventory, 'nodes' | 'roles' | 'snapshot' | 'terraform'>;
  readonly base?: string;
  readonly work?: readonly RunWork[];
  /** Of an open run: what goes on, as sentences. */
  readonly now?: readonly string[];
  readonly telling?: Telling;
  /** What git declares, and not all nodes run; left out: nothing. */
  readonly stillDeclared?: StillDeclared;
}

/**
 * The report of one run: `slipway report --json` prints exactly this, and the Markdown is made of it. It stands alone: nothing
 * in it needs Temporal, Slipway or the cluster to be understood. Times are ISO, lengths are milliseconds.
 */
export interface RunReport {
  /** The shape of this document; a field that goes or changes its meaning raises it. */
  readonly schema: 1;
  readonly cluster: string;
  readonly run: number;
  readonly outcome: ReportOutcome;
  readonly target: string;
  /** Whether slipway.yaml declared that target. */
  readonly declared: boolean;
  readonly asked: {
    readonly by: string;
    readonly at: string | null;
    /** The git commit of slipway.yaml, where it was in a git checkout. */
    readonly commit: string | null;
    /** The nodes it was narrowed to; empty: all. */
    readonly only: readonly string[];
    /** What `--strategy` named; null: nothing, so slipway.yaml decided. */
    readonly strategy: Strategy | null;
  };
  readonly startedAt: string;
  /** Null: it is open. */
  readonly endedAt: string | null;
  /** What became of the hold it left; null: it left none, or nobody asked the queue. */
  readonly hold: HoldState | null;
  /** Why it did not end as `done`: the value, its sentence, and what could be typed. */
  readonly reasons: readonly ReportReason[];
  /** What is typed to revert in git what it declares, and not all nodes run; null: nothing. */
  readonly revert: string | null;
  /** What people said to the run while it was open, in order. */
  readonly decisions: readonly Decision[];
  /** Of an open run: what goes on, as sentences. */
  readonly now: readonly string[];
  /** Null: it never came to a plan. */
  readonly plan: UpgradePlan | null;
  /** The order of the last hop, once it was known who leads etcd. */
  readonly order: readonly string[];
  /** Every node that was begun, hop after hop, with each of its steps. */
  readonly nodes: readonly StoryNode[];
  readonly boots: ReportBoots;
  /** Nodes of the cluster that do not run the target after this run, as far as it knows. */
  readonly leftBehind: readonly LeftBehind[];
  /** What the run left on nodes: cordons, marks, versions that wait for a reboot. */
  readonly toLookAt: readonly ToLookAt[];
  readonly snapshots: readonly SnapshotRecord[];
  /** Where they are kept, and to whom they are encrypted; null: the record does not tell. */
  readonly snapshotsKept: SnapshotsKept | null;
  /** What the run did automatically, between nodes. */
  readonly work: readonly RunWork[];
  readonly figures: ReportFigures;
  /** What Terraform would still change after the run, with what git says; null: it was not asked. */
  readonly terraform: LeftToChange | null;
  /** What still names the previous version; null: no node has a new one. */
  readonly lag: ReportLag | null;
  /** Null: slipway.yaml named nobody under `notify`. */
  readonly telling: Telling | null;
}

export interface SnapshotsKept {
  /** As slipway.yaml names it. */
  readonly directory: string;
  /** The folder a relative one starts at, on the machine the run was asked for; null: not known. */
  readonly base: string | null;
  /** The age recipient. */
  readonly recipient: string;
}

export interface ReportReason {
  readonly reason: Reason;
  readonly sentence: string;
  readonly advice: readonly string[];
}

/** Makes the report of a run, ended or not. Pure: the same record gives the same report. */
export function reportOf(story: RunStory): RunReport {
  const { cluster, run, outcome, target, declared, plan } = story;
  const released = liftedText(story.hold) !== undefined;
  return {
    schema: 1,
    cluster,
    run,
    outcome,
    target,
    declared,
    asked: {
      by: story.requestedBy,
      at: story.requestedAt ?? null,
      commit: story.commit ?? null,
      only: story.only ?? [],
      strategy: story.strategy ?? null,
    },
    startedAt: story.startedAt,
    endedAt: story.endedAt ?? null,
    hold: story.hold ?? null,
    reasons: story.reasons.map((reason) => ({
      reason,
      sentence: describe(reason),
      advice: advise(reason, {
        cluster,
        run,
        address: addressesOf(story),
        held: outcome !== 'refused' && !released,
        released,
      }),
    })),
    revert: story.stillDeclared ? revertCommand(story.stillDeclared) : null,
    decisions: story.decisions ?? [],
    now: story.now ?? [],
    plan: plan ?? null,
    order: story.order,
    nodes: story.nodes,
    boots: reportBoots(story),
    leftBehind: leftBehind(story),
    toLookAt: toLookAt(story),
    snapshots: story.snapshots,
    snapshotsKept: story.inventory
      ? {
          directory: story.inventory.snapshot.directory,
          base: story.base ?? null,
          recipient: story.inventory.snapshot.recipient,
        }
      : null,
    work: story.work ?? [],
    figures: reportFigures(story),
    terraform: story.terraform ?? null,
    lag: reportLag(story),
    telling: story.telling ?? null,
  };
}

/** The same for people, in Markdown. */
export function runReportMarkdown(story: RunStory): string {
  return reportMarkdown(reportOf(story));
}

/** Reasons name nodes the run was not about, too: another member of etcd, the next control plane. */
function addressesOf({ plan, inventory }: RunStory): AddressOf {
  return addressesIn(inventory?.nodes ?? [], plan?.hops.flatMap((hop) => hop.nodes) ?? []);
}
