import { describe, expect, it } from '@jest/globals';
import { wentOn } from '../../../lab/bench/killed-workers.js';
import { largeClusterNodes, measureLargePlan } from '../../../lab/bench/large-plan.js';
import { requestOf } from '../../../lab/bench/lab-logs.js';
import { nodeHistory } from '../../../lab/bench/node-history.js';
import { isLook, standsForProcess } from '../../../lab/bench/process-starts.js';
import { temporalLimits } from '../../../src/planning/plan/run-size.js';
import { request, requests, talosctlRequest } from './made-upgrade.js';

const at = (seconds: number, nanos = 0) => ({ seconds, nanos }) as never;
const id = (value: number) => value as never;

describe('a history', () => {
  const history = nodeHistory([
    { eventId: id(1), eventTime: at(10), workflowExecutionStartedEventAttributes: {} },
    { eventId: id(3), eventTime: at(10, 5e6), workflowTaskStartedEventAttributes: { identity: 'w#1' } },
    {
      eventId: id(5),
      eventTime: at(10, 20e6),
      activityTaskScheduledEventAttributes: { activityType: { name: 'drainNode' } },
    },
    {
      eventId: id(6),
      eventTime: at(19),
      activityTaskStartedEventAttributes: { scheduledEventId: id(5), identity: 'w#2', attempt: 2 },
    },
    { eventId: id(7), eventTime: at(21), activityTaskCompletedEventAttributes: { scheduledEventId: id(5) } },
  ]);

  it('says when its activities ran, and on which worker', () => {
    expect(history).toMatchObject({ startedAt: 10_000, endedAt: 21_000, events: 5 });
    expect(history.activities).toEqual([
      {
        type: 'drainNode',
        scheduledAt: 10_020,
        startedAt: 19_000,
        endedAt: 21_000,
        attempt: 2,
        worker: 'w#2',
      },
    ]);
  });

  it('names the worker that resumed after a kill', () => {
    expect(wentOn(history.started, { killedAt: 10_001, pid: 1 })).toEqual({ at: 19_000, worker: 'w#2' });
    expect(wentOn(history.started, { killedAt: 10_001, pid: 2 })).toEqual({ at: 10_005, worker: 'w#1' });
    expect(wentOn(history.started, { killedAt: 19_000, pid: 1 })).toBeUndefined();
  });
});

describe('a request', () => {
  it.each([
    { what: 'etcd forfeit-leadership', sends: [requests.forfeit] },
    { what: 'upgrade 1.12', sends: [requests.version, requests.upgrade] },
    { what: 'upgrade --no-reboot 1.13', sends: [requests.version, requests.pull113, requests.upgrade113] },
  ])('one of those of `talosctl $what` stands for its process', ({ sends }) => {
    expect(sends.map((sent) => talosctlRequest(0, sent)).filter(standsForProcess)).toHaveLength(1);
  });

  it('of Slipway itself is an observation, and counts as no process', () => {
    const look = request(0, requests.status);
    expect([standsForProcess(look), isLook(look)]).toEqual([false, true]);
    expect(isLook(talosctlRequest(0, requests.forfeit))).toBe(false);
  });

  it('is read out of a line of the log', () => {
    const line = {
      time: '2026-11-22T08:16:43.000Z',
      endpoint: 'k8s-ctrl-1',
      node: 'k8s-work-1',
      method: 'cosi.resource.State/List',
      roles: ['os:reader'],
      client: 'slipway',
      args: { namespace: 'runtime', type: 'Versions.runtime.talos.dev' },
      code: 0,
      durationMs: 4,
      requestId: 1,
    };
    expect(requestOf(line)).toMatchObject({ method: 'List Versions.runtime.talos.dev', node: 'k8s-work-1' });
    expect(requestOf(line).endedAt - requestOf(line).at).toBe(4);
  });
});

describe('the plan of a large cluster', () => {
  it('names every node, and Temporal takes it as one value', () => {
    const { took, bytes } = measureLargePlan(1);
    expect(took).toHaveLength(1);
    expect(bytes).toBeGreaterThan(largeClusterNodes * 100);
    expect(bytes).toBeLessThan(temporalLimits.plan);
  });

  it('admits as many nodes as estimated', () => {
    const { size, fits } = measureLargePlan(1);
    expect(fits).toBeGreaterThan(largeClusterNodes);
    expect(size.plan * (fits / largeClusterNodes)).toBeLessThan(temporalLimits.plan);
  });
});
