import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import proto from '@temporalio/proto';
import { Windows } from '../../src/inventory/windows.js';
import { isNotFound } from '../../src/runs/temporal/grpc-failure.js';
import { historyFacts } from '../../src/runs/view/history-facts.js';
import { decisionsOf } from '../../src/runs/view/view-of-decisions.js';
import { enqueueMerge } from '../../src/starter/enqueue-merge.js';
import { releaseHold } from '../../src/starter/release-hold.js';
import { queueId, runId, startNow, windowTimer, type QueueMemo } from '../../src/workflows/messages.js';
import { limits } from '../limits.js';
import { aCluster } from '../planning/a-cluster.js';
import { DrivenActivities, driveRun } from './a-driven-run.js';
import { cluster, startWorkflowsAlone, taskQueue, type WorkflowsAlone } from './a-waiting-run.js';

const admitted =
  proto.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage
    .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;

let alone: WorkflowsAlone;
beforeAll(async () => {
  alone = await startWorkflowsAlone();
});
afterAll(() => alone.stop());

const origin = (commit: string) => ({
  repository: 'acme/home-ops',
  commit: commit.repeat(40),
  delivery: commit,
});

describe('a run that waits for an approval', () => {
  test('is superseded by a newer merge, which begins', async () => {
    const { run, handle, until } = await alone.mergedRun(origin('d'));
    const { client } = alone.temporal;
    const { inventory, request } = aCluster().planInput();
    const talos = 'v1.12.7';
    const newer = { ...request, schema: 1 as const, talos, origin: origin('e'), commit: 'e'.repeat(40) };
    const answer = await enqueueMerge(
      client,
      { key: 'e', input: { request: newer, inventory, base: '/', only: [] } },
      { taskQueue, limitMs: 60_000 },
    );
    expect(answer).toMatchObject({ verdict: 'waits', reason: { kind: 'run-open', run } });
    expect(await handle.result()).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'superseded', target: talos, commit: 'e'.repeat(40) }],
    });
    const openRun = async (): Promise<number | undefined> => {
      const { memo } = await client.workflow.getHandle(queueId(cluster)).describe();
      return (memo?.['queue'] as QueueMemo | undefined)?.open?.run;
    };
    await until('the newer one is open', async () => (await openRun()) === run + 1);
    const asked = await alone.answerNext({ verdict: 'refused', reasons: [] });
    expect(asked).toMatchObject({ name: 'planUpgrade', input: { run: run + 1 } });
    await client.workflow.getHandle(runId(cluster, run + 1)).result();
    await until('the queue knows that it has ended', async () => (await openRun()) === undefined);
  });
});

test('a release that comes in the moment in which a run ends lifts the hold that the run leaves', async () => {
  const { run, handle, until } = await alone.mergedRun(origin('f'));
  const { client, namespace } = alone.temporal;
  const [said, updateId] = [{ by: 'Ada', why: 'looked at it' }, 'too-early'];
  let released: ReturnType<typeof releaseHold> | undefined;
  await alone.whileFrozen(async () => {
    released = releaseHold(client, cluster, said, { taskQueue, limitMs: limits.wait, updateId });
    const updateRef = { workflowExecution: { workflowId: queueId(cluster) }, updateId };
    await until('it is before the queue', async () => {
      try {
        await client.workflowService.pollWorkflowExecutionUpdate({
          namespace,
          updateRef,
          waitPolicy: { lifecycleStage: admitted },
        });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        throw error;
      }
    });
    await handle.terminate('a test');
  });
  expect(await released).toMatchObject({ verdict: 'released', hold: { run, outcome: 'terminated' } });
});

describe('a run outside its maintenance window', () => {
  const windows = Windows.parse({ zone: 'UTC', open: [{ at: '0 0 1 1 *', lasts: '1h' }] });

  test('begins no node, with the plan made, until a person says now; and keeps who said so', async () => {
    const activities = new DrivenActivities(alone.temporal.client);
    const opens = new Date(Date.now() + 86_400_000).toISOString();
    const driven = await driveRun(
      alone,
      activities,
      500,
      [['work-1']],
      ({ name }) => (name === 'lookAtWindow' ? { open: false, opens } : undefined),
      { windows },
    );
    const facts = async () => historyFacts(await driven.handle.fetchHistory());
    try {
      await driven.until('it waits', async () =>
        (await facts()).timers.some(({ summary }) => summary === windowTimer),
      );
      expect(driven.asked).toEqual(['planUpgrade', 'lookAtWindow']);
      const said = { args: [{ by: 'Ada', why: 'it cannot wait' }] as const };
      expect(await driven.handle.executeUpdate(startNow, { args: [...said.args] })).toEqual({
        verdict: 'starts',
      });
      expect(await driven.handle.result()).toMatchObject({ outcome: 'done', counts: { done: 1 } });
      expect(driven.asked).toContain('installTalos work-1');
      expect(decisionsOf(await facts())).toMatchObject([
        { kind: 'start-now', by: 'Ada', why: 'it cannot wait' },
      ]);
    } finally {
      await driven.stop();
      await activities.stop();
    }
  });
});
