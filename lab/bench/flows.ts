import type { WorldOptions } from '../world.js';
import { budgets } from './budgets.js';
import type { Budget } from './figure.js';

/** Talos' two flows to upgrade a node in place, and a machine replaced by Terraform. */
export type FlowName = 'legacy' | 'lifecycle' | 'replace';

/** How a flow is measured, and its budget. */
export interface Flow {
  /** How the lab is started: what its machines run, and what git declares. */
  readonly lab: Pick<WorldOptions, 'labArgs' | 'hypervisor'>;
  readonly overhead: Budget;
}

export const flows: Readonly<Record<FlowName, Flow>> = {
  legacy: { lab: { labArgs: [] }, overhead: budgets.overhead },
  lifecycle: {
    lab: { labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] },
    overhead: budgets.overhead,
  },
  replace: {
    lab: { hypervisor: true, labArgs: ['--target', 'v1.13.7'] },
    overhead: budgets.replacementOverhead,
  },
};

export const flowNames = Object.keys(flows) as readonly FlowName[];
