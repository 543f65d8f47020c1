import {
  stepOrders,
  withProbes,
  type StepName,
  type StepsName,
} from '../../../src/planning/steps/node-steps.js';

/** `probed`: what any order is where slipway.yaml has probes for the node; no order of the table has the step automatically. */
export type MatrixOrder = StepsName | 'probed';

/** Every order of steps that a node can follow: the table itself, so that a new one is here at once. */
export const orders: Readonly<Record<MatrixOrder, readonly StepName[]>> = {
  ...stepOrders,
  probed: withProbes(stepOrders.legacy),
};

export const orderNames = Object.keys(orders) as readonly MatrixOrder[];
