import { setHandler } from '@temporalio/workflow';
import type { Reason } from '../planning/reasons/reason.js';
import { supersedeRun, type SupersedeInput } from './messages.js';

/** Whether a newer merge wants another version than this run brings. It ends the run only where that has touched nothing. */
export class RunSuperseded {
  private by: SupersedeInput | undefined;

  constructor() {
    setHandler(
      supersedeRun,
      (by) => {
        this.by = by;
      },
      { description: 'A newer merge wants another version: a run that has touched nothing ends.' },
    );
  }

  reason(): Reason | undefined {
    return this.by && { kind: 'superseded', ...this.by };
  }
}
