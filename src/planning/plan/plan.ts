import type { Limits } from '../../inventory/schema.js';
import type { RepositorySettings } from '../../starter/settings.js';
import type { Reason } from '../reasons/reason.js';
import type { Role } from '../node/observation.js';
import type { StepName, StepsName } from '../steps/node-steps.js';
import type { AcceptedChange } from '../terraform/accepted-changes.js';
import type { GateName } from '../gates/gates.js';
import type { StillDeclared } from '../merge/revert.js';

export type Strategy = 'in-place' | 'replace';

/**
 * The upgrade protocol of a node. `legacy`, nodes that run Talos 1.12 and older: one request installs and reboots. `lifecycle`, from 1.13
 * on: the install stops nothing and arms the node; a separate reboot boots what was installed.
 */
export type Flow = 'legacy' | 'lifecycle';

/** `default` may boot the new kernel by kexec; `powercycle` goes through the firmware, as after a power cut. */
export type RebootMode = 'default' | 'powercycle';

/** A request for a run. */
export interface UpgradeRequest {
  /** The schema version of this request; a worker refuses an unknown one. */
  readonly schema: 1;
  readonly cluster: string;
  /** Target Talos version, `v1.12.6`. */
  readonly talos: string;
  /** Whether slipway.yaml declares that target; false: given on the command line. */
  readonly declared: boolean;
  readonly requestedBy: string;
  readonly requestedAt: string;
  /** The git commit of the inventory, where it is in a git checkout. */
  readonly commit?: string;
  /** Strategy override for this run; left out: `upgrade.strategy` of slipway.yaml applies. */
  readonly strategy?: Strategy;
  /** It rolls back what an earlier run upgraded; left out: it upgrades. */
  readonly back?: RunRollback;
  /** The merge it came from; left out: an operator typed it. */
  readonly origin?: Origin;
}

/** The merge that a request came from. */
export interface Origin {
  /** Repository name at the git host: `acme/home-ops`. */
  readonly repository: string;
  readonly commit: string;
  readonly pullRequest?: number;
  /** The delivery, as `delivery/<id>` names its workflow. */
  readonly delivery: string;
  /** How to access the repository, so that the run can report its state there; left out: it reports nothing there. */
  readonly gitHost?: RepositorySettings;
}

/** An earlier run that is to be rolled back. */
export interface RunRollback {
  readonly run: number;
  /** The reason given for the rollback. */
  readonly why: string;
  /** The nodes that run worked on, the last one first, each with what it ran before. */
  readonly nodes: readonly RanBefore[];
  /** The target of that run. */
  readonly target: string;
  /** What git declares of it; left out: nothing. */
  readonly declared?: StillDeclared;
}

/** What a node ran before a run. */
export interface RanBefore {
  readonly name: string;
  readonly version: string;
  readonly schematic: string;
  /** The version that run upgraded it to. */
  readonly to: string;
  /**
   * Why no slot holds the old version. `replaced`: that run replaced its machine, and the rollback does so again. `several-hops`: it
   * upgraded the node in place more than once.
   */
  readonly noSlot?: 'replaced' | 'several-hops';
  /** Versions between, the newest first; the node rolls back through them. Of a replaced machine only where a minor lies between. */
  readonly through?: readonly RanBetween[];
}

/** What a node ran after one hop of a run, and before the next. */
export interface RanBetween {
  readonly version: string;
  readonly schematic: string;
}

/** The immutable, recorded answer to a request. It leaves nothing to choose. */
export interface UpgradePlan {
  readonly cluster: string;
  readonly target: string;
  readonly declared: boolean;
  readonly kubernetes: { readonly lowest: string; readonly highest: string };
  /** `replace`: some hop replaces nodes. */
  readonly strategy: Strategy;
  /** Why that strategy: `patch: same minor`. */
  readonly strategyReason: string;
  /** What requires approval before anything is touched; left out: nothing. */
  readonly approvals?: readonly PlanApproval[];
  /** How many different people must approve; left out: one. */
  readonly approvers?: number;
  /** The Terraform configuration that makes the machines; present where a hop replaces nodes. */
  readonly terraform?: PlannedTerraform;
  readonly hops: readonly Hop[];
  /** Each order of steps that a node of this plan follows, once; `PlannedNode.steps` names it. */
  readonly steps: Readonly<Partial<Record<StepsName, readonly StepName[]>>>;
  readonly gates: readonly GateName[];
  readonly drain: { readonly attempts: number; readonly deleteEmptyDirData: boolean };
  /** How many workers after the canary may be worked on at the same time. */
  readonly batch: number;
  readonly snapshotMaxAge: number;
  /** A node that does not become healthy on its new version rolls back automatically; left out: the run waits for a decision. */
  readonly onFailure?: 'rollback';
  /** The run skips workers that cannot be drained; left out: it halts. */
  readonly undrained?: 'skip';
  readonly limits: Limits;
  /** What will stop the run if it stays as it is, and notes for the operator. */
  readonly blocked: readonly BlockedNode[];
  readonly notes: readonly string[];
  /** Milliseconds; not part of the hash. */
  readonly estimate: number;
  /** SHA-256 (hex) over the decisions and what they rest on. */
  readonly hash: string;
}

