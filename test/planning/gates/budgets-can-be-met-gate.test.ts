import { describe, expect, test } from '@jest/globals';
import { budgetsCanBeMetGate } from '../../../src/planning/gates/budgets-can-be-met-gate.js';
import type { GateContext } from '../../../src/planning/gates/gates.js';
import type { BudgetObservation, PodObservation } from '../../../src/planning/node/observation.js';
import { aCluster, type Cluster, now, unreachable } from '../a-cluster.js';

const context: GateContext = { criticalNamespaces: [], moment: 'before-node', now, toDrain: ['work-1'] };
const db: Partial<PodObservation> = {
  namespace: 'postgres',
  name: 'db-1',
  owner: 'StatefulSet/db',
  budgets: ['postgres/db'],
};
const impossible = aCluster().withBudget({}).withPod(db);

const open: readonly [string, Cluster][] = [
  ['there is no budget', aCluster()],
  ['it allows a disruption', world({ disruptionsAllowed: 1, currentHealthy: 2, expectedPods: 2 }, {})],
  [
    'a pod of it is ill and may get well',
    world({ currentHealthy: 1, desiredHealthy: 1, expectedPods: 2 }, {}),
  ],
  ['its pod is not ready yet', world({}, { ready: false })],
  ['its pod is going already', world({}, { terminating: true })],
  ['its pod runs elsewhere', world({}, { node: 'work-2' })],
  ['its pod belongs to a DaemonSet', world({}, { daemonSet: true })],
  ['its pod has finished', world({}, { phase: 'Succeeded' })],
  ['it covers nothing', world({ expectedPods: 0, currentHealthy: 0, desiredHealthy: 0 }, {})],
];

describe('the gate of budgets', () => {
  test('is closed when one of one must stay: pod, owner and numbers are named', () => {
    expect(budgetsCanBeMetGate(impossible.observation, context)).toEqual({
      verdict: 'closed',
      reason: {
        kind: 'budget-impossible',
        budget: 'postgres/db',
        pods: ['postgres/db-1'],
        owner: 'StatefulSet/db',
        healthy: 1,
        desired: 1,
        expected: 1,
      },
    });
  });

  test('is closed when nothing may ever go: maxUnavailable 0 of three', () => {
    const cluster = world({ currentHealthy: 3, desiredHealthy: 3, expectedPods: 3 }, {});
    expect(budgetsCanBeMetGate(cluster.observation, context)).toMatchObject({
      verdict: 'closed',
      reason: { desired: 3 },
    });
  });

  test('is closed when two budgets cover a pod: Kubernetes evicts no such pod', () => {
    const cluster = aCluster().withPod({ ...db, budgets: ['postgres/db', 'postgres/all'] });
    expect(budgetsCanBeMetGate(cluster.observation, context)).toMatchObject({
      verdict: 'closed',
      reason: { kind: 'budgets-overlap', pod: 'postgres/db-1', budgets: ['postgres/db', 'postgres/all'] },
    });
  });

  test('checks every node when none is named', () => {
    const { toDrain: _, ...everywhere } = context;
    expect(budgetsCanBeMetGate(impossible.withBudget({}).observation, everywhere).verdict).toBe('closed');
  });

  test.each(open)('is open when %s', (_name, cluster) => {
    expect(budgetsCanBeMetGate(cluster.observation, context)).toMatchObject({ verdict: 'open' });
  });

  test('is closed when Kubernetes does not answer', () => {
    const cluster = aCluster().seeing({ workloads: unreachable('503') });
    expect(budgetsCanBeMetGate(cluster.observation, context).verdict).toBe('closed');
  });
});

function world(budget: Partial<BudgetObservation>, pod: Partial<PodObservation>): Cluster {
  return aCluster()
    .withBudget(budget)
    .withPod({ ...db, ...pod });
}
