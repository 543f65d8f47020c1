import { describe, expect, test } from '@jest/globals';
import type { DeclaredChange } from '../../../src/planning/merge/declared-change.js';
import { planCheck } from '../../../src/planning/merge/commit-status.js';
import { terraformText } from '../../../src/planning/merge/plan-comment-terraform.js';
import type { UpgradePlan } from '../../../src/planning/plan/plan.js';
import { wholePlan, type WholePlan } from '../../../src/planning/terraform/whole-plan.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';

const inPlace = planOf(aCluster().planInput());
const replaces = planOf(replacing(aReplacingCluster()));

const vm = 'module.worker_nodes["work-1"].proxmox_virtual_environment_vm.this';
const resource = (address: string, ...actions: string[]) => ({ address, change: { actions } });
const says = (
  changes: readonly ReturnType<typeof resource>[],
  outputs: readonly string[] = [],
): Extract<WholePlan, { kind: 'known' }> =>
  wholePlan(
    {
      format_version: '1.2',
      resource_changes: changes,
      output_changes: Object.fromEntries(outputs.map((name) => [name, { actions: ['update'] }])),
    },
    'terraform',
    [{ node: 'work-1', address: 'module.worker_nodes["work-1"]' }],
  );
const replaced = says([
  resource(vm, 'delete', 'create'),
  resource('module.templates["thor-worker"].vm', 'create', 'delete'),
  resource('module.dns.record', 'update'),
  resource('module.old', 'delete'),
  resource('module.new', 'create'),
  resource('module.left', 'forget'),
  resource('module.same', 'no-op'),
  resource('data.images.all', 'read'),
]);
const unknown: WholePlan = {
  kind: 'unknown',
  tool: 'tofu',
  reason: { kind: 'terraform-plan-failed', tool: 'tofu', messages: ['no way to <b>pve</b>'], count: 1 },
};
const text = (...given: Parameters<typeof terraformText>): string => terraformText(...given).join('\n\n');

describe('what Terraform says of a pull request', () => {
  test('is counted as Terraform counts: a replacement is one more and one less', () =>
    expect(replaced.counts).toEqual({ add: 3, change: 1, destroy: 3 }));

  test('names every address with what becomes of it, and the node whose machine it is', () => {
    const said = text(replaces, replaced, 'main');
    expect(said).toMatch(
      /^\*\*What terraform says it would do\*\*, asked with these versions and the configuration of main, which it finds valid: add 3, change 1 and destroy 3\./,
    );
    expect(said).toContain(
      String.raw`- module.worker\_nodes\["work-1"\].proxmox\_virtual\_environment\_vm.this (work-1): destroyed and created`,
    );
    expect(said).toContain('- module.left: forgotten by the state');
    expect(said).not.toMatch(/module\.same|data\.images/);
  });

  test('is a warning where nodes are upgraded in place: the next plan takes them all at once', () =>
    expect(text(inPlace, replaced, 'main')).toMatch(
      /^\*\*terraform sees nothing of an upgrade in place\.\*\* Its next plan, .* would add 3, change 1 and destroy 3, all at once: read it before anybody applies it\.\n\n- /,
    ));

  test('is shown where every node runs the version already', () =>
    expect(text(undefined, replaced, 'main')).toContain('Its next plan'));

  test('may be nothing', () =>
    expect(text(inPlace, says([]), 'main')).toBe(
      '**terraform would change nothing**, asked with these versions and the configuration of main, which it finds valid.',
    ));

  test('names outputs apart, since no machine changes with them', () =>
    expect(text(replaces, says([resource(vm, 'delete', 'create')], ['talos_version']), 'main')).toContain(
      String.raw`It would write the outputs talos\_version, too.`,
    ));

  test('shows so many, and says how many more there are', () => {
    const many = says(Array.from({ length: 60 }, (_, index) => resource(`module.n${index}`, 'create')));
    const said = text(replaces, many, 'main');
    expect(said).toContain('- module.n49: created\n- … and 10 more');
    expect(said).not.toContain('module.n50');
  });

  test.each([
    [replaces, /The run asks it before it touches anything\.\n\nIt replaces 6 machines, and before them/],
    [inPlace, /read its next plan before anybody applies it\.$/],
  ])('may be that it could not say, which stays text', (plan, words) => {
    const said = text(plan, unknown, 'main');
    expect(said).toMatch(/^\*\*tofu could not be asked\*\* what it would do: .*no way to \\<b\\>pve/);
    expect(said).toMatch(words);
  });

  test('stands in the check where it could not say what a replacement does, and nowhere else', () => {
    const title = (plan: UpgradePlan, said?: WholePlan): string =>
      planCheck(change, { verdict: 'planned', plan }, said).title;
    const change = { kind: 'absent' } as DeclaredChange;
    expect(title(replaces, unknown)).toContain('tofu could not be asked');
    expect(title(replaces, replaced)).not.toContain('asked');
    expect(title(replaces)).not.toContain('asked');
    expect(title(inPlace, unknown)).not.toContain('asked');
  });

  test('is not there where it was not asked: a replacement still names its machines', () => {
    expect(text(replaces, undefined, 'main')).toMatch(
      /^Terraform was not asked[^]*It replaces 6 machines, and before them \d+ templates? where they differ:\n\n[^]*- work-1: module\.worker\\_nodes\\\["work-1"\\\]/,
    );
    expect(terraformText(inPlace, undefined, 'main')).toEqual([]);
  });
});
