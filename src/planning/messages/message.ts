import type { toldKinds } from '../../inventory/notify.js';
import type { Strategy } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import type { StillDeclared } from '../merge/revert.js';
import type { Decision, NodeCounts, NodeState } from '../report/run-result.js';

/** Kinds of messages; `test` is the one a person asks for. */
export type MessageKind = (typeof toldKinds)[number] | 'test';

/** What every message is about. */
export interface About {
  readonly cluster: string;
  /** Left out: what is told is about no run. */
  readonly run?: number;
  /** ISO time at which it happened. */
  readonly at: string;
  /** Tells messages of one kind and run apart: an attempt, a revision. Two messages with all of these alike are one. */
  readonly part?: string;
  /** Where more is to be read: the run in Temporal's Web UI, or its page. */
  readonly link?: string;
}

/** Nodes by name, as many as are worth a message, and how many there are besides. */
export interface NamedNodes {
  readonly names: readonly string[];
  readonly more: number;
}

/** Something that goes on only after a while, or after a person did something. Times are ISO. */
export interface Wait {
  /** What for, as a sentence without a full stop. */
  readonly what: string;
  readonly since: string;
  readonly until?: string;
  readonly node?: string;
  /** What a person may type, one a line. */
  readonly commands: readonly string[];
}

/** A node that rolls back, or rolled back, to what it ran before. */
export interface WentBack {
  readonly node: string;
  /** What it ran on its new version, and what it rolls back to. */
  readonly from: string;
  readonly to: string;
  /** The check that failed on the new version. */
  readonly check?: Reason;
}

/** What advice about reasons is filled in with: the addresses of the nodes that it names. */
export interface AdvisedNodes {
  readonly addresses?: Readonly<Record<string, string>>;
}

/** One row of the board. */
export interface BoardRow {
  readonly node: string;
  readonly sign: 'done' | 'under-work' | 'to-come' | 'not-done' | 'left-out';
  /** `v1.12.6 3m12s`, `drain 47s`: plain words. */
  readonly words?: string;
}

/**
 * What people are told: facts, and sentences where nothing else is left. Everything in it is bounded, for it stands in the history of
 * whoever tells it; nothing in it is trusted to be harmless text.
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
        /** Why somebody is asked, as a sentence without a full stop. */
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
        /** ISO time at which the wait for a decision is over. */
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
        /** What git declares, and not all nodes run. */
        readonly still?: StillDeclared;
      })
    | {
        readonly kind: 'queued';
        readonly target: string;
        /** What keeps it from beginning. */
        readonly reason: Reason;
        readonly by: string;
      }
    | {
        readonly kind: 'superseded';
        readonly target: string;
        /** What takes its place; left out: git was reverted. */
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
        readonly rows: readonly BoardRow[];
        /** Nodes that have no row. */
        readonly more: number;
        /** What goes on and what waits, as sentences. */
        readonly now: readonly string[];
        readonly commands: readonly string[];
        /** Milliseconds that are left, probably. */
        readonly left?: number;
      }
    | { readonly kind: 'test'; readonly by: string }
  );

/** A message of one kind. */
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>;
