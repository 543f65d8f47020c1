import type { AccessReason } from './access.js';
import type { EtcdReason } from './etcd.js';
import type { GateReason } from './gate.js';
import type { InventoryReason } from './inventory.js';
import type { PatchReason } from './machine-patch.js';
import type { ProbeReason } from './probe.js';
import type { ReplacementReason } from './replacement.js';
import type { RequestReason } from './request.js';
import type { RollbackReason } from './rollback.js';
import type { RunReason } from './run.js';
import type { StepReason } from './step.js';
import type { TerraformReason } from './terraform.js';
import type { TerraformRunReason } from './terraform-run.js';

/**
 * Why not: every refusal, closed gate and failure is one of these values, with its numbers.
 *
 * A kind stands in the file of its family, with its data, its sentence, what a person can type, and what happens next.
 * `describe`, `advise` and `failureOf` read them.
 */
export type Reason =
  | RequestReason
  | InventoryReason
  | AccessReason
  | GateReason
  | EtcdReason
  | StepReason
  | RunReason
  | RollbackReason
  | ProbeReason
  | ReplacementReason
  | PatchReason
  | TerraformReason
  | TerraformRunReason;
