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
 * The client–node protocol of an upgrade. `legacy`, nodes that run Talos 1.12 and older: one request installs and reboots.
 * `lifecycle`, from 1.13 on: the install stops nothing and arms the node; a reboot of its own boots what was installed.
 */
export type Flow = 'legacy' | 'lifecycle';

/** `default` may boot the new kernel by kexec; `powercycle` goes through the firmware, as a power cut would. */
export type RebootMode = 'default' | 'powercycle';

/** What somebody asked for. */
export interface UpgradeRequest {
  /** The schema of this request; a worker refuses one that it does not know. */
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
  /** How this run does it, whatever `upgrade.strategy` of slipway.yaml says; left out: as that says. */
  readonly strategy?: Strategy;
  /** It brings back what an earlier run upgraded, to what that ran before; left out: it upgrades. */
  readonly back?: RunRollback;
  /** The merge it came from; left out: a person typed it. */
  readonly origin?: Origin;
}

/** The merge that a request came from. */
export interface Origin {
  /** As the forge names it: `acme/home-ops`. */
  readonly repository: string;
  readonly commit: string;
  readonly pullRequest?: number;
  /** The delivery, as `delivery/<id>` names its workflow. */
  readonly delivery: string;
  /** How the repository is reached, so that the run can say there how it stands; left out: it is told nothing. */
  readonly forge?: RepositorySettings;
}

/** What an earlier run did, to be rolled back. */
export interface RunRollback {
  readonly run: number;
  /** Why somebody wants it. */
  readonly why: string;
  /** The nodes that run worked on, the last one first, each with what it ran before. */
  readonly nodes: readonly RanBefore[];
  /** What that run was to bring. */
  readonly target: string;
  /** What git declares of it; left out: nothing. */
  readonly declared?: StillDeclared;
}

/** What a node ran before a run. */
export interface RanBefore {
  readonly name: string;
  readonly version: string;
  readonly schematic: string;
  /** The version that run brought it to. */
  readonly to: string;
  /** Why no slot holds it: that run replaced its machine, and so it is again; or it upgraded it in place more than once. */
  readonly noSlot?: 'replaced' | 'several-hops';
  /** What it ran between, the newest first; it rolls back through them. Of a machine that is replaced only where a minor lies between. */
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
  /** What a person must approve before anything is touched; left out: nothing. */
  readonly approvals?: readonly PlanApproval[];
  /** How many different people must say it; left out: one. */
  readonly approvers?: number;
  /** What makes the machines; there where a hop replaces nodes. */
  readonly terraform?: PlannedTerraform;
  readonly hops: readonly Hop[];
  /** Each order of steps that a node of this plan follows, once; `PlannedNode.steps` names it. */
  readonly steps: Readonly<Partial<Record<StepsName, readonly StepName[]>>>;
  readonly gates: readonly GateName[];
  readonly drain: { readonly attempts: number; readonly deleteEmptyDirData: boolean };
  /** Workers after the canary that may be worked on at the same time. */
  readonly batch: number;
  readonly snapshotMaxAge: number;
  /** A node that does not get well on its new version rolls back automatically; left out: a person is asked. */
  readonly onFailure?: 'rollback';
  /** The run goes on without workers that cannot be emptied; left out: it halts. */
  readonly undrained?: 'skip';
  readonly limits: Limits;
  /** What will stop the run if it stays as it is, and what a person should know. */
  readonly blocked: readonly BlockedNode[];
  readonly notes: readonly string[];
  /** Milliseconds; not part of the hash. */
  readonly estimate: number;
  /** SHA-256 (hex) over the decisions and what they rest on. */
  readonly hash: string;
}

/** One thing that is not done without a person's approval. */
export interface PlanApproval {
  /**
   * `strategy`: the request wants another one than slipway.yaml. `delta`, `control-planes`, `replace`: `upgrade.approve` names it.
   * `attributes`: machines that are replaced would become others than they were, by more than the version.
   */
  readonly kind: 'strategy' | 'delta' | 'control-planes' | 'replace' | 'attributes';
  /** A sentence, without a full stop. */
  readonly why: string;
}

