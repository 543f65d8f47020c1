/** Why a plan replaces no machine. */
export type ReplacementPlanReason =
  /** Settings of slipway.yaml that it would need. */
  | { readonly kind: 'replacement-unprepared'; readonly missing: readonly string[] }
  /** Machine configurations lead to the cluster through this very node. */
  | { readonly kind: 'replacement-endpoint'; readonly node: string; readonly endpoint: string }
  /** There are no other members that would keep its etcd data. */
  | { readonly kind: 'replacement-loses-etcd'; readonly node: string; readonly members: number }
  /** Terraform's variable has one value, and the cluster runs several versions. */
  | {
      readonly kind: 'replacement-kubernetes-mixed';
      readonly variable: string;
      readonly lowest: string;
      readonly highest: string;
    };

/** Why what an earlier run left incomplete is not resumed. */
export type ContinueReason =
  /** It is resumed before any other node; of several, all but one by a person. */
  { readonly kind: 'replacement-unfinished'; readonly nodes: readonly string[] };

/** Why a node whose machine Terraform replaces goes no further. */
export type ReplacementReason =
  | ReplacementPlanReason
  | ContinueReason
  /** Terraform was started, or nearly was, and nobody can tell whether it began with the machine. */
  | { readonly kind: 'replace-unknown'; readonly node: string; readonly since: string }
  /** Neither a system UUID nor a MAC can be read from the Terraform state, so nobody could tell the right machine. */
  | { readonly kind: 'machine-identity-unknown'; readonly node: string; readonly address: string }
  /** Another machine than the one Terraform knows stands at the node's address. */
  | {
      readonly kind: 'machine-other';
      readonly node: string;
      readonly what: 'system UUID' | 'MAC';
      readonly expected: string;
      readonly found: string;
    }
  /** Nothing answers at the node's address. */
  | {
      readonly kind: 'machine-silent';
      readonly node: string;
      readonly address: string;
      readonly why: string;
    }
  /** It waits in maintenance mode for a configuration that was to come with it. */
  | { readonly kind: 'machine-unconfigured'; readonly node: string; readonly address: string }
  /** It booted another version than that of the hop: it was made of another template. */
  | {
      readonly kind: 'machine-wrong-version';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
    }
  /** The machine that should be gone answers. */
  | { readonly kind: 'machine-not-replaced'; readonly node: string; readonly uuid: string }
  | {
      readonly kind: 'machine-never-joined';
      readonly node: string;
      readonly since: string;
      readonly last: string;
    }
  /** The machine configuration by reference is another node's, or none. */
  | {
      readonly kind: 'configuration-wrong';
      readonly node: string;
      readonly reference: string;
      readonly why: string;
    }
  /** Talos did not take the machine configuration. */
  | { readonly kind: 'configuration-refused'; readonly node: string; readonly why: string }
  /** Its network interfaces are not those that slipway.yaml names for its role. `of`: Terraform's state, or the machine itself. */
  | {
      readonly kind: 'network-cards-wrong';
      readonly node: string;
      readonly of: 'terraform' | 'machine';
      readonly wanted: number;
      readonly found: number;
      readonly wrong: readonly string[];
    }
  /** What its network knows it by is not what it was. */
  | {
      readonly kind: 'network-identity-lost';
      readonly node: string;
      readonly what: 'MAC' | 'address';
      readonly before: string;
      readonly now: string;
    }
  /** A machine configuration would not do, or does not, for the cards of the node. `of`: the one to be sent, or the one it runs. */
  | {
      readonly kind: 'device-configuration-wrong';
      readonly node: string;
      readonly resource: string;
      readonly of: 'sent' | 'running';
      readonly wrong: readonly string[];
    }
  /** It does not offer the cards that slipway.yaml says it has. */
  | {
      readonly kind: 'device-not-offered';
      readonly node: string;
      readonly resource: string;
      readonly wanted: number;
      readonly offered: number;
      readonly wrong: readonly string[];
    }
  /** talosctl did not merge the patches of slipway.yaml into its machine configuration. */
  | { readonly kind: 'patch-failed'; readonly node: string; readonly why: string }
  /** They work only once: what Talos shows later is merged with them again. */
  | { readonly kind: 'patch-works-once'; readonly node: string; readonly why: string }
  /** Its machine was replaced at this version, and lacks patches that an upgrade in place does not bring. */
  | {
      readonly kind: 'patches-owed';
      readonly node: string;
      readonly version: string;
      readonly wanted: string;
      readonly patches: number;
    }
  /** Talos took patches that need no reboot, and does not run with them yet. `since`: ISO time. */
  | { readonly kind: 'patch-not-in-effect'; readonly node: string; readonly since: string }
  /** Patches that take effect with a reboot were sent, or nearly were, and neither shows. `since`: ISO time. */
  | { readonly kind: 'patch-unanswered'; readonly node: string; readonly since: string };
