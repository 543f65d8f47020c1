import type { Reason } from '../reasons/reason.js';
import type { ContinueQuestion } from './how-to-continue.js';

/** A node's machine in Terraform, and what Terraform would do with the values of its rollback. Read only. */
export interface MachineInTerraform extends Pick<ContinueQuestion, 'present' | 'lacking' | 'identity'> {
  /** State of the machine at the node's address. */
  readonly standing: ContinueQuestion['machine'];
  /** The first additional change, were the machine replaced with the old values; asked where the machine is complete. */
  readonly forbids?: Reason;
  /** Addresses of the templates that differ, and are replaced first. */
  readonly templates: readonly string[];
}
