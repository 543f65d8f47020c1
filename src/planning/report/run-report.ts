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
  Undelivered,
} from './run-result.js';

/** How a run ended; `open`: it has not. `failed`, `terminated`: it ended without a result of its own. */
export type ReportOutcome = RunResult['outcome'] | 'failed' | 'terminated' | 'open';

/** A step of a node; without `took` it is in progress, or its end was not observed. */
export interface StoryStep extends Omit<StepRecord, 'took'> {
  /** Milliseconds. */
  readonly took?: number;
}

/** State of a node in one hop, ended or not. */
export interface StoryNode extends Omit<NodeResult, 'outcome' | 'state' | 'endedAt' | 'steps' | 'before'> {
  /** `running`: it is under work, or its end was not observed. */
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
  /** ISO times; without an end it is in progress. */
  readonly startedAt: string;
  readonly endedAt?: string;
}

/** Delivered and undelivered notifications of the run. */
export interface Notifications {
  readonly receivers: readonly ReceiverNotified[];
  /** Undelivered messages, in order. */
  readonly missed: readonly UndeliveredMessage[];
  /** Messages that reached no receiver; left out: none. */
  readonly undelivered?: Undelivered;
}

export interface ReceiverNotified {
  /** `discord`, `ntfy 2`: its service, and its position among several of that service. */
  readonly receiver: string;
  /** Delivered messages, and editions of the status message. */
  readonly told: number;
  readonly failed: number;
  /** Deliveries to it have failed since its last success; ISO time of the first of them. */
  readonly failing?: { readonly times: number; readonly since: string; readonly why: string };
}

export interface UndeliveredMessage {
  /** ISO time of the failure. */
  readonly at: string;
  /** Left out: the record does not have it. */
  readonly kind?: MessageKind;
  /** Left out: no receiver was notified. */
  readonly receiver?: string;
  readonly why: string;
  /** It was sent, and whether it arrived is not known. */
  readonly mayHaveArrived?: boolean;
}

/** Everything recorded of one run: the input of a report. Anything a record may lack is optional. */
export interface RunStory extends Omit<
  RunResult,
  'outcome' | 'endedAt' | 'counts' | 'notDone' | 'undelivered'
> {
  readonly outcome: ReportOutcome;
  /** State of the hold it left; left out: it left none, or the state is not known. */
  readonly hold?: HoldState;
  /** ISO time. */
  readonly endedAt?: string;
  readonly plan?: UpgradePlan;
  /** The order in which the nodes of the last hop were taken, once the etcd leader was known. */
  readonly order: readonly string[];
  /** Nodes that were begun, hop after hop, and nodes that already ran the target. */
  readonly nodes: readonly StoryNode[];
  readonly snapshots: readonly SnapshotRecord[];
  /** Commands that people sent to it, in order. */
  readonly decisions?: readonly Decision[];
  /** ISO time of the request. */
  readonly requestedAt?: string;
  /** The nodes selected by `--only`; empty: all. */
  readonly only?: readonly string[];
  /** The strategy override. */
  readonly strategy?: Strategy;
  /** slipway.yaml as it was when the run began, and its folder. */
  readonly inventory?: Pick<Inventory, 'nodes' | 'roles' | 'snapshot' | 'terraform'>;
  readonly base?: string;
  readonly work?: readonly RunWork[];
  /** Of an open run: what is in progress, as sentences. */
  readonly now?: readonly string[];
  readonly telling?: Notifications;
  /** What git declares, and not all nodes run; left out: nothing. */
  readonly stillDeclared?: StillDeclared;
}

/**
 * The report of one run: `slipway report --json` prints exactly this, and the Markdown is made of it. It is self-contained: reading it
 * needs no Temporal, Slipway or cluster. Times are ISO, durations are milliseconds.
 */
export interface RunReport {
  /** The schema version of this document; a field that is removed or changes its meaning raises it. */
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
    /** The nodes selected by `--only`; empty: all. */
    readonly only: readonly string[];
    /** The `--strategy` override; null: none, so slipway.yaml decided. */
    readonly strategy: Strategy | null;
  };
  readonly startedAt: string;
  /** Null: the run is open. */
  readonly endedAt: string | null;
  /** State of the hold it left; null: it left none, or the queue was not asked. */
  readonly hold: HoldState | null;
  /** Why it did not end as `done`: the value, its sentence, and the commands. */
  readonly reasons: readonly ReportReason[];
  /** The command that reverts in git what it declares, and not all nodes run; null: none. */
  readonly revert: string | null;
  /** Commands that people sent to the run while it was open, in order. */
  readonly decisions: readonly Decision[];
  /** Of an open run: what is in progress, as sentences. */
  readonly now: readonly string[];
  /** Null: it never came to a plan. */
  readonly plan: UpgradePlan | null;
  /** The order of the last hop, once the etcd leader was known. */
  readonly order: readonly string[];
  /** Every node that was begun, hop after hop, with each of its steps. */
  readonly nodes: readonly StoryNode[];
  readonly boots: ReportBoots;
  /** Nodes of the cluster that do not run the target after this run, as far as its record shows. */
  readonly leftBehind: readonly LeftBehind[];
  /** What the run left on nodes: cordons, annotations, versions that wait for a reboot. */
  readonly toLookAt: readonly ToLookAt[];
  readonly snapshots: readonly SnapshotRecord[];
  /** Where snapshots are kept, and their age recipient; null: not recorded. */
  readonly snapshotsKept: SnapshotsKept | null;
  /** What the run did automatically, between nodes. */
  readonly work: readonly RunWork[];
  readonly figures: ReportFigures;
  /** What Terraform would still change after the run, with what git says; null: it was not asked. */
  readonly terraform: LeftToChange | null;
  /** References to the previous version; null: no node has a new one. */
  readonly lag: ReportLag | null;
  /** Null: slipway.yaml names nobody under `notify`. */
  readonly telling: Notifications | null;
}

export interface SnapshotsKept {
  /** As slipway.yaml names it. */
  readonly directory: string;
  /** The folder a relative one starts at, on the machine that requested the run; null: not known. */
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

/** The report in Markdown. */
export function runReportMarkdown(story: RunStory): string {
  return reportMarkdown(reportOf(story));
}

/** Reasons also name nodes the run was not about: another member of etcd, the next control plane. */
function addressesOf({ plan, inventory }: RunStory): AddressOf {
  return addressesIn(inventory?.nodes ?? [], plan?.hops.flatMap((hop) => hop.nodes) ?? []);
}
