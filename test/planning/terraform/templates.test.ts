import { describe, expect, test } from '@jest/globals';
import { checkTerraformPlan } from '../../../src/planning/terraform/check-plan.js';
import { recordInstances } from '../../../src/planning/terraform/state-instances.js';
import {
  allTemplates,
  knownTemplates,
  templatesOf,
  templatesToReplace,
} from '../../../src/planning/terraform/templates.js';
import type { ResourceChange } from '../../../src/planning/terraform/terraform-json.js';
import { aChange, aPlan, aResource, aState, nodeModule, vmAddress, vmType } from './a-plan.js';

const addressTemplate = 'module.templates["{host}-{role}"]';
const nodes = [
  { node: 'k8s-ctrl-1', host: 'baldar', role: 'control-plane' },
  { node: 'k8s-work-1', host: 'baldar', role: 'worker' },
  { node: 'k8s-work-2', host: 'thor', role: 'worker' },
  { node: 'k8s-work-3', host: 'thor', role: 'worker' },
];
const { templates } = templatesOf(nodes, addressTemplate);
const vm = (name: string): string => `module.templates["${name}"].${vmType}.this`;
const image = (name: string): string =>
  `module.templates["${name}"].proxmox_virtual_environment_download_file.image`;
const state = aState(
  ...['baldar-control-plane', 'baldar-worker', 'thor-worker'].flatMap((name, at) => [
    aResource(vm(name), vmType, { values: { id: String(9000 + at) } }),
    aResource(image(name), 'proxmox_virtual_environment_download_file', { name: 'image' }),
  ]),
);
const changed = (name: string): ResourceChange =>
  aChange(vm(name), vmType, ['update'], { before: { id: '9000' }, after: { id: '9000' } });
const question = { templates, state, plan: aPlan([]), recorded: {}, wanted: {} };

describe('the templates of nodes', () => {
  test('are one for each host and role', () => {
    expect(templates.map(({ host, role, address }) => [host, role, address])).toEqual([
      ['baldar', 'control-plane', 'module.templates["baldar-control-plane"]'],
      ['baldar', 'worker', 'module.templates["baldar-worker"]'],
      ['thor', 'worker', 'module.templates["thor-worker"]'],
    ]);
  });

  test('are, all of them, those of every host and role, whether or not a node is made of them', () => {
    const all = allTemplates(nodes, addressTemplate);
    expect(all.map(({ host, role }) => `${host}-${role}`)).toEqual([
      'baldar-control-plane',
      'thor-control-plane',
      'baldar-worker',
      'thor-worker',
    ]);
    expect(allTemplates([{ role: 'worker' }], 'module.templates["{role}"]')).toMatchObject([
      { role: 'worker', address: 'module.templates["worker"]' },
    ]);
  });

  test('are, of those that no node is made of, the ones that are there or that Terraform would make', () => {
    const names = (plan = aPlan([]), of = state): string[] =>
      knownTemplates(nodes, addressTemplate, { state: of, plan }).map(({ host, role }) => `${host}-${role}`);
    const made = ['baldar-control-plane', 'baldar-worker', 'thor-worker'];
    expect(names()).toEqual(made);
    const all = ['baldar-control-plane', 'thor-control-plane', 'baldar-worker', 'thor-worker'];
    const declared = aPlan([aChange(vm('thor-control-plane'), vmType, ['create'])]);
    expect(names(declared)).toEqual(all);
    expect(names(aPlan([]), aState(aResource(vm('thor-control-plane'), vmType)))).toEqual(all);
    expect(names(aPlan([aChange(vm('thor-control-plane'), vmType, ['read'])]))).toEqual(made);
  });

  test('need a host', () => {
    const found = templatesOf([{ node: 'k8s-work-9', role: 'worker' }], addressTemplate);
    expect(found.refusals).toMatchObject([
      { kind: 'terraform-address-wrong', why: 'k8s-work-9 has no host in slipway.yaml' },
    ]);
  });
});

