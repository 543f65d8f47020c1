import type { DecisionReason } from './decision-reason.js';
import type { EtcdReason } from './reason-etcd.js';
import type { ProbeReason } from './probe-reason.js';
import type { ReplacementReason } from './replacement-reason.js';
import type { RequestReason } from './request-reason.js';
import type { TerraformReason } from '../terraform/terraform-reason.js';

export type { RequestReason } from './request-reason.js';

/**
 * Why not: every refusal, closed gate and failure is one of these values, with its numbers.
 * `describe()` makes the sentence people read; `advise()` says what they can type.
 * Each sentence and advice stands in `describe.ts`, what happens next stands in `failures.ts`.
 */
export type Reason =
  | RequestReason
  | InventoryReason
  | AccessReason
  | GateReason
  | EtcdReason
  | StepReason
  | ProbeReason
  | TerraformReason
  | ReplacementReason;

/** The inventory and the cluster disagree. */
export type InventoryReason =
  | {
      readonly kind: 'inventory-disagrees';
      readonly node: string;
      readonly what: 'missing-node' | 'role' | 'address' | 'schematic' | 'name' | 'stranger';
      readonly expected: string;
      readonly found: string;
    }
  /** The factory has no schematic of that id. */
  | { readonly kind: 'schematic-unknown'; readonly schematic: string; readonly factory: string }
  /** The wanted schematic leaves out system extensions the node runs, and nobody gave them up. */
  | {
      readonly kind: 'extensions-would-go';
      readonly node: string;
      readonly schematic: string;
      readonly lost: readonly string[];
    }
  /** A version is installed and not booted; another install could overwrite the slot that runs. */
  | {
      readonly kind: 'armed-with-other';
      readonly node: string;
      readonly armed: string;
      /** False: it was sent, or nearly was, and nobody heard how it ended. */
      readonly sure: boolean;
      readonly wanted: string;
    }
  | { readonly kind: 'left-over-mark'; readonly node: string; readonly run: string }
  | { readonly kind: 'two-voters'; readonly members: number }
  | { readonly kind: 'single-control-plane'; readonly node: string };

/** Something could not be reached or used. */
export type AccessReason =
  | {
      readonly kind: 'credential-unreadable';
      readonly which: string;
      readonly reference: string;
      readonly why: string;
    }
  | {
      readonly kind: 'certificate-expires';
      readonly which: string;
      readonly at: string;
      readonly neededUntil: string;
    }
  | {
      readonly kind: 'credential-rejected';
      readonly which: string;
      readonly endpoint: string;
      readonly why: string;
    }
  | {
      readonly kind: 'talos-unreachable';
      readonly node: string;
      readonly endpoint: string;
      readonly why: string;
    }
  | { readonly kind: 'kubernetes-unreachable'; readonly endpoints: readonly string[]; readonly why: string }
  | { readonly kind: 'factory-unreachable'; readonly factory: string; readonly why: string }
  | { readonly kind: 'tool-missing'; readonly tool: string; readonly version: string; readonly why: string };

/** What a closed gate says. */
export type GateReason =
  | { readonly kind: 'node-missing'; readonly node: string }
  | {
      readonly kind: 'node-not-ready';
      readonly node: string;
      readonly since: string;
      readonly message: string;
    }
  | { readonly kind: 'node-cordoned'; readonly node: string; readonly by: string }
  | {
      readonly kind: 'talos-not-ready';
      readonly node: string;
      readonly stage: string;
      readonly unmet: readonly string[];
    }
  | { readonly kind: 'component-not-ready'; readonly component: string; readonly node: string }
  | {
      readonly kind: 'pods-in-trouble';
      /** `namespace/name (trouble)`, the first few. */
      readonly pods: readonly string[];
      readonly count: number;
    }
  | {
      /** The budget allows no disruption, and no waiting will change that. */
      readonly kind: 'budget-impossible';
      readonly budget: string;
      readonly pods: readonly string[];
      readonly owner: string | undefined;
      readonly healthy: number;
      readonly desired: number;
      readonly expected: number;
    }
  /** More than one budget covers the pod: Kubernetes refuses every eviction of such a pod. */
  | {
      readonly kind: 'budgets-overlap';
      readonly pod: string;
      readonly owner: string | undefined;
      readonly budgets: readonly string[];
    };

