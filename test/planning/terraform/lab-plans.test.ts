import { describe, expect, test } from '@jest/globals';
import { checkTerraformPlan } from '../../../src/planning/terraform/check-plan.js';
import { describeLeft } from '../../../src/planning/reasons/describe.js';
import { leftToChange } from '../../../src/planning/terraform/left-to-change.js';
import { writesOf } from '../../../src/planning/terraform/planned-changes.js';
import { instancesOf, recordInstances } from '../../../src/planning/terraform/state-instances.js';
import { templatesOf, templatesToReplace } from '../../../src/planning/terraform/templates.js';
import { labPlan, type LabPlanName, labPrograms, labState } from './lab-plans.js';

const node = 'module.worker_nodes["k8s-work-1"]';

/** Plans of the lab's configuration, as the two programs print them. */
describe.each(labPrograms)('%s', (program) => {
  const plan = (name: LabPlanName) => labPlan(program, name);
  const state = labState(program, 'state');

  function check(name: LabPlanName, recordedFrom: 'state' | 'state-tainted' = 'state'): unknown {
    const recorded = recordInstances(instancesOf(labState(program, recordedFrom), node));
    const verdict = checkTerraformPlan(plan(name), {
      subject: 'k8s-work-1',
      purpose: 'machine',
      targets: [node],
      replaces: recorded.ok ? recorded.recorded : [],
      creates: [],
    });
    if (verdict.ok) return verdict.summary.replaced;
    return verdict.refusals.map((reason) =>
      'path' in reason ? `${reason.path}: ${reason.from} → ${reason.to}` : reason.kind,
    );
  }

  test.each([
    ['node-replaced', 'state'],
    ['node-tainted', 'state-tainted'],
  ] as const)('%s is what is wanted', (name, recordedFrom) =>
    expect(check(name, recordedFrom)).toEqual([`${node}.terraform_data.vm`]),
  );

  test.each([
    ['node-replaced-memory', ['input.memory_mb: 32768 → 16384']],
    ['node-replaced-disk', ['input.disk_gb: 100 → 50']],
    ['node-replaced-pool', ['input.pool: vms-ceph → local-lvm']],
    ['node-replaced-vlan', ['input.nics[1].vlan: 62 → 63']],
    ['node-replaced-nic-gone', ['input.nics[1].vlan: 62 → 81', 'input.nics[2]: vlan 81 → none']],
    ['node-replaced-vmid', ['input.vmid: 8002 → 8099']],
    ['node-replaced-first-mac', ['input.nics[0].mac: bc:24:11:00:1f:42 → bc:24:11:00:ff:ff']],
    ['foreign-cpu', ['terraform-outside']],
    ['everything-replaced', ['terraform-outside']],
    ['no-changes', ['terraform-not-replaced']],
    ['node-destroyed', ['terraform-not-replaced']],
    ['node-left-out', ['terraform-not-replaced']],
    ['node-gone', ['terraform-not-replaced']],
  ] as const)('%s is refused', (name, expected) => expect(check(name)).toEqual(expected));

  test('a node that is gone is created, where that is wanted', () => {
    const creates = [`${node}.terraform_data.vm`];
    const wanted = { subject: 'k8s-work-1', purpose: 'machine', targets: [node], replaces: [] } as const;
    expect(checkTerraformPlan(plan('node-gone'), { ...wanted, creates })).toMatchObject({
      ok: true,
      summary: { created: creates },
    });
  });

  test('a plan without changes writes nothing', () => expect(writesOf(plan('no-changes'))).toEqual([]));

  test('a plan of everything names whose machine would change, and sets outputs apart', () => {
    const nodes = [{ node: 'k8s-work-1', address: node }];
    const left = leftToChange(plan('node-replaced'), nodes);
    expect(left).toMatchObject({
      kind: 'known',
      count: 1,
      writes: [{ node: 'k8s-work-1', address: `${node}.terraform_data.vm`, action: 'destroyed and created' }],
    });
    expect(describeLeft(left)).toMatch(/^with what git says, Terraform would still change k8s-work-1(;|$)/);
    expect(leftToChange(plan('no-changes'), nodes)).toMatchObject({ count: 0, writes: [] });
    expect(leftToChange(plan('one-template-replaced'), nodes)).toMatchObject({
      writes: [{ address: expect.stringContaining('module.templates') }],
    });
  });

  test.each([
    ['no-changes', 0],
    ['one-template-replaced', 1],
    ['templates-replaced', 4],
  ] as const)('%s: templates are found and no node changes with them', (name, count) => {
    const nodes = ['baldar', 'heimdall'].flatMap((host) =>
      ['control-plane', 'worker'].map((role) => ({ node: `${host}-${role}`, host, role })),
    );
    const { templates } = templatesOf(nodes, 'module.templates["{host}-{role}"]');
    const { replace, keep, refusals } = templatesToReplace({
      templates,
      state,
      plan: plan(name),
      recorded: {},
      wanted: {},
    });
    expect([replace.length, keep.length, refusals]).toEqual([count, 4 - count, []]);
    const recorded = recordInstances(replace.flatMap((one) => one.replace));
    const verdict = checkTerraformPlan(plan(name), {
      subject: 'the templates',
      purpose: 'template',
      targets: replace.map(({ address }) => address),
      replaces: recorded.ok ? recorded.recorded : [],
      creates: [],
      nodes: [{ node: 'k8s-work-1', address: node }],
    });
    expect(verdict).toMatchObject({ ok: true });
  });
});
