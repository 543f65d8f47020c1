import { describe, expect, test } from '@jest/globals';
import { planText } from '../../../src/planning/plan/plan-text.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import {
  changesText,
  changesToAccept,
  isAccepted,
} from '../../../src/planning/terraform/accepted-changes.js';
import { answered, unreachable } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';

const input = replacing(aReplacingCluster());
const vm = (node: string): string => `module.worker_nodes["${node}"].vm.this`;
const memory = (node: string) =>
  ({ address: vm(node), path: 'memory[0].dedicated', from: '4096', to: '8192' }) as const;
const refused = (change: object): Reason => ({
  kind: 'terraform-attribute',
  ...memory('work-1'),
  guarded: true,
  type: 'vm',
  whole: true,
  ...change,
});
const nodes = ['work-1', 'work-2'].map((node) => ({ node, address: `module.worker_nodes["${node}"]` }));

describe('what Terraform would change beside the version', () => {
  const asked = planOf({ ...input, otherChanges: answered({ 'work-1': [memory('work-1')] }) });

  test('needs an approval of the plan, which names it in full', () => {
    const why =
      'Terraform would change 1 attribute beside the version: memory[0].dedicated from 4096 to 8192 of work-1';
    expect(asked.approvals).toEqual([{ kind: 'attributes', why }]);
    expect(planText(asked)).toContain(why);
    expect(planText(asked)).toContain('1 attribute changed');
  });

  test('stands in the plan at its node, so an approval is to that and to nothing else', () => {
    const [first, ...others] = asked.hops[0]?.nodes.filter(({ replacement }) => replacement?.accepts) ?? [];
    expect(first).toMatchObject({ name: 'work-1', replacement: { accepts: [memory('work-1')] } });
    expect(others).toEqual([]);
    const more = { ...memory('work-1'), to: '9000' };
    const other = planOf({ ...input, otherChanges: answered({ 'work-1': [more] }) });
    expect(new Set([asked.hash, other.hash, planOf(input).hash]).size).toBe(3);
  });

  test('needs no approval where there is nothing, and is no other plan then', () => {
    const none = planOf({ ...input, otherChanges: answered({}) });
    expect(none.approvals).toEqual(planOf(input).approvals);
    expect(none.hash).toBe(planOf(input).hash);
  });

  test('that is not known is noted, and needs no approval', () => {
    const silent = planOf({ ...input, otherChanges: unreachable('the state is locked') });
    expect(silent.hash).toBe(planOf(input).hash);
    expect(silent.notes.join('\n')).toContain('is not known (the state is locked)');
  });

  test('is listed once for all its nodes', () =>
    expect(changesText({ 'work-1': [memory('work-1')], 'work-2': [memory('work-2')] })).toBe(
      '1 attribute beside the version: memory[0].dedicated from 4096 to 8192 of work-1 and work-2',
    ));
});

describe('of what a plan is refused for', () => {
  test('attributes may be approved, by node; nothing else, and nothing that is not shown in full', () => {
    const other: Reason = { kind: 'terraform-action', address: vm('work-1'), action: 'destroyed' };
    const reasons = [
      refused({}),
      refused({ address: vm('work-2'), path: 'cpu' }),
      refused({ path: 'description', to: 'a text of 812 characters', whole: undefined }),
      other,
    ];
    expect(changesToAccept(reasons, nodes)).toEqual({
      'work-1': [memory('work-1')],
      'work-2': [{ ...memory('work-2'), path: 'cpu' }],
    });
    expect(changesToAccept([other], nodes)).toEqual({});
  });

  test('an approval is not for a value that is not shown in full, though it has the same text', () => {
    const text = { path: 'description', from: 'none', to: 'a text of 812 characters' };
    const accepted = [{ ...memory('work-1'), ...text }];
    expect(isAccepted(refused({ ...text, whole: undefined }), accepted)).toBe(false);
  });

  test.each<[string, object]>([
    ['another machine', { address: vm('work-2') }],
    ['another attribute', { path: 'memory[0].floating' }],
    ['another value before', { from: '2048' }],
    ['another value afterwards', { to: '16384' }],
  ])('an approval is not for %s', (_name, change) => {
    expect(isAccepted(refused({}), [memory('work-1')])).toBe(true);
    expect(isAccepted(refused(change), [memory('work-1')])).toBe(false);
  });
});