describe('a template', () => {
  test('stays where Terraform would change nothing and no other version was recorded', () => {
    expect(templatesToReplace(question)).toEqual({
      replace: [],
      keep: templates,
      hosts: [],
      refusals: [],
    });
    const address = 'module.templates["baldar-worker"]';
    const same = { ...question, recorded: { [address]: 'v1.12.6' }, wanted: { [address]: 'v1.12.6' } };
    expect(templatesToReplace(same).replace).toEqual([]);
  });

  test('is replaced where Terraform would change it, replaced as a whole but for its image', () => {
    const plan = aPlan([changed('baldar-worker'), aChange(image('thor-worker'), 'x', ['create'])]);
    const decision = templatesToReplace({ ...question, plan });
    expect(
      decision.replace.map(({ address, why, replace }) => [address, why, replace.map((one) => one.address)]),
    ).toEqual([
      ['module.templates["baldar-worker"]', 'planned', [vm('baldar-worker')]],
      ['module.templates["thor-worker"]', 'planned', [vm('thor-worker')]],
    ]);
    expect(decision.hosts).toEqual(['baldar', 'thor']);
    expect(decision.keep).toHaveLength(1);
  });

  test('is replaced where another version was recorded, though Terraform sees no difference', () => {
    const address = 'module.templates["thor-worker"]';
    const decision = templatesToReplace({
      ...question,
      recorded: { [address]: 'v1.11.3' },
      wanted: { [address]: 'v1.12.6' },
    });
    expect(decision.replace).toMatchObject([{ address, why: 'other-version' }]);
  });

  test('that is neither there nor planned is refused; one that is to be made is made', () => {
    const empty = { ...question, state: aState() };
    expect(templatesToReplace(empty).refusals.map(({ kind }) => kind)).toEqual(
      templates.map(() => 'terraform-address-empty'),
    );
    const plan = aPlan([aChange(vm('thor-worker'), vmType, ['create'])]);
    expect(templatesToReplace({ ...empty, plan }).replace).toMatchObject([{ host: 'thor', replace: [] }]);
  });
});

describe('the plan of templates', () => {
  const address = 'module.templates["thor-worker"]';
  const values = {
    id: '9002',
    vm_id: 9002,
    name: 'talos-v1.11.3',
    template: true,
    disk: [{ interface: 'scsi0', size: 10, file_id: 'a' }],
  };
  const replaced = aChange(vm('thor-worker'), vmType, ['delete', 'create'], {
    before: values,
    after: { ...values, name: 'talos-v1.12.6', disk: [{ interface: 'scsi0', size: 10, file_id: 'b' }] },
    after_unknown: { id: true },
  });
  const instances = templatesToReplace({
    ...question,
    recorded: { [address]: 'a' },
    wanted: { [address]: 'b' },
  }).replace;
  const recorded = recordInstances(instances.flatMap(({ replace }) => replace));
  const wanted = {
    subject: 'the templates of thor',
    purpose: 'template' as const,
    targets: [address],
    replaces: recorded.ok ? recorded.recorded : [],
    creates: [],
    nodes: [{ node: 'k8s-work-1', address: nodeModule }],
  };

  test('replaces them, and their names may carry the version', () => {
    expect(checkTerraformPlan(aPlan([replaced]), wanted)).toMatchObject({ ok: true });
    expect(checkTerraformPlan(aPlan([replaced]), { ...wanted, purpose: 'machine' })).toMatchObject({
      refusals: [{ kind: 'terraform-attribute', path: 'name' }],
    });
  });

  test('that would touch a node is refused by the name of the node', () => {
    const plan = aPlan([
      replaced,
      aChange(vmAddress, vmType, ['delete', 'create']),
      aChange('x.y', 'x', ['update']),
    ]);
    expect(checkTerraformPlan(plan, wanted)).toEqual({
      ok: false,
      refusals: [
        {
          kind: 'terraform-template-moves-node',
          node: 'k8s-work-1',
          address: vmAddress,
          action: 'destroyed and created',
        },
        {
          kind: 'terraform-outside',
          subject: 'the templates of thor',
          changes: ['x.y (changed in place)'],
          count: 1,
        },
      ],
    });
  });
});
