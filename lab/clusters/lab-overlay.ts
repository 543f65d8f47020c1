import type { LimitsName } from './lab-limits.js';
import type { LabTerraform } from './lab-terraform.js';

/** The lab's overrides of an inventory: its limits, and its own keys and folders. */
export interface LabOverlay {
  readonly limits: LimitsName;
  /** Public key that snapshots are encrypted to: `age1…`. */
  readonly ageRecipient: string;
  /** Files beside slipway.yaml, by name. */
  readonly files: {
    readonly reader: string;
    readonly admin: string;
    readonly kubeconfig: string;
    readonly snapshots: string;
  };
  readonly speed: number;
  /** `limits.decision`: how long a halted run waits for a person. `0s`: it ends at once. */
  readonly decision: string;
  /** Left out where the machines have no hypervisor. */
  readonly terraform?: LabTerraform;
}

/** Credentials of the lab, by reference. */
export function labAccess({ files }: LabOverlay): object {
  return {
    talos: { reader: { file: files.reader }, admin: { file: files.admin } },
    kubernetes: { file: files.kubeconfig },
  };
}

/** The lab's snapshot folder, and the recipient that can read it. */
export function labSnapshots({ files, ageRecipient }: LabOverlay): { directory: string; recipient: string } {
  return { directory: files.snapshots, recipient: ageRecipient };
}
