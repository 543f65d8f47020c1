import { setTimeout as sleep } from 'node:timers/promises';
import type { RunStory } from '../../src/planning/report/run-report.js';
import { runId } from '../../src/workflows/messages.js';
import type { World } from '../world.js';

/** Between two checks of a run. */
const lookMs = 300;

/**
 * Waits until a run has ended, however it did. A run over its limit is terminated, so that the next one has the cluster to itself.
 *
 * @param meanwhile called between two checks; left out: nothing.
 * @returns undefined: it did not end in time.
 */
export async function storyInTime(
  world: World,
  run: number,
  patienceMs: number,
  meanwhile: () => Promise<void> = () => Promise.resolve(),
): Promise<RunStory | undefined> {
  const { workflow } = await world.client();
  const handle = workflow.getHandle(runId(world.lab.cluster, run));
  const end = Date.now() + patienceMs;
  while ((await handle.describe()).status.name === 'RUNNING') {
    if (Date.now() > end) {
      await endByForce(world, run);
      return undefined;
    }
    await meanwhile();
    await sleep(lookMs);
  }
  // A failed run has no result, and is reported all the same.
  return world.story(run);
}

async function endByForce(world: World, run: number): Promise<void> {
  const { workflow } = await world.client();
  const query = `WorkflowId STARTS_WITH "${runId(world.lab.cluster, run)}" AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of workflow.list({ query }))
    await workflow.getHandle(workflowId).terminate('the lab: it takes too long');
}
