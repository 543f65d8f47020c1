import type { Reason } from './reason.js';

/**
 * The sentence of each reason of a family. `describe` is for a reason inside a reason.
 * A sentence has no full stop, so that it can stand inside another.
 */
export type Sentences<Family extends Reason> = {
  readonly [Kind in Family['kind']]: (
    reason: Extract<Family, { kind: Kind }>,
    describe: (reason: Reason) => string,
  ) => string;
};

/** What a person types about each reason of a family: a command, then `  # ` and what it is for. */
export type Advices<Family extends Reason> = {
  readonly [Kind in Family['kind']]: (
    reason: Extract<Family, { kind: Kind }>,
    commands: AdviceCommands,
  ) => readonly string[];
};

/** Commands with this cluster, run and node filled in. Only commands that exist stand here. */
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
  /** talosctl straight to the node, by its address. Where nobody knows it the line says where it stands. */
  readonly talosctl: (node: string, what: string, why: string) => string;
  /** `terraform <what>`, in the folder of the operator's Terraform. */
  readonly terraform: (what: string, why: string) => string;
  readonly kubectl: (what: string, why: string) => string;
  /** Uncordons a node and takes our marks away with the cordon: left behind, they would make a later cordon look like ours. */
  readonly giveBack: (node: string, why: string) => string;
  /** The advice for another reason, for a reason inside a reason. */
  readonly adviseOn: (reason: Reason) => readonly string[];
  /** The same, where the node was rolling back: nothing that would bring it forward again. */
  readonly adviseOnRollback: (reason: Reason) => readonly string[];
}