/** What stopped a step. */
export type StepReason =
  | {
      readonly kind: 'expectation-broken';
      readonly node: string;
      readonly what: string;
      readonly expected: string;
      readonly found: string;
    }
  | { readonly kind: 'image-missing'; readonly image: string; readonly status: number }
  | { readonly kind: 'image-unavailable'; readonly image: string; readonly why: string }
  | {
      readonly kind: 'image-pull-failed';
      readonly node: string;
      readonly image: string;
      readonly why: string;
    }
  | {
      readonly kind: 'drain-blocked';
      readonly node: string;
      /** `namespace/name` of the pod that stays. */
      readonly pod: string;
      readonly owner: string | undefined;
      readonly budget: string | undefined;
      readonly allowed: number;
      readonly healthy: number;
      readonly desired: number;
      readonly attempts: number;
      /** An eviction that was granted and not carried out: its pod, `namespace/name`, counts as gone until Kubernetes forgets it. */
      readonly undone?: { readonly pod: string; readonly grantedAt: string; readonly forgottenAt: string };
    }
  | { readonly kind: 'drain-failed'; readonly node: string; readonly why: string; readonly attempts: number }
  /** Somebody uncordoned the node, or cordoned it over, while the run worked on it. */
  | { readonly kind: 'cordon-lost'; readonly node: string; readonly found: string }
  | { readonly kind: 'protected-pods'; readonly node: string; readonly pods: readonly string[] }
  | { readonly kind: 'leader-stays'; readonly node: string; readonly why: string }
  /** It was sent, or nearly was, and nothing of it arrived. */
  | { readonly kind: 'install-not-begun'; readonly node: string }
  /** Talos answered the request with a refusal: the node is as it was. */
  | { readonly kind: 'install-refused'; readonly node: string; readonly why: string }
  /** Somebody else started an installer in this boot (lifecycle flow): what boots next is theirs. */
  | { readonly kind: 'installed-by-others'; readonly node: string; readonly image: string }
  /** The installer ran and failed (lifecycle flow). */
  | { readonly kind: 'install-failed'; readonly node: string; readonly why: string }
  /** The reboot request was, or may have been, sent; the node shows no sign of it. What is installed boots with its next reboot. */
  | { readonly kind: 'reboot-unanswered'; readonly node: string; readonly since: string }
  /** The request was, or may have been, sent; the node shows no sign of it. */
  | { readonly kind: 'install-unanswered'; readonly node: string; readonly since: string }
  | {
      readonly kind: 'back-on-old-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
      /** Lifecycle flow: the answer to the install was lost, so whether anything was installed is not known. */
      readonly unconfirmed?: true;
    }
  | {
      readonly kind: 'node-never-returned';
      readonly node: string;
      readonly since: string;
      readonly last: string;
    }
  | {
      readonly kind: 'wrong-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
    }
  | {
      readonly kind: 'wrong-schematic';
      readonly node: string;
      readonly schematic: string;
      readonly wanted: string;
    }
  | { readonly kind: 'extensions-lost'; readonly node: string; readonly lost: readonly string[] }
  | {
      readonly kind: 'node-stays-not-ready';
      readonly node: string;
      /** What it booted; left out: it booted nothing new. */
      readonly version?: string;
      readonly since: string;
      readonly message: string;
    }
  | {
      readonly kind: 'etcd-not-rejoined';
      readonly node: string;
      readonly why: string;
      /** What was seen last. */
      readonly reason: Reason;
    }
  | { readonly kind: 'node-changed'; readonly node: string; readonly lost: readonly string[] }
  | { readonly kind: 'soak-broken'; readonly node: string; readonly reason: Reason; readonly after: number }
  | { readonly kind: 'snapshot-failed'; readonly why: string }
  | { readonly kind: 'snapshot-unproven'; readonly why: string }
  /** A wait ended. `reason` is what it waited for last. */
  | {
      readonly kind: 'gave-up';
      readonly waitedFor: string;
      readonly limit: number;
      readonly reason: Reason | undefined;
    }
  | { readonly kind: 'aborted'; readonly by: string }
  /** Another node of its batch failed first, so this one went no further. */
  | { readonly kind: 'fleet-halted'; readonly because: string }
  /** No maintenance window opened for so long. Milliseconds. */
  | { readonly kind: 'window-expired'; readonly limit: number }
  /** A pause that nobody ended. Milliseconds. */
  | { readonly kind: 'pause-expired'; readonly by: string; readonly limit: number }
  | DecisionReason
  | { readonly kind: 'terminated' }
  /** None of the above: our fault until shown otherwise. The message is redacted and cut. */
  | { readonly kind: 'unexpected'; readonly message: string };
