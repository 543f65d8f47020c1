import { describe, expect, it } from '@jest/globals';
import { readHistory } from '../../../lab/watcher/sources/temporal-history.js';
import { durationOf, momentOf, valuesOf, wordsOf } from '../../../lab/watcher/sources/temporal-values.js';

const payloads = (value: unknown) => ({ payloads: [{ data: Buffer.from(JSON.stringify(value)) }] });

/** An event as the client's protobuf classes show it: seconds as a Long. */
function event(eventId: number, attributes: object): object {
  return { eventId, eventTime: { seconds: { low: 1000 + eventId, high: 0 }, nanos: 0 }, ...attributes };
}

const started = event(1, {
  workflowExecutionStartedEventAttributes: {
    workflowType: { name: 'upgradeCluster' },
    input: payloads({ base: '/lab' }),
    continuedExecutionRunId: 'before',
  },
});

describe('reading a history', () => {
  const { record, children, continuedFrom } = readHistory({ workflowId: 'run/a/1', runId: 'r' }, [
    started,
    event(2, {
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'takeSnapshot' },
        scheduleToCloseTimeout: { seconds: { low: 80, high: 0 } },
      },
    }),
    event(3, { activityTaskScheduledEventAttributes: { activityType: { name: 'drainNode' } } }),
    event(4, {
      activityTaskCompletedEventAttributes: { scheduledEventId: 2, result: payloads({ proven: true }) },
    }),
    event(5, {
      workflowExecutionUpdateAcceptedEventAttributes: {
        acceptedRequest: { input: { name: 'release', args: payloads({ by: 'alice' }) } },
      },
    }),
    event(6, {
      workflowExecutionUpdateCompletedEventAttributes: {
        acceptedEventId: 5,
        outcome: { success: payloads({ verdict: 'released' }) },
      },
    }),
    event(7, {
      childWorkflowExecutionStartedEventAttributes: {
        workflowExecution: { workflowId: 'run/a/1/1/n/1', runId: 'c' },
      },
    }),
    event(8, { workflowExecutionCompletedEventAttributes: { result: payloads({ outcome: 'done' }) } }),
  ]);

  it('has the workflow, and its end', () => {
    expect(record).toMatchObject({
      id: 'run/a/1',
      type: 'upgradeCluster',
      startedAt: 1_001_000,
      endedAt: 1_008_000,
      status: 'completed',
      input: { base: '/lab' },
      result: { outcome: 'done' },
    });
  });

  it('has each activity, its limit and its end', () => {
    expect(record.activities).toEqual([
      {
        type: 'takeSnapshot',
        scheduledAt: 1_002_000,
        limit: 80_000,
        endedAt: 1_004_000,
        outcome: 'completed',
        result: { proven: true },
      },
      { type: 'drainNode', scheduledAt: 1_003_000, limit: 0 },
    ]);
  });

  it('has people’s decisions, and the answers to them', () => {
    expect(record.updates).toEqual([
      { name: 'release', acceptedAt: 1_005_000, input: { by: 'alice' }, result: { verdict: 'released' } },
    ]);
  });

  it('has its references', () => {
    expect({ children, continuedFrom }).toEqual({
      children: [{ workflowId: 'run/a/1/1/n/1', runId: 'c' }],
      continuedFrom: 'before',
    });
  });

  it.each([
    ['Terminated', 'terminated'],
    ['Failed', 'failed'],
    ['Canceled', 'canceled'],
    ['TimedOut', 'timed-out'],
    ['ContinuedAsNew', 'continued-as-new'],
  ])('knows that it was %s', (name, status) => {
    const ended = event(2, { [`workflowExecution${name}EventAttributes`]: {} });
    expect(readHistory({ workflowId: 'a', runId: 'r' }, [started, ended]).record.status).toBe(status);
  });

  it('knows that one without an end still runs', () => {
    const open = readHistory({ workflowId: 'a', runId: 'r' }, [started]).record;
    expect({ status: open.status, endedAt: open.endedAt }).toEqual({ status: 'running', endedAt: undefined });
  });
});

describe("Temporal's values", () => {
  it.each([
    [{ seconds: 2, nanos: 500_000_000 }, 2500],
    [{ seconds: '2' }, 2000],
    [{ seconds: { low: -1, high: 0 } }, 4_294_967_295_000],
    [undefined, 0],
  ])('reads %j as a duration', (duration, milliseconds) => {
    expect(durationOf(duration)).toBe(milliseconds);
  });

  it('knows no time from the time 0', () => {
    expect(momentOf(null)).toBeUndefined();
  });

  it('reads payloads that are JSON, and no others', () => {
    const data = [Buffer.from('{"a":1}'), Buffer.from('not json'), Buffer.alloc(0)];
    expect(valuesOf({ payloads: data.map((bytes) => ({ data: bytes })) })).toEqual([
      { a: 1 },
      undefined,
      undefined,
    ]);
  });

  it('finds every text in a message, bytes too', () => {
    const words = wordsOf({
      memo: { fields: { secret: { data: Buffer.from('in bytes') } } },
      list: ['in a list'],
    });
    for (const part of ['in bytes', 'in a list', 'secret']) expect(words).toContain(part);
  });
});
