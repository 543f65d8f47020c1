import { planUpgrade } from '../../src/planning/upgrade-plan.js';
import { madePlanInput } from './made-cluster.js';

export const largeClusterNodes = 1_000;

/** The longest a value may be that Temporal hands on. */
export const payloadMaxBytes = 2 * 1024 * 1024;

export interface MeasuredPlan {
  /** Milliseconds each planning took. */
  readonly took: readonly number[];
  /** Of the plan as it stands in history. */
  readonly bytes: number;
}

/**
 * Plans a cluster of a thousand nodes again and again: the planning alone, on an observation that was made up.
 * @throws Error when it makes no plan for all of them.
 */
export function measureLargePlan(times: number): MeasuredPlan {
  const input = madePlanInput(largeClusterNodes);
  const took: number[] = [];
  let text = '';
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    const planned = planUpgrade(input);
    took.push(performance.now() - began);
    if (planned.verdict !== 'planned') throw new Error(`no plan was made: ${JSON.stringify(planned)}`);
    const [hop] = planned.plan.hops;
    if (hop?.nodes.length !== largeClusterNodes) throw new Error('the plan does not name every node');
    text = JSON.stringify(planned);
  }
  return { took, bytes: Buffer.byteLength(text) };
}
