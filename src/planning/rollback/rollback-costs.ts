import { usually } from '../plan/estimate.js';
import { listed, span } from '../text/phrases.js';
import type { PlannedNode, RollbackValues } from '../plan/plan.js';
import type { MachineInTerraform } from '../terraform/machine-in-terraform.js';

/** Cost of a rollback. */
export interface RollbackCosts {
  /** Milliseconds, by the default durations. */
  readonly took: number;
  /** A sentence each, without a full stop. */
  readonly notes: readonly string[];
}

/** Uses the default durations of a plan's estimate. Template ids are fixed: the old and the new template cannot exist side by side. */
export function costsOf({
  before: { name, from },
  to,
  way,
  ahead,
  machine: { templates },
}: {
  readonly before: Pick<PlannedNode, 'name' | 'from'>;
  readonly to: string;
  readonly way: RollbackValues;
  /** Nodes that are still to be cloned from the new template. */
  readonly ahead: readonly string[];
  readonly machine: Pick<MachineInTerraform, 'templates'>;
}): RollbackCosts {
  const making = templates.length === 0 ? 0 : templates.length === 1 ? usually.template : usually.templates;
  const usual = (milliseconds: number): string => `usually ${span(milliseconds)}`;
  const kept = way.templates.length > 0 && templates.length === 0;
  return {
    took: making + usually.replaced,
    notes: [
      ...(templates.length === 0
        ? []
        : [`${listed(templates)} replaced with ${from} first: ${usual(making)}`]),
      ...(kept ? [`the template it is made of holds ${from} already`] : []),
      `the machine of ${name} replaced with ${from}: ${usual(usually.replaced)}`,
      ...(templates.length === 0 || ahead.length === 0
        ? []
        : [
            `${listed(ahead)} ${ahead.length === 1 ? 'is' : 'are'} still to be made of ${templates.length === 1 ? 'that template' : 'those templates'} with ${to}: the next run makes ${templates.length === 1 ? 'it' : 'them'} anew again, ${usual(making)}`,
          ]),
    ],
  };
}
