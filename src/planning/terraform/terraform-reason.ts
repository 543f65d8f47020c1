import type { TerraformRunReason } from './terraform-run-reason.js';

/**
 * Why nothing is sent to Terraform, or nothing more. No value of a reason is a secret: what Terraform marks as sensitive,
 * and what looks like it, never comes this far.
 */
export type TerraformReason =
  | TerraformStateReason
  | TerraformPlanReason
  | TerraformAttemptReason
  | TerraformRunReason;

/** The state, and where the nodes are in it. */
type TerraformStateReason =
  /** An address of slipway.yaml means nothing. */
  | { readonly kind: 'terraform-address-wrong'; readonly address: string; readonly why: string }
  /** Nothing managed is at the address. `near` is what is beside it in the state. */
  | {
      readonly kind: 'terraform-address-empty';
      readonly name: string;
      readonly address: string;
      readonly near: readonly string[];
    }
  /** One resource would be replaced for several nodes: the address names no single one. */
  | {
      readonly kind: 'terraform-address-too-wide';
      readonly address: string;
      readonly instance: string;
      readonly nodes: readonly string[];
    }
  /** Terraform would make every machine a second time. */
  | { readonly kind: 'terraform-state-empty'; readonly answering: number }
  /** Terraform would make this machine a second time. */
  | { readonly kind: 'terraform-state-lacks-node'; readonly node: string; readonly address: string }
  /** Another state than the run began with. */
  | { readonly kind: 'terraform-state-other'; readonly expected: string; readonly found: string }
  /** Somebody wrote the state meanwhile (or put an older one back). Serials. */
  | { readonly kind: 'terraform-state-moved'; readonly expected: number; readonly found: number }
  /** A newer Terraform than the inventory allows wrote the state, or would. */
  | {
      readonly kind: 'terraform-too-new';
      readonly what: 'state' | 'program';
      readonly version: string;
      readonly pin: string;
    }
  /** Without an id nobody can tell the old one from the new one. */
  | { readonly kind: 'terraform-id-missing'; readonly address: string };

/** The plan is not what is wanted. */
type TerraformPlanReason =
  | { readonly kind: 'terraform-format-unknown'; readonly version: string }
  | { readonly kind: 'terraform-plan-errored'; readonly subject: string }
  /** Actions on what is none of the run's business, each `address (action)`; `count` of all, the first few named. */
  | {
      readonly kind: 'terraform-outside';
      readonly subject: string;
      readonly changes: readonly string[];
      readonly count: number;
    }
  /** Something of the machine would be done that nobody asked for: a removal, an import, a move. */
  | { readonly kind: 'terraform-action'; readonly address: string; readonly action: string }
  /** It is to be replaced, and the plan does something else, or nothing. */
  | { readonly kind: 'terraform-not-replaced'; readonly address: string; readonly found: string }
  /** `create_before_destroy`: the old one would still hold the id, the address and the MAC. */
  | { readonly kind: 'terraform-wrong-order'; readonly address: string }
  /** An attribute would become another one. `guarded`: the machine would not be the same; otherwise nobody said that it may. */
  | {
      readonly kind: 'terraform-attribute';
      readonly address: string;
      readonly path: string;
      readonly from: string;
      readonly to: string;
      readonly guarded: boolean;
      /** The resource's type, for what can be written in slipway.yaml. */
      readonly type: string;
      /** Old and new value are told to their end, so a person can approve them. */
      readonly whole?: true;
    }
  /** Somebody changed a guarded attribute by hand: state and machine disagree. */
  | {
      readonly kind: 'terraform-drifted';
      readonly address: string;
      readonly path: string;
      readonly from: string;
      readonly to: string;
    }
  /** The plan would replace something else than what was recorded. */
  | {
      readonly kind: 'terraform-id-changed';
      readonly address: string;
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'terraform-deposed'; readonly address: string; readonly key: string }
  | { readonly kind: 'terraform-deferred'; readonly address: string; readonly why: string }
  | { readonly kind: 'terraform-invokes'; readonly actions: readonly string[] }
  /** ReplacingNode templates would touch a node. */
  | {
      readonly kind: 'terraform-template-moves-node';
      readonly node: string;
      readonly address: string;
      readonly action: string;
    };

/** What an attempt that was lost left behind. */
type TerraformAttemptReason =
  /** Tainted or deposed since: making it did not end well. */
  | { readonly kind: 'terraform-half-made'; readonly node: string; readonly address: string }
  /** A machine stands there and the state does not know it: Terraform was killed before it wrote. */
  | { readonly kind: 'terraform-machine-unrecorded'; readonly node: string; readonly address: string }
  /** Nobody can tell whether it is the old one. */
  | {
      readonly kind: 'terraform-unclear';
      readonly node: string;
      readonly address: string;
      readonly why: string;
    };
