import { describe, expect, test } from '@jest/globals';
import { describeLeft } from '../../../src/planning/reasons/describe.js';
import { reportOf, runReportMarkdown } from '../../../src/planning/report/run-report.js';
import type { LeftToChange } from '../../../src/planning/terraform/left-to-change.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';
import { aNodeResult, aRun } from '../a-run.js';

const known: LeftToChange & { kind: 'known' } = { kind: 'known', writes: [], count: 0, outputs: [] };
const made = aRun({ plan: planOf(replacing(aReplacingCluster())), nodes: [aNodeResult('work-1', 60)] });
const text = (terraform: LeftToChange): string => runReportMarkdown({ ...made, terraform });

describe('the report of machines that were replaced', () => {
  test('says that nothing is left to change; outputs are no change', () => {
    const left = { ...known, outputs: ['cluster_summary'] };
    expect(text(left)).toContain('Nothing: machines and templates are as git says.');
    expect(text(left)).toContain('It would write the outputs cluster_summary: ');
    expect(describeLeft(left)).toBe(
      'with what git says, Terraform has nothing left to change; it would write the outputs cluster_summary',
    );
  });

  test('names what is left: of a node the run was done with, of another one, of none', () => {
    const writes = [
      { address: 'module.w["work-1"].vm.a', action: 'changed in place', node: 'work-1' },
      { address: 'module.w["work-2"].vm.a', action: 'destroyed and created', node: 'work-2' },
      { address: 'module.templates["thor-worker"].t.a', action: 'destroyed and created' },
    ];
    const left = { ...known, writes, count: 53 };
    expect(text(left)).toContain(
      '- `module.w["work-1"].vm.a` (work-1, which this run brought to its version): changed in place',
    );
    expect(text(left)).toContain('- `module.w["work-2"].vm.a` (work-2): destroyed and created');
    expect(text(left)).toContain('- `module.templates["thor-worker"].t.a`: destroyed and created');
    expect(text(left)).toContain('- and 50 more');
    expect(describeLeft(left)).toContain(
      'would still change work-1, work-2 and module.templates["thor-worker"].t.a',
    );
  });

  test('says of a node that was rolled back what git would bring again', () => {
    const back = { ...aNodeResult('work-1', 60), outcome: 'undone', state: 'rolled-back' } as const;
    const rolled = aRun({ plan: made.plan, nodes: [{ ...back, from: 'v1.12.1', to: 'v1.13.9' }] });
    const writes = [{ address: 'module.w["work-1"].vm.a', action: 'destroyed and created', node: 'work-1' }];
    const said = runReportMarkdown({ ...rolled, terraform: { ...known, writes, count: 1 } });
    expect(said).toContain('work-1 was rolled back to v1.12.1, and git names v1.13.9');
    expect(said).toContain('A plan without `-var` finds them to change');
    expect(said).toContain('(work-1, which this run rolled back): destroyed and created');
    const reason = { kind: 'terraform-init-failed', tool: 'terraform', why: 'no route' } as const;
    const undelivered = runReportMarkdown({ ...rolled, terraform: { kind: 'unknown', reason } });
    expect(undelivered).toContain('put git back to v1.12.1 first');
    expect(undelivered).not.toContain('The nodes run what they should');
  });

  test('says that it is not known, and why', () => {
    const reason = { kind: 'terraform-init-failed', tool: 'terraform', why: 'no route' } as const;
    expect(text({ kind: 'unknown', reason })).toContain(
      'Not known: terraform could not get ready (init): no route. The nodes run what they should',
    );
    expect(describeLeft({ kind: 'unknown', reason })).toContain('is not known: terraform could not');
  });

  test('says after a run in place that Terraform does not see it, and what it would replace', () => {
    const plan = planOf(aCluster().planInput());
    const placed = aRun({ plan, nodes: [aNodeResult('work-1', 60)] });
    const address = 'module.w["work-1"].vm.a';
    const writes = [{ address, action: 'destroyed and created', node: 'work-1' }];
    const left = runReportMarkdown({ ...placed, terraform: { ...known, writes, count: 1 } });
    expect(left).toContain('This run upgraded machines in place, which Terraform does not see');
    expect(left).toContain(
      `- \`${address}\` (work-1, which this run brought to its version): destroyed and created`,
    );
    const reason = { kind: 'terraform-init-failed', tool: 'terraform', why: 'no route' } as const;
    const unknown = runReportMarkdown({ ...placed, terraform: { kind: 'unknown', reason } });
    expect(unknown).toContain('upgraded in place, their machines are not what Terraform made');
  });

  test('has nothing of it where Terraform was not asked, and no image to write down for a new machine', () => {
    expect(runReportMarkdown(made)).not.toContain('What Terraform would still change');
    expect(reportOf(made)).toMatchObject({ terraform: null, lag: null });
  });
});
