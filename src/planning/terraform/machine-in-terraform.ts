import type { Reason } from '../reasons/reason.js';
import type { ContinueQuestion } from './how-to-continue.js';

/** What Terraform has of a node's machine, and what it would do with the values of its rollback. It was only asked. */
export interface MachineInTerraform extends Pick<ContinueQuestion, 'present' | 'lacking' | 'identity'> {
  /** What stands at the node's address. */
  readonly standing: ContinueQuestion['machine'];
  /** The first thing it would do beside, were the machine replaced with the old values; asked where it is whole. */
  readonly forbids?: Reason;
  /** Addresses of the templates that differ, and are replaced first. */
  readonly templates: readonly string[];
}
