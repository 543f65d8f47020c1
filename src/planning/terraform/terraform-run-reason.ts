/** Why Terraform itself could not do what it was asked for. Texts of it are redacted before they come this far. */
export type TerraformRunReason =
  /** slipway.yaml is not committed as it is: nobody knows which Terraform configuration belongs to it. */
  | { readonly kind: 'terraform-commit-unknown'; readonly file: string }
  /** The configuration cannot be had at that commit. */
  | {
      readonly kind: 'terraform-source';
      readonly repository: string;
      readonly commit: string;
      readonly why: string;
    }
  /** The configuration does not take the version slipway.yaml names. */
  | {
      readonly kind: 'terraform-program';
      readonly tool: TerraformTool;
      readonly version: string;
      readonly why: string;
    }
  | { readonly kind: 'terraform-init-failed'; readonly tool: TerraformTool; readonly why: string }
  /** The state would lie in a folder of the step, and go with it. `found`: as the backend has it; undefined where it has nothing. */
  | {
      readonly kind: 'terraform-local-state';
      readonly setting: 'path' | 'workspace_dir';
      readonly found?: string;
    }
  /** The state has no lock. `settings`: one of them would give it one; none where the backend knows no locks. */
  | { readonly kind: 'terraform-lockless'; readonly backend: string; readonly settings: readonly string[] }
  /** Plans and applies would run at HCP Terraform, or what speaks like it, where nobody can check and stop them. */
  | { readonly kind: 'terraform-remote-execution'; readonly backend: string }
  /** Somebody else holds the state's lock, or nobody can tell that its owner is gone. */
  | {
      readonly kind: 'terraform-locked';
      /** `user@host`; undefined where the backend does not say. */
      readonly who: string | undefined;
      /** ISO time. */
      readonly since: string | undefined;
      /** `plan`, `apply`. */
      readonly operation: string | undefined;
      /** For `force-unlock`; undefined where it is no lock of Terraform's: an earlier attempt of ours still runs. */
      readonly id: string | undefined;
      /** Why it is not released. */
      readonly why: string;
    }
  /** Messages of Terraform; `count` of all, the first few told. */
  | {
      readonly kind: 'terraform-plan-failed';
      readonly tool: TerraformTool;
      readonly messages: readonly string[];
      readonly count: number;
    }
  /** The state was written since the plan was saved: Terraform refused it, and did nothing. */
  | { readonly kind: 'terraform-plan-stale'; readonly tool: TerraformTool }
  | {
      readonly kind: 'terraform-apply-failed';
      readonly tool: TerraformTool;
      readonly messages: readonly string[];
      readonly count: number;
    }
  /** The backend did not take the state after an apply: what was done stands in `file`, encrypted, and nowhere else. */
  | { readonly kind: 'terraform-state-unwritten'; readonly file: string }
  | { readonly kind: 'terraform-state-unreadable'; readonly tool: TerraformTool; readonly why: string };

type TerraformTool = 'terraform' | 'tofu';
