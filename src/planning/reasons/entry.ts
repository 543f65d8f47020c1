import type { Reason } from './reason.js';

/** Everything about one kind of reason. A new kind is added to the file of its family, and nowhere else. */
export interface Entry<One extends Reason> {
  /** What happens next. */
  readonly failure: Failure;
  /**
   * The sentence for people: what happened, with its numbers. No full stop, so that it can stand inside another sentence.
   *
   * @param describe for a reason inside the reason.
   */
  readonly sentence: (reason: One, describe: (inner: Reason) => string) => string;
  /** The advice: one command a line, then `  # ` and its purpose. */
  readonly advice: (reason: One, commands: AdviceCommands) => readonly string[];
}

/** An entry for each kind of a family. */
export type Entries<Family extends Reason> = {
  readonly [Kind in Family['kind']]: Entry<Extract<Family, { kind: Kind }>>;
};

/** What a failure leads to. */
export interface Failure {
  /**
   * `refuse`: nothing was touched, the run does not start. `undo-and-halt`: the node is returned to what it was, the fleet halts. `halt`:
   * the node keeps its named state, the fleet halts and a person decides. Before the install request, a `halt` is undone as well: nothing
   * prevents that. Once a version may be installed, nothing is undone, whatever this field says. `none`: the run continues to its last
   * node, and holds nothing.
   */
  readonly after: 'undo-and-halt' | 'halt' | 'refuse' | 'none';
  /** Whether the activity is retried, within the limit of its step. */
  readonly retry: boolean;
  /**
   * For a node that runs the new version: it rolls back to the previous version automatically, unless slipway.yaml says `onFailure: ask`,
   * and then halts the fleet. `if-its-own`: only where the unmet condition concerns that node (`automatic-rollback.ts`).
   */
  readonly rollback?: 'always' | 'if-its-own';
  /** For a worker that is returned to service because of it: the run skips the worker, where slipway.yaml says `undrained: skip`. */
  readonly skippable?: true;
  /** The reason for this policy. */
  readonly note: string;
}

export const refuse = (note: string): Failure => ({ after: 'refuse', retry: false, note });
/** A transient condition: a node that reboots, an API that does not respond. */
export const passing = (note: string): Failure => ({ after: 'undo-and-halt', retry: true, note });
export const undo = (note: string): Failure => ({ after: 'undo-and-halt', retry: false, note });
/** For a node that cannot be drained. */
export const undrained = (note: string): Failure => ({ ...undo(note), skippable: true });
export const halt = (note: string): Failure => ({ after: 'halt', retry: false, note });
export const haltWithRollback = (note: string, when: Failure['rollback'] = 'always'): Failure => ({
  ...halt(note),
  rollback: when,
});

/** Commands with this cluster, run and node filled in. Only existing commands are listed here. */
export interface AdviceCommands {
  readonly cluster: string;
  readonly plan: (why: string, options?: string) => string;
  readonly upgrade: (why: string, options?: string) => string;
  readonly status: (why: string) => string;
  readonly watch: (why: string) => string;
  readonly abort: (why: string) => string;
  /** A decision about a node, while the run waits for one. */
  readonly decide: (verb: 'retry' | 'rollback', node: string, why: string) => string;
  /** Rolls back what a run did. */
  readonly rollBackRun: (run: number, why: string, options: string) => string;
  readonly release: (why: string) => string;
  readonly report: (why: string) => string;
  readonly inventoryCheck: (why: string) => string;
  readonly tools: (why: string) => string;
  /** talosctl straight to the node, by its address. Where the address is not known, the line says where to find it. */
  readonly talosctl: (node: string, what: string, why: string) => string;
  /** `terraform <what>`, in the folder of the operator's Terraform. */
  readonly terraform: (what: string, why: string) => string;
  readonly kubectl: (what: string, why: string) => string;
  /**
   * Uncordons a node and removes Slipway's annotations with the cordon: left behind, they would make a later cordon look like Slipway's.
   */
  readonly uncordon: (node: string, why: string) => string;
  /** The advice for another reason, for a reason inside a reason. */
  readonly adviseOn: (reason: Reason) => readonly string[];
  /** The advice for a node that was rolling back: without commands that would upgrade it again. */
  readonly adviseOnRollback: (reason: Reason) => readonly string[];
}

/** The last step of most advice: release the cluster. */
export const thenRelease = (say: AdviceCommands): string =>
  say.release('once the cluster is well; touches no node');

export const continueAfterRelease = (say: AdviceCommands): string =>
  say.upgrade('continues with the nodes that are left, after the release');
