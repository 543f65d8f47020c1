import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { reportOf, runReportMarkdown, type RunStory } from '../../../src/planning/report/run-report.js';
import type { StepRecord } from '../../../src/planning/report/run-result.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aNodeResult, aRun } from '../a-run.js';

const startedAt = '2026-11-21T14:01:00.000Z';
const plan = planOf(aCluster({ workers: 1 }).planInput());

/** A run that replaced these machines, each step of theirs in ten seconds, and upgraded the others in place. */
function aRunOf(...replaced: readonly string[]): RunStory {
  const hops = plan.hops.map((hop) => ({
    ...hop,
    nodes: hop.nodes.map((node) =>
      replaced.includes(node.name)
        ? {
            ...node,
            replacement: { address: `module.nodes["${node.name}"]`, configuration: 'apply-config' as const },
          }
        : node,
    ),
  }));
  const steps = stepOrders.replace.map((step): StepRecord => ({ step, startedAt, took: 10_000 }));
  const run = aRun({ plan: { ...plan, hops } });
  const work = [
    { name: 'templates', startedAt, endedAt: '2026-11-21T14:05:00.000Z' },
    { name: 'terraform', startedAt, endedAt: '2026-11-21T14:01:30.000Z' },
  ];
  const nodes = run.nodes.map((node) =>
    replaced.includes(node.node) ? aNodeResult(node.node, 60, { steps }) : node,
  );
  return { ...run, work, nodes };
}

describe('the report of machines replaced', () => {
  const names = ['ctrl-2', 'ctrl-3', 'ctrl-1', 'work-1'];
  const text = runReportMarkdown(aRunOf(...names));

  test.each([
    ['what Terraform was waited for', '| Terraform replacing the templates | 4m | 4m |'],
    ['what it was asked before each', '| Terraform planning the machine | 40s | 10s (ctrl-2) |'],
    ['what it made', '| Terraform replacing the machine | 40s | 10s (ctrl-2) |'],
    ['what the new machine took', '| the new machine, and its configuration | 40s | 10s (ctrl-2) |'],
    ['how it came back', '| the machine joining | 40s | 10s (ctrl-2) |'],
    ['the last question', '| Terraform, asked what it would still change | 30s | 30s |'],
    [
      'the target of a node replaced',
      '- A node replaced, its soak apart: 6m or less. Here 7m20s on average; longer: ctrl-2, ctrl-3, ctrl-1 and work-1.',
    ],
    ['that each was switched on', '- Through their firmware, as after a power cut: ctrl-2, ctrl-3, ctrl-1'],
    ['how each was upgraded', 'canary, its machine replaced.'],
  ])('says %s', (_name, words) => expect(text).toContain(words));

  test('mentions no install, and no boot by kexec', () => {
    expect(text).not.toContain('install and reboot');
    expect(text).not.toContain('kexec');
    expect(text).not.toContain('A node in place');
  });
});

test('nodes in place and nodes replaced are held to a target each', () => {
  const { ways } = reportOf(aRunOf('work-1')).figures.targets ?? { ways: [] };
  expect(ways).toEqual([
    { way: 'in-place', perNode: 150_000, slow: [] },
    { way: 'replace', perNode: 440_000, slow: ['work-1'] },
  ]);
});
