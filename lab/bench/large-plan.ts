import { runLimits, runSize, type RunSize } from '../../src/planning/plan/run-size.js';
import { planUpgrade } from '../../src/planning/plan/upgrade-plan.js';
import { madePlanInput } from './made-cluster.js';

export const largeClusterNodes = 1_000;

export interface MeasuredPlan {
  /** Milliseconds each planning took. */
  readonly took: readonly number[];
  /** Size of the plan in history. */
  readonly bytes: number;
  /** The estimated size of the run's own history. */
  readonly size: RunSize;
  /** The maximum number of such nodes in one run. */
  readonly fits: number;
}

/**
 * Plans a cluster of a thousand nodes repeatedly: the planning alone, on a generated observation.
 * @throws Error when the plan does not cover all of them.
 */
export function measureLargePlan(times: number): MeasuredPlan {
  const input = madePlanInput(largeClusterNodes);
  const took: number[] = [];
  let text = '';
  let size: RunSize | undefined;
  for (let time = 0; time < times; time += 1) {
    const began = performance.now();
    const planned = planUpgrade(input);
    took.push(performance.now() - began);
    if (planned.verdict !== 'planned') throw new Error(`no plan was made: ${JSON.stringify(planned)}`);
    const [hop] = planned.plan.hops;
    if (hop?.nodes.length !== largeClusterNodes) throw new Error('the plan does not name every node');
    text = JSON.stringify(planned);
    size ??= runSize(planned.plan, input.inventory);
  }
  if (!size) throw new Error('nothing was planned');
  return { took, bytes: Buffer.byteLength(text), size, fits: fitting(size) };
}

function fitting(size: RunSize): number {
  const shares = (['plan', 'events', 'history'] as const).map((what) => runLimits[what] / size[what]);
  return Math.floor(largeClusterNodes * Math.min(...shares));
}
