import { proxyActivities } from '@temporalio/workflow';
import { activityOptions } from '../../src/workflows/activity-options.js';

/** The activities of `steps-worker`. */
export interface Steps {
  step(index: number): Promise<number>;
}

/** So many steps, one after the other, under the heartbeats and retries of Slipway's own. Answers which process did each. */
export async function steps(count: number): Promise<number[]> {
  const { step } = proxyActivities<Steps>(activityOptions('look', 60_000, 'a step'));
  const by: number[] = [];
  for (let index = 0; index < count; index += 1)
    // oxlint-disable-next-line no-await-in-loop -- as the steps of a node are
    by.push(await step(index));
  return by;
}
