/** The request itself cannot be served. */
export type RequestReason =
  | { readonly kind: 'nothing-to-do'; readonly target: string }
  | { readonly kind: 'unknown-cluster'; readonly cluster: string; readonly known: readonly string[] }
  | { readonly kind: 'unknown-node'; readonly node: string; readonly known: readonly string[] }
  | { readonly kind: 'bad-version'; readonly version: string }
  /** The factory does not know the version. `newest` is the newest it knows of the same minor. */
  | { readonly kind: 'version-unknown'; readonly version: string; readonly newest: string | undefined }
  | { readonly kind: 'downgrade'; readonly node: string; readonly from: string; readonly to: string }
  /** `next`: the minor between them of which the factory has no release (`1.13`). */
  | { readonly kind: 'minor-skipped'; readonly from: string; readonly to: string; readonly next: string }
  /** Another major in place. */
  | {
      readonly kind: 'strategy-unavailable';
      readonly from: string;
      readonly to: string;
      /** Whoever asked named it, and slipway.yaml another. */
      readonly asked?: true;
    }
  /** The nodes run a Talos whose upgrade protocol this version of Slipway does not know. `highest` is the newest minor it does. */
  | { readonly kind: 'flow-unavailable'; readonly version: string; readonly highest: string }
  /** Machines are to be replaced for another image of the version they run, which is installed in place. */
  | { readonly kind: 'strategy-impossible'; readonly node: string; readonly version: string }
  /** A person said no to the plan. `plan`: its hash. */
  | {
      readonly kind: 'approval-rejected';
      readonly by: string;
      readonly why: string;
      readonly plan: string;
    }
  /** Nobody approved the plan, or where two people must only `by`. Milliseconds. */
  | { readonly kind: 'approval-expired'; readonly plan: string; readonly limit: number; readonly by?: string }
  /** The support matrix has no row for that Talos minor. */
  | { readonly kind: 'talos-unsupported'; readonly version: string; readonly known: readonly string[] }
  | {
      readonly kind: 'kubernetes-unsupported';
      readonly talos: string;
      readonly kubernetes: string;
      readonly lowest: string;
      readonly highest: string;
    }
  /** `back`: it takes another run back. */
  | {
      readonly kind: 'run-open';
      readonly cluster: string;
      readonly run: number;
      readonly target: string;
      readonly back?: true;
    }
  | {
      readonly kind: 'held';
      readonly cluster: string;
      readonly run: number;
      readonly since: string;
      readonly why: string;
    }
  /** A person froze the cluster: no run of it begins. */
  | {
      readonly kind: 'frozen';
      readonly cluster: string;
      readonly by: string;
      readonly why: string;
      readonly since: string;
    }
  /** A version that did not stay: no merge brings it again automatically. `wentBack`: the node that did; left out: a whole run was rolled back. */
  | {
      readonly kind: 'taken-back';
      readonly cluster: string;
      readonly talos: string;
      readonly run: number;
      readonly since: string;
      readonly wentBack?: string;
    }
  /** A newer merge wants another version, and nothing was touched yet. `commit`: what was merged. */
  | { readonly kind: 'superseded'; readonly target: string; readonly commit?: string }
  | { readonly kind: 'schema-unknown'; readonly schema: number; readonly known: number }
  /**
   * A run of so many nodes could not end: Temporal does not take what it would write. `plan` and `history`: bytes; `events` of the
   * run's history. `fits`: nodes for which it is estimated to do.
   */
  | {
      readonly kind: 'run-too-large';
      readonly nodes: number;
      readonly hops: number;
      readonly what: 'plan' | 'events' | 'history';
      readonly size: number;
      readonly limit: number;
      readonly fits: number;
    }
  /** It waited for a worker longer than anybody waits for an answer. Milliseconds. */
  | { readonly kind: 'request-too-old'; readonly requestedAt: string; readonly limit: number };
