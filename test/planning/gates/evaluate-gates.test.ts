import { describe, expect, test } from '@jest/globals';
import { describeGate } from '../../../src/planning/reasons/describe.js';
import { evaluateGates, gateNames, gateTable } from '../../../src/planning/gates/evaluate-gates.js';
import type { GateContext, GateVerdict } from '../../../src/planning/gates/gates.js';
import { aCluster, now, unreachable } from '../a-cluster.js';

const context: GateContext = { criticalNamespaces: ['kube-system'], moment: 'before-node', now };
const well = aCluster();

describe('the gates', () => {
  test('are all open on a cluster that is well, ten rounds of ten', () => {
    for (let round = 0; round < 10; round += 1) {
      const reports = evaluateGates(well.observation, context);
      expect(reports.map((report) => `${report.name} ${report.verdict.verdict}`)).toEqual(
        gateNames.map((name) => `${name} open`),
      );
    }
  });

  test('are evaluated at their moment: budgets matter before a drain only', () => {
    const soak = evaluateGates(well.observation, {
      ...context,
      moment: 'soak',
      underWork: ['work-1'],
      judged: 'work-1',
    }).map((report) => report.name);
    expect(soak).toEqual(gateNames.filter((name) => name !== 'budgets-can-be-met'));
  });

  test('each ask one question', () => {
    for (const name of gateNames) expect(gateTable[name].question).toMatch(/^[A-Z].*\?$/);
  });

  test.each([
    [
      'Kubernetes',
      withoutKubernetes(),
      ['nodes-ready', 'control-plane-components', 'critical-namespaces', 'budgets-can-be-met'],
    ],
    ['etcd', well.seeing({ etcd: unreachable('timeout') }), ['etcd-healthy']],
  ])('close when %s does not answer: unknown is not healthy', (_name, cluster, names) => {
    const closed = evaluateGates(cluster.observation, context).filter(
      (report) => report.verdict.verdict === 'closed',
    );
    expect(closed.map((report) => report.name)).toEqual(names);
  });

  test('stay open while Talos was not asked: Kubernetes and etcd report the nodes', () => {
    const reports = evaluateGates(well.withoutTalos().observation, context);
    expect(reports.every((report) => report.verdict.verdict === 'open')).toBe(true);
  });

  test.each<[GateVerdict, string]>([
    [{ verdict: 'open', note: '6 of 6 Ready' }, 'open (6 of 6 Ready)'],
    [{ verdict: 'open', note: 'cordoned, and left so: work-2' }, 'open (cordoned, and left so: work-2)'],
    [{ verdict: 'not-applicable', why: 'no Ceph here' }, 'not applicable: no Ceph here'],
    [
      { verdict: 'closed', reason: { kind: 'etcd-no-leader' } },
      'closed: etcd has no leader that all of its members follow',
    ],
  ])('answer %j as "%s"', (verdict, words) => expect(describeGate(verdict)).toBe(words));
});

function withoutKubernetes() {
  const nodes = well.observation.nodes.map((node) => ({ ...node, kubernetes: unreachable('503') }));
  return well.seeing({ nodes, workloads: unreachable('503') });
}
