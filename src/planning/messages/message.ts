import type { notifiedKinds } from '../../inventory/notify.js';
import type { Strategy } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import type { StillDeclared } from '../merge/revert.js';
import type { Decision, NodeCounts, NodeState } from '../report/run-result.js';

/** Event types; `test` is the one an operator asks for. */
export type MessageKind = (typeof notifiedKinds)[number] | 'test';

/** What every message is about. */
export interface About {
  readonly cluster: string;
  /** Left out: the message is about no run. */
  readonly run?: number;
  /** ISO time at which it happened. */
  readonly at: string;
  /** Distinguishes messages of one kind and run: an attempt, a revision. Two messages with all of these equal are one. */
  readonly part?: string;
  /** Where to read more: the run in Temporal's Web UI, or its page. */
  readonly link?: string;
}

/** Node names, as many as fit a message, and how many more there are. */
export interface NamedNodes {
  readonly names: readonly string[];
  readonly more: number;
}

/** Something that continues after a while, or after somebody acts. Times are ISO. */
export interface Wait {
  /** What it waits for, as a sentence without a full stop. */
  readonly what: string;
  readonly since: string;
  readonly until?: string;
  readonly node?: string;
  /** Commands, one a line. */
  readonly commands: readonly string[];
}

/** A node that rolls back, or rolled back, to its previous version. */
export interface WentBack {
  readonly node: string;
  /** The new version it leaves, and the version it rolls back to. */
  readonly from: string;
  readonly to: string;
  /** The check that failed on the new version. */
  readonly check?: Reason;
}

/** Node addresses that fill in the advice about reasons. */
export interface AdvisedNodes {
  readonly addresses?: Readonly<Record<string, string>>;
}

/** One row of the status message. */
export interface StatusRow {
  readonly node: string;
  readonly sign: 'done' | 'under-work' | 'to-come' | 'not-done' | 'left-out';
  /** `v1.12.6 3m12s`, `drain 47s`: plain words. */
  readonly words?: string;
}

/**
 * Payload of a notification: data, and sentences only where data does not do. Everything is bounded, because it is stored in the history of
 * the sending workflow. Nothing in it is trusted to be harmless text.
 */
export type Message = About &
  (
    | {
        readonly kind: 'start';
        readonly target: string;
        /** Every version the nodes run now. */
        readonly from: readonly string[];
        readonly strategy: Strategy;
        /** Why that strategy. */
        readonly why: string;
        readonly nodes: NamedNodes;
        readonly hops: number;
        /** Milliseconds. */
        readonly estimate: number;
        readonly by: string;
        readonly commit?: string;
      }
    | {
        readonly kind: 'node-done';
        readonly node: string;
        readonly from: string;
        readonly to: string;
        /** Milliseconds. */
        readonly took: number;
        /** How many nodes are done, this one included, and of how many. */
        readonly place: number;
        readonly of: number;
      }
    | (Wait & { readonly kind: 'waiting' })
    | (Wait & { readonly kind: 'reminder' })
    | { readonly kind: 'decided'; readonly decision: Omit<Decision, 'at' | 'plan'> }
    | {
        readonly kind: 'approval';
        readonly target: string;
        /** The plan's hash. */
        readonly plan: string;
        /** Why approval is needed, as a sentence without a full stop. */
        readonly why: string;
        readonly nodes: NamedNodes;
        readonly until?: string;
        readonly commands: readonly string[];
      }
    | (AdvisedNodes & {
        readonly kind: 'halt';
        readonly target: string;
        readonly node?: string;
        readonly state?: NodeState;
        readonly reasons: readonly Reason[];
        /** ISO time at which the wait for a decision ends. */
        readonly until?: string;
      })
    | (WentBack & { readonly kind: 'rollback' })
    | (WentBack & { readonly kind: 'rolled-back'; readonly took: number })
    | (WentBack &
        AdvisedNodes & {
          readonly kind: 'rollback-failed';
          readonly state?: NodeState;
          readonly reason: Reason;
        })
    | {
        readonly kind: 'done';
        readonly target: string;
        readonly counts: NodeCounts;
        /** Milliseconds. */
        readonly took: number;
        /** What Terraform would still change, as a sentence. */
        readonly left?: string;
        /** Of a rollback. */
        readonly still?: StillDeclared;
      }
    | (AdvisedNodes & {
        readonly kind: 'ended';
        readonly outcome:
          | 'incomplete'
          | 'nothing-to-do'
          | 'refused'
          | 'halted'
          | 'aborted'
          | 'failed'
          | 'terminated';
        readonly target: string;
        readonly counts?: NodeCounts;
        readonly took?: number;
        readonly reasons: readonly Reason[];
        /** The version that git declares, and that not all nodes run. */
        readonly still?: StillDeclared;
      })
    | {
        readonly kind: 'queued';
        readonly target: string;
        /** What keeps it from starting. */
        readonly reason: Reason;
        readonly by: string;
      }
    | {
        readonly kind: 'superseded';
        readonly target: string;
        /** The version that takes its place; left out: git was reverted. */
        readonly newer?: string;
        readonly by: string;
      }
    | {
        readonly kind: 'notifier-failing';
        readonly receiver: string;
        readonly times: number;
        /** ISO time. */
        readonly since: string;
        readonly why: string;
      }
    | {
        readonly kind: 'board';
        readonly target: string;
        /** `in place`, `halted`, `done`: how it stands. */
        readonly stands: string;
        readonly done: number;
        readonly of: number;
        readonly rows: readonly StatusRow[];
        /** Nodes that have no row. */
        readonly more: number;
        /** What is in progress and what waits, as sentences. */
        readonly now: readonly string[];
        readonly commands: readonly string[];
        /** Estimated milliseconds left. */
        readonly left?: number;
      }
    | { readonly kind: 'test'; readonly by: string }
  );

/** A message of one kind. */
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>;
