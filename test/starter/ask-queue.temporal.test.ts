import { afterAll, beforeAll, describe as group, expect, test } from '@jest/globals';
import { enqueueUpgrade } from '../../src/starter/enqueue-upgrade.js';
import { releaseHold } from '../../src/starter/release-hold.js';
import { carriedOver } from '../../src/starter/queue-start.js';
import { queueId, type EnqueueInput, type QueueMemo } from '../../src/workflows/messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';

const since = '2026-11-21T12:00:00.000Z';
const now = '2026-11-21T13:00:00.000Z';
const hold: QueueMemo['hold'] = { run: 6, since, outcome: 'halted', reasons: [{ kind: 'terminated' }] };
const open: QueueMemo['open'] = { run: 7, target: 'v1.12.6', since };
const lifted: QueueMemo['lifted'] = { release: { run: 6, by: 'ada', why: 'it is well', at: since } };

group('a queue that is started again', () => {
  test.each<[string, QueueMemo | undefined, QueueMemo]>([
    ['begins with nothing where there was none', undefined, { hold: null, open: null, lastRun: 0 }],
    ['goes on counting', { hold: null, open: null, lastRun: 7 }, { hold: null, open: null, lastRun: 7 }],
    [
      'keeps who released it',
      { hold: null, open: null, lastRun: 6, lifted },
      { hold: null, open: null, lastRun: 6, lifted },
    ],
    ['keeps its hold', { hold, open: null, lastRun: 6 }, { hold, open: null, lastRun: 6 }],
    [
      'is held by a run of which nobody knows how it ends',
      { hold: null, open, lastRun: 7 },
      {
        hold: { run: 7, since: now, outcome: 'terminated', reasons: [{ kind: 'terminated' }] },
        open: null,
        lastRun: 7,
      },
    ],
  ])('%s', (_, memo, expected) => {
    expect(carriedOver(memo, now)).toEqual(expected);
  });
});

group('a real Temporal without a worker', () => {
  let temporal: WorkerlessTemporal;
  beforeAll(async () => {
    temporal = await startWorkerlessTemporal();
  });
  afterAll(() => temporal.stop());

  /** The inventory is not read before a worker has it. */
  const input = (cluster: string) =>
    ({
      request: {
        schema: 1,
        cluster,
        talos: 'v1.12.6',
        declared: true,
        requestedBy: 'ada',
        requestedAt: since,
      },
      base: '/',
      only: [],
    }) as unknown as EnqueueInput;

  test('is asked first who polls: nothing is sent where nobody does', async () => {
    const answer = await enqueueUpgrade(temporal.client, input('atlas'), {
      taskQueue: 'nobody-polls',
      limitMs: 20_000,
    });
    expect(answer).toEqual({
      verdict: 'unanswered',
      sent: false,
      pollers: { taskQueue: 'nobody-polls', answering: false, lastSeen: undefined },
    });
    await expect(temporal.client.workflow.getHandle(queueId('atlas')).describe()).rejects.toThrow(
      'not found',
    );
  });

  test('is not waited for beyond the limit when the last worker has just died', async () => {
    await temporal.pretendWorker('just-died');
    const answer = await enqueueUpgrade(temporal.client, input('atlas'), {
      taskQueue: 'just-died',
      limitMs: 5_000,
    });
    expect(answer).toMatchObject({
      verdict: 'unanswered',
      sent: true,
      pollers: { answering: true, lastSeen: expect.any(String) },
    });
  });

  test('remembers the hold of a queue that somebody terminated', async () => {
    await temporal.pretendWorker('held');
    const handle = await temporal.client.workflow.start('clusterQueue', {
      workflowId: queueId('portkey'),
      taskQueue: 'held',
      args: [],
      memo: { queue: { hold, open: null, lastRun: 6 } },
    });
    await handle.terminate('by mistake');
    const asked = { by: 'ada', why: 'it is well' };
    await releaseHold(temporal.client, 'portkey', asked, { taskQueue: 'held', limitMs: 5_000 });
    const { status, memo } = await temporal.client.workflow.getHandle(queueId('portkey')).describe();
    expect(status.name).toBe('RUNNING');
    expect(memo).toEqual({ queue: { hold, open: null, lastRun: 6 } });
  });
});
