/**
 * The parts that Slipway reads of `terraform show -json` and `terraform state pull`: Terraform 1.6 and later, OpenTofu 1.6 and later
 * (format version 1.x, https://developer.hashicorp.com/terraform/internals/json-format). The readers check the shape; these are only the
 * types. Input variables and configuration are omitted: they hold secrets in clear.
 */

/** Any value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** `show -json` of a saved plan. A plan made with `-target` is never `complete`, and its `prior_state` holds the targets only. */
export interface TerraformPlan {
  readonly format_version: string;
  readonly terraform_version?: string;
  readonly resource_changes?: readonly ResourceChange[];
  /** Drift since the state was written, as refreshing found it. */
  readonly resource_drift?: readonly ResourceChange[];
  readonly output_changes?: Readonly<Record<string, Change>>;
  /** Changes that Terraform cannot plan yet (≥ 1.9, experimental). */
  readonly deferred_changes?: readonly DeferredChange[];
  /** `action` blocks this plan would invoke (Terraform ≥ 1.14). */
  readonly action_invocations?: readonly { readonly address?: string }[];
  readonly prior_state?: TerraformState;
  readonly applyable?: boolean;
  readonly complete?: boolean;
  readonly errored?: boolean;
  readonly timestamp?: string;
}

export interface ResourceChange {
  readonly address: string;
  /** The address it had before a `moved` block, or a provider, gave it this one. */
  readonly previous_address?: string;
  readonly mode?: 'managed' | 'data';
  readonly type?: string;
  /** The key of a deposed object: left over from a replacement that created the new one first. */
  readonly deposed?: string;
  readonly change: Change;
  readonly action_reason?: string;
}

/** A change of a resource or an output. */
export interface Change {
  /** `["no-op"]`, `["read"]`, `["create"]`, `["update"]`, `["delete"]`, `["delete","create"]`, `["create","delete"]`, `["forget"]`, … */
  readonly actions: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
  /** The shape of `after`, `true` where the value is known after apply only. */
  readonly after_unknown?: Json;
  /** The shape of `before`, `true` where the value may not be shown. */
  readonly before_sensitive?: Json;
  readonly after_sensitive?: Json;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
  /** It would be imported from outside the state. */
  readonly importing?: { readonly id?: string };
}

export interface DeferredChange {
  readonly reason?: string;
  readonly resource_change?: ResourceChange;
}

/** `show -json` of a state. An empty state has no `values`. Only `StateHeader` has lineage and serial. */
export interface TerraformState {
  readonly format_version?: string;
  /** The program that wrote it last. */
  readonly terraform_version?: string;
  readonly values?: { readonly root_module?: StateModule };
}

export interface StateModule {
  readonly address?: string;
  readonly resources?: readonly StateResource[];
  readonly child_modules?: readonly StateModule[];
}

export interface StateResource {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly index?: string | number;
  readonly values?: Readonly<Record<string, Json>>;
  readonly tainted?: boolean;
  readonly deposed_key?: string;
}

/** The top of `terraform state pull`. Its version is omitted: it is that of the running program, whoever wrote the state. */
export interface StateHeader {
  readonly lineage: string;
  readonly serial: number;
}