/** Something that requires approval. */
export interface PlanApproval {
  /**
   * `strategy`: the request overrides slipway.yaml. `delta`, `control-planes`, `replace`: `upgrade.approve` names it. `attributes`:
   * replaced machines would differ from the old ones by more than the version.
   */
  readonly kind: 'strategy' | 'delta' | 'control-planes' | 'replace' | 'attributes';
  /** A sentence, without a full stop. */
  readonly why: string;
}

/** One step of versions. */
export interface Hop {
  readonly to: string;
  /** Why it is a separate hop, where the target alone does not say. */
  readonly why?: string;
  /** `replace`: it replaces nodes, those with a `replace` of their own. Left out: in place. */
  readonly strategy?: Strategy;
  /** Terraform variables of this hop, by name. Git names those of the last hop only. */
  readonly values?: Readonly<Record<string, string>>;
  /** Addresses of the templates its nodes are cloned from; those that differ are replaced before any node. */
  readonly templates?: readonly string[];
  readonly nodes: readonly PlannedNode[];
}

/** How the machine of one node is replaced. */
export interface PlannedReplacement {
  /** Its Terraform address: a module or a resource. */
  readonly address: string;
  readonly host?: string;
  /** Who sends the new machine its configuration: Slipway or Terraform. */
  readonly configuration: 'apply-config' | 'terraform';
  /** Attributes of its machine that change besides the version; approving the plan approves these. Left out: none. */
  readonly accepts?: readonly AcceptedChange[];
  /**
   * An earlier run left the replacement incomplete: what the state lacks is created, and nothing is destroyed but incomplete resources.
   * `waiting`: a new machine is there, without a configuration. `gone`: nothing responds.
   */
  readonly continues?: 'waiting' | 'gone';
  /** A rollback: its machine is made as it was before its hop. In no plan: decided when the run has halted. */
  readonly rollbackValues?: RollbackValues;
}

/** What the machine of a node is made of where it rolls back to the previous version. */
export interface RollbackValues {
  /** Terraform variables, instead of the hop's. */
  readonly values: Readonly<Record<string, string>>;
  /** Addresses of the templates that are replaced with these values first, where they differ. */
  readonly templates: readonly string[];
}

/** The Terraform or OpenTofu configuration that a plan depends on. */
export interface PlannedTerraform {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  /** Left out: the folder of slipway.yaml. */
  readonly repository?: string;
  readonly folder: string;
  readonly workspace: string;
  /** The commit that is checked out. */
  readonly commit: string;
}

/** A smoke test by its name in slipway.yaml. */
export interface PlannedProbe {
  readonly name: string;
  /** Milliseconds from its Pod's creation to its end. */
  readonly limit: number;
}

export interface PlannedNode {
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  /** The installer image, complete reference. */
  readonly image: string;
  readonly from: string;
  /** The upgrade protocol, by the version it runs. The talosctl is that of its running minor. */
  readonly flow: Flow;
  /** Which of the plan's orders of steps it follows. */
  readonly steps: StepsName;
  /** Its machine is replaced, as `steps: 'replace'` says; left out: it is upgraded in place. */
  readonly replacement?: PlannedReplacement;
  /** How many patches of slipway.yaml it gets once it is Ready; left out: none. */
  readonly patches?: number;
  /** The smoke tests of slipway.yaml that run before it is uncordoned, in their order; left out: none. */
  readonly probes?: readonly PlannedProbe[];
  /** How it is rebooted; left out: `default`. A replaced machine starts through its firmware anyway. */
  readonly rebootMode?: RebootMode;
  readonly schematic: string;
  /** Asserted before the node's first mutation. */
  readonly expects: {
    readonly version: string;
    readonly schematic: string;
    /** Left out where an earlier hop changes them. */
    readonly extensions?: readonly string[];
  };
  /** Why it is not touched; undefined: it is. */
  readonly skip?: 'already-on-target';
  /** The version is installed and waits for a reboot: it is not installed again. */
  readonly armed?: true;
  /**
   * It rolls back to what it ran before; `expects` is what it runs now. `true`: it halted its run, which ends then. `run`: the whole of an
   * earlier run rolls back. With `steps` of `back` it need not be healthy for that.
   */
  readonly back?: true | 'run';
  readonly canary: boolean;
  /** A person cordoned this worker: it is upgraded and left cordoned. */
  readonly keepCordon: boolean;
  /** An earlier run left its annotations on the node (`run/<cluster>/<n>`): this run takes them over and removes them. */
  readonly adopts?: string;
  /** Milliseconds the workload gates are watched afterwards. */
  readonly soak: number;
}

/** A node at which the run would stop, in the current state. */
export interface BlockedNode {
  readonly node: string;
  readonly reason: Reason;
}

/** The result of planning. */
export type Planned =
  | { readonly verdict: 'planned'; readonly plan: UpgradePlan }
  | { readonly verdict: 'nothing-to-do'; readonly reason: Reason }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
