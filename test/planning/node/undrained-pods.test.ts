import { describe, expect, test } from '@jest/globals';
import { aBudget, aPod } from '../a-cluster.js';
import { describe as sentence } from '../../../src/planning/reasons/describe.js';
import type { BudgetObservation, PodObservation } from '../../../src/planning/node/observation.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { podsToMove, whatStays } from '../../../src/planning/node/undrained-pods.js';

const at = '2026-11-21T14:32:05.000Z';
const seconds = (after: number): number => Date.parse(at) + after * 1_000;
const web = { namespace: 'default', name: 'web', currentHealthy: 2, desiredHealthy: 2, expectedPods: 3 };
const webPod = { namespace: 'default', name: 'web-a', budgets: ['default/web'] };

function stays(
  pods: readonly Partial<PodObservation>[],
  budgets: readonly Partial<BudgetObservation>[] = [],
  now = seconds(30),
): Reason | undefined {
  const workloads = { pods: pods.map(aPod), budgets: budgets.map(aBudget), controlPlane: [] };
  return whatStays(workloads, { node: 'work-1', attempts: 1, lastWords: 'timed out', now });
}

describe('the pods a drain must move', () => {
  test.each<[string, Partial<PodObservation>, number]>([
    ['one that runs', {}, 1],
    ['one that is shutting down', { terminating: true }, 1],
    ['one of a DaemonSet', { daemonSet: true }, 0],
    ['one of the node itself', { mirror: true }, 0],
    ['one that succeeded', { phase: 'Succeeded' }, 0],
    ['one that failed', { phase: 'Failed' }, 0],
  ])('%s', (_which, pod, moves) =>
    expect(podsToMove({ pods: [aPod(pod)], budgets: [], controlPlane: [] })).toHaveLength(moves),
  );
});

describe('what stays', () => {
  test('is nothing once all have left', () => expect(stays([{ daemonSet: true }])).toBeUndefined());

  test('is the pod whose budget is at its end, before one that only takes its time', () => {
    const reason = stays([{ name: 'slow', terminating: true }, webPod], [web]);
    expect(reason).toMatchObject({ kind: 'drain-blocked', pod: 'default/web-a', budget: 'default/web' });
    expect(reason).not.toHaveProperty('undone');
  });

  test('without a budget at its end, is the first, with what kubectl said', () =>
    expect(stays([{ ...webPod, terminating: true }], [{ ...web, disruptionsAllowed: 1 }])).toEqual({
      kind: 'drain-failed',
      node: 'work-1',
      why: 'default/web-a is still there, shutting down: timed out',
      attempts: 1,
    }));
});

describe('an eviction that was granted', () => {
  const undone = { pod: 'default/web-a', grantedAt: at, forgottenAt: '2026-11-21T14:34:05.000Z' };
  const granted = [{ pod: 'web-a', at }];

  test.each<[string, readonly Partial<PodObservation>[], BudgetObservation['granted'], number, unknown]>([
    ['and not carried out is reported, with when it is forgotten', [webPod], granted, 30, undone],
    ['a moment ago may be under way', [webPod], granted, 5, undefined],
    [
      'of a pod that is shutting down was carried out',
      [webPod, { ...webPod, name: 'web-b', terminating: true }],
      [{ pod: 'web-b', at }],
      30,
      undefined,
    ],
    [
      'of a pod on another node counts too',
      [webPod],
      [{ pod: 'web-c', at }],
      30,
      { ...undone, pod: 'default/web-c' },
    ],
    [
      'first is forgotten first',
      [webPod],
      [{ pod: 'web-d', at: '2026-11-21T14:32:10.000Z' }, ...granted],
      30,
      undone,
    ],
    [
      'is not confused with a pod of that name in another namespace',
      [webPod, { namespace: 'other', name: 'web-a', terminating: true }],
      granted,
      30,
      undone,
    ],
  ])('%s', (_what, pods, entries, after, expected) => {
    const reason = stays(pods, [{ ...web, ...(entries ? { granted: entries } : {}) }], seconds(after));
    expect(reason?.kind === 'drain-blocked' ? reason.undone : reason).toEqual(expected);
  });

  test('is said in the sentence of the wait', () => {
    const reason = stays([webPod], [{ ...web, granted }]);
    expect(reason && sentence(reason)).toBe(
      'default/web-a (Deployment/web) does not leave work-1: PodDisruptionBudget default/web allows 0 disruptions ' +
        '(2 healthy, 2 must stay so), asked in 1 attempt; the API server granted the eviction of default/web-a at 14:32:05 UTC ' +
        'and did not carry it out, which Kubernetes forgets after 2m, at 14:34:05 UTC',
    );
  });
});
