import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe as group, expect, test } from '@jest/globals';
import { describe } from '../../../src/planning/reasons/describe.js';
import { checkTerraformPlan, type PlanVerdict } from '../../../src/planning/terraform/check-plan.js';
import { writesOf } from '../../../src/planning/terraform/planned-changes.js';
import {
  instancesOf,
  managedInstances,
  recordInstances,
} from '../../../src/planning/terraform/state-instances.js';
import type { TerraformPlan, TerraformState } from '../../../src/planning/terraform/terraform-json.js';
import { projectRoot } from '../../../src/tools/project-root.js';

/** What Terraform 1.11.4 printed for nodes made of `terraform_data`, one of them with a quote in its name. */
const folder = path.join(projectRoot, 'test/planning/terraform/fixtures/terraform-1.11');
const read = (name: string): unknown => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
const node = 'module.worker_nodes["k8s-work-1"]';
const vm = `${node}.terraform_data.vm[0]`;

function check(plan: string, state: string, target: string): PlanVerdict {
  const recorded = recordInstances(instancesOf(read(state) as TerraformState, target));
  return checkTerraformPlan(read(plan) as TerraformPlan, {
    subject: 'k8s-work-1',
    purpose: 'machine',
    targets: [target],
    replaces: recorded.ok ? recorded.recorded : [],
    creates: [],
  });
}
const refused = (verdict: PlanVerdict): string[] =>
  verdict.ok ? [] : verdict.refusals.map((reason) => describe(reason));

group('a state as Terraform shows it', () => {
  test('holds instances in modules, with their ids and keys', () => {
    const state = read('state') as TerraformState;
    expect(managedInstances(state).map(({ address }) => address)).toEqual([
      'terraform_data.template',
      vm,
      String.raw`module.worker_nodes["we\"ird"].terraform_data.vm[0]`,
    ]);
    expect(instancesOf(state, node)).toMatchObject([{ id: 'b8f53df2-6223-c518-432c-05ad10638ab6' }]);
    expect(instancesOf(state, String.raw`module.worker_nodes["we\"ird"]`)).toHaveLength(1);
  });

  test('says that a machine was not made to its end', () => {
    expect(managedInstances(read('tainted-state') as TerraformState)).toMatchObject([{ tainted: true }]);
  });
});

group('a plan as Terraform shows it', () => {
  test('that replaces one node fits', () => {
    expect(check('node-replaced', 'state', node)).toMatchObject({ ok: true, summary: { replaced: [vm] } });
  });

  test('that drags the template along and takes memory away is refused for both, and shows no secret', () => {
    const verdict = check('template-and-memory', 'state', node);
    expect(refused(verdict)).toEqual([
      'the plan for k8s-work-1 would also touch what is none of its business: terraform_data.template (destroyed and created)',
      expect.stringMatching(/^input\.memory_mb of .* would go from 4096 to 8192, /),
    ]);
    expect(JSON.stringify(verdict)).not.toContain('geheim');
  });

  test('without a target is refused for the other node', () => {
    expect(refused(check('every-node', 'state', node))).toEqual([
      String.raw`the plan for k8s-work-1 would also touch what is none of its business: module.worker_nodes["we\"ird"].terraform_data.vm[0] (destroyed and created)`,
    ]);
  });

  test('that makes the new one first is refused', () => {
    const target = 'terraform_data.vm';
    const { resource_changes: changes = [] } = read('cbd') as TerraformPlan;
    const before = changes[0]?.change.before as { id: string } | undefined;
    const verdict = checkTerraformPlan(read('cbd') as TerraformPlan, {
      subject: 'k8s-work-1',
      purpose: 'machine',
      targets: [target],
      replaces: [{ address: target, type: 'terraform_data', id: before?.id ?? 'none' }],
      creates: [],
    });
    expect(verdict.ok ? [] : verdict.refusals).toEqual([{ kind: 'terraform-wrong-order', address: target }]);
  });

  test('that replaces what is tainted fits what was recorded as such', () => {
    expect(check('tainted-plan', 'tainted-state', 'terraform_data.vm')).toMatchObject({ ok: true });
  });

  test.each([
    ['moved', [['terraform_data.machine', 'moved from terraform_data.vm (no change)']]],
    [
      'forget',
      [
        ['terraform_data.other', 'imported (changed in place)'],
        ['terraform_data.vm', 'forgotten by the state'],
      ],
    ],
  ])('%s writes', (name, written) => {
    const writes = writesOf(read(name) as TerraformPlan);
    expect(writes.map(({ address, action }) => [address, action])).toEqual(written);
  });
});
