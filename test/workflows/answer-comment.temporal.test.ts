import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDelivery } from '../../src/starter/start-delivery.js';
import { plansThrough } from '../../src/worker/plan-answers.js';
import { runInputs } from '../../src/worker/run-inputs.js';
import type { DeliveryResult } from '../../src/workflows/deliver.js';
import { deliveryWorkflowId, type Delivery } from '../../src/workflows/delivery-messages.js';
import { queueId, type QueueMemo } from '../../src/workflows/messages.js';
import { aRepository } from '../starter/a-starter.js';
import { cluster, startWorkflowsAlone, taskQueue, type WorkflowsAlone } from './a-waiting-run.js';

let alone: WorkflowsAlone;
beforeAll(async () => {
  alone = await startWorkflowsAlone();
});
afterAll(() => alone.stop());

const aComment = (id: string): Delivery => ({
  schema: 1,
  id,
  repository: aRepository(),
  receivedAt: '2026-11-23T12:00:00.000Z',
  via: 'webhook',
  event: {
    kind: 'comment',
    number: 12,
    comment: 99,
    by: 'ada',
    body: '/slipway approve 3f2a8c91 it is urgent',
  },
});

describe('the delivery of a comment', () => {
  const request = {
    cluster,
    run: 42,
    verb: 'approve',
    input: { plan: '3f2a8c91', by: 'github:ada', why: 'it is urgent' },
    updateId: 'comment/acme/home-ops/99',
  };
  const begin = async (id: string): Promise<() => Promise<DeliveryResult>> => {
    const { client } = alone.temporal;
    expect(await startDelivery({ client, taskQueue }, aComment(id))).toBe('accepted');
    return () => client.workflow.getHandle(deliveryWorkflowId(id)).result() as Promise<DeliveryResult>;
  };

  test('is read, passed to its run, and gets the answer of the run as reply', async () => {
    const result = await begin('counted');
    expect(await alone.answerNext({ kind: 'answer', request })).toMatchObject({ name: 'readComment' });
    const counted = { outcome: 'counted', text: 'Plan 3f2a8c91 is approved' };
    expect(await alone.answerNext(counted)).toEqual({ name: 'answerPlan', input: request });
    expect(await alone.answerNext('created')).toMatchObject({
      name: 'commentOnPullRequest',
      input: { number: 12, marker: 'answer/99', text: counted.text },
    });
    expect(await result()).toEqual({ comment: counted, clusters: [] });
  });

  test('that is no answer is replied to, and asks no run', async () => {
    const result = await begin('no-answer');
    await alone.answerNext({ kind: 'no-answer', text: 'Nothing was counted.' });
    expect(await alone.answerNext('created')).toMatchObject({
      name: 'commentOnPullRequest',
      input: { text: 'Nothing was counted.' },
    });
    expect(await result()).toMatchObject({ comment: { outcome: 'no-answer' } });
  });

  test('that is ignored ends there', async () => {
    const result = await begin('ignored');
    await alone.answerNext({ kind: 'ignored', why: 'it was deleted' });
    expect(await result()).toEqual({ comment: { outcome: 'ignored', text: 'it was deleted' }, clusters: [] });
  });
});

describe('the runs of a pull request', () => {
  test('are those that its merge began, with the plan they wait with; and they are answered once', async () => {
    const { client } = alone.temporal;
    const origin = {
      repository: 'acme/home-ops',
      commit: 'b'.repeat(40),
      pullRequest: 12,
      delivery: 'd1',
    };
    const { plan, run, until, handle } = await alone.mergedRun(origin);
    const plans = plansThrough(
      client,
      taskQueue,
      runInputs(client.connection as never, alone.temporal.namespace),
    );
    const ofPull = (repository: string, pullRequest: number) => plans.ofPull({ repository, pullRequest });
    // Lists lag behind.
    await until('its queue is listed', async () => (await ofPull('ACME/Home-Ops', 12)).length > 0);
    expect(await ofPull('acme/home-ops', 12)).toEqual([
      { cluster, run, waits: { plan: plan.hash, needs: plan.approvals } },
    ]);
    expect(await ofPull('acme/home-ops', 13)).toEqual([]);
    expect(await ofPull('acme/other', 12)).toEqual([]);
    const input = {
      plan: plan.hash,
      by: 'github:ada',
      why: 'not this week',
      from: 'comment 99 at acme/home-ops#12',
    };
    const request = { cluster, run, verb: 'reject' as const, input, updateId: 'comment/acme/home-ops/99' };
    const first = await plans.answer(request);
    expect(first).toMatchObject({ kind: 'answered', answer: { verdict: 'rejected', rejection: input } });
    expect(await handle.result()).toMatchObject({ outcome: 'refused' });
    expect(await plans.answer(request)).toEqual(first);
    await until('the queue is free', async () => {
      const { memo } = await client.workflow.getHandle(queueId(cluster)).describe();
      return (memo?.['queue'] as QueueMemo | undefined)?.open === null;
    });
    expect(await ofPull('acme/home-ops', 12)).toEqual([]);
  });
});
