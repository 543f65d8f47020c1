import {
  stepOrders,
  withProbes,
  type StepName,
  type StepsName,
} from '../../../src/planning/steps/node-steps.js';

/** `probed`: any order where slipway.yaml has smoke tests for the node; no order of the table has that step automatically. */
export type MatrixOrder = StepsName | 'probed';

/** Every order of steps that a node can follow: the table itself, so that a new one is here at once. */
export const orders: Readonly<Record<MatrixOrder, readonly StepName[]>> = {
  ...stepOrders,
  probed: withProbes(stepOrders.legacy),
};

export const orderNames = Object.keys(orders) as readonly MatrixOrder[];