/** One step of versions. */
export interface Hop {
  readonly to: string;
  /** Why it is a hop of its own, where the target alone does not say. */
  readonly why?: string;
  /** `replace`: it replaces nodes, those with a `replace` of their own. Left out: in place. */
  readonly strategy?: Strategy;
  /** What this hop gives to Terraform: variables by name. Git names those of the last hop only. */
  readonly values?: Readonly<Record<string, string>>;
  /** Addresses of the templates its nodes are made of, to be replaced before any of them, where they differ. */
  readonly templates?: readonly string[];
  readonly nodes: readonly PlannedNode[];
}

/** How the machine of one node is replaced. */
export interface PlannedReplacement {
  /** What Terraform calls it: a module or a resource. */
  readonly address: string;
  readonly host?: string;
  /** Who gives the new machine its configuration: Slipway, or what Terraform makes of it. */
  readonly configuration: 'apply-config' | 'terraform';
  /** What of its machine becomes another one beside the version; whoever approves the plan approves these. Left out: nothing. */
  readonly accepts?: readonly AcceptedChange[];
  /**
   * An earlier run began it and did not finish: what the state lacks is made, and nothing is destroyed but what is incomplete.
   * `waiting`: a new machine stands there, without a configuration. `gone`: nothing answers.
   */
  readonly continues?: 'waiting' | 'gone';
  /** It is made as it was before its hop. In no plan: a person decides it when the run has halted. */
  readonly rollbackValues?: RollbackValues;
}

/** What the machine of a node is made of where it rolls back to the previous version. */
export interface RollbackValues {
  /** What Terraform is given, instead of what the hop gives. */
  readonly values: Readonly<Record<string, string>>;
  /** Addresses of the templates that are replaced with these values first, where they differ. */
  readonly templates: readonly string[];
}

/** The Terraform or OpenTofu configuration that a plan rests on. */
export interface PlannedTerraform {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  /** Left out: the one slipway.yaml stands in. */
  readonly repository?: string;
  readonly folder: string;
  readonly workspace: string;
  /** The commit it is checked out at. */
  readonly commit: string;
}

/** A probe by its name in slipway.yaml. */
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
  /** How it is upgraded: by what it runs. The talosctl is that of its running minor. */
  readonly flow: Flow;
  /** Which of the plan's orders of steps it follows. */
  readonly steps: StepsName;
  /** Its machine is replaced, as `steps: 'replace'` says; left out: it is upgraded in place. */
  readonly replacement?: PlannedReplacement;
  /** How many patches of slipway.yaml it gets once it is Ready; left out: none. */
  readonly patches?: number;
  /** The probes of slipway.yaml that try it before it is uncordoned, in their order; left out: none. */
  readonly probes?: readonly PlannedProbe[];
  /** How it is rebooted; left out: `default`. A machine that is replaced starts through its firmware anyway. */
  readonly rebootMode?: RebootMode;
  readonly schematic: string;
  /** Asserted before the node's first mutation. */
  readonly expects: {
    readonly version: string;
    readonly schematic: string;
    /** Left out where an earlier hop brings other ones. */
    readonly extensions?: readonly string[];
  };
  /** Why it is not touched; undefined: it is. */
  readonly skip?: 'already-on-target';
  /** The version is installed and waits for a reboot: it is not installed again. */
  readonly armed?: true;
  /**
   * It rolls back to what it ran before; `expects` is what it runs now. `true`: it halted its run, which ends
   * then. `run`: the whole of an earlier run rolls back. One whose `steps` are `back` need not be well for it.
   */
  readonly back?: true | 'run';
  readonly canary: boolean;
  /** A human cordoned this worker: it is upgraded and left cordoned. */
  readonly keepCordon: boolean;
  /** An earlier run left its marks on the node (`run/<cluster>/<n>`): this run takes them over and lifts them. */
  readonly adopts?: string;
  /** Milliseconds the workload gates are watched afterwards. */
  readonly soak: number;
}

/** A node of the plan that would be stopped at, as things stand. */
export interface BlockedNode {
  readonly node: string;
  readonly reason: Reason;
}

/** What planning answers. */
export type Planned =
  | { readonly verdict: 'planned'; readonly plan: UpgradePlan }
  | { readonly verdict: 'nothing-to-do'; readonly reason: Reason }
  | { readonly verdict: 'refused'; readonly reasons: readonly Reason[] };
