import { describe, expect, test } from '@jest/globals';
import { declaredChange, type DeclaredChange } from '../../src/planning/declared-change.js';
import { planShown, type ProposalShown } from '../../src/planning/plan-comment.js';
import type { UpgradePlan } from '../../src/planning/plan.js';
import { aCluster, cordonedBySomebody } from './a-cluster.js';
import { planOf } from './a-planned-node.js';

const cluster = aCluster()
  .withObject('work-2', cordonedBySomebody)
  .withTalos('work-3', { version: 'v1.12.6' })
  .withBudget({})
  .withPod({ namespace: 'postgres', name: 'db-1', owner: 'StatefulSet/db', budgets: ['postgres/db'] });
const plan = planOf(cluster.planInput());
const upgrade: DeclaredChange = {
  kind: 'upgrade',
  cluster: 'prox-ops',
  what: 'talos',
  talos: { from: 'v1.12.1', to: 'v1.12.6', delta: 'patch' },
  images: [],
  labels: { kind: 'none' },
};

function shown(more: Partial<ProposalShown> = {}): ReturnType<typeof planShown> {
  return planShown({
    cluster: 'prox-ops',
    file: 'clusters/prox-ops/slipway.yaml',
    change: upgrade,
    planned: { verdict: 'planned', plan },
    commit: 'c0ffee'.repeat(6),
    at: '2026-11-23T04:05:00Z',
    windows: false,
    ...more,
  });
}

const planned = (more: Partial<UpgradePlan>): ReturnType<typeof planShown> =>
  shown({ planned: { verdict: 'planned', plan: { ...plan, ...more } } });

describe('a plan at a pull request', () => {
  test('begins with what merging would do, and to which nodes, in which order', () => {
    const { text, state, title } = shown();
    expect(state).toBe('success');
    expect(title).toBe('5 nodes to Talos v1.12.6, about 39m40s; 1 node blocked as things stand');
    expect(text.split('\n').slice(0, 13).join('\n')).toBe(`### prox-ops

**prox-ops: Talos v1.12.1 → v1.12.6 (patch).**

5 nodes, in place (patch: same minor) · one at a time · about 39m40s · Kubernetes v1.35.0 stays

|  | node | role | Talos |  |
|---|---|---|---|---|
| 1 | ctrl-1 | control-plane | v1.12.1 → v1.12.6 | watched for 5m |
| 2 | ctrl-2 | control-plane | v1.12.1 → v1.12.6 | watched for 5m |
| 3 | ctrl-3 | control-plane | v1.12.1 → v1.12.6 | watched for 5m |
| 4 | work-1 | worker | v1.12.1 → v1.12.6 | canary, watched for 5m |
| 5 | work-2 | worker | v1.12.1 → v1.12.6 | stays cordoned |`);
  });

  test.each([
    ['what would stop it', '- work-1: PodDisruptionBudget postgres/db allows 0 disruptions and always will'],
    ['that it begins by itself', '**When this is merged**, it begins by itself.'],
    ['the whole plan, folded away', '<details><summary>The whole plan</summary>'],
    ['its hash', `plan ${plan.hash}`],
    ['for which commit, and when', 'Made for c0ffeec0ffee, of what the cluster was at 2026-11-23 04:05 UTC.'],
  ])('says %s', (_what, words) => expect(shown().text).toContain(words));

  test('says that a run waits, for what, and when nodes are begun', () => {
    const { text, title } = shown({
      planned: {
        verdict: 'planned',
        plan: { ...plan, approvals: [{ kind: 'delta', why: 'slipway.yaml has a minor approved' }] },
      },
      windows: true,
    });
    expect(title).toContain('; waits for an approval');
    expect(text).toContain(
      '**When this is merged**, a run waits for an approval (slipway.yaml has a minor approved), and nodes are begun in maintenance windows alone.',
    );
  });

  test('of many nodes stays within a comment, and says what to type for the rest', () => {
    const [hop] = plan.hops;
    const [node] = hop?.nodes ?? [];
    if (!hop || !node) throw new Error('the plan has no node');
    const nodes = Array.from({ length: 2_000 }, (_, index) => ({ ...node, name: `node-${index}` }));
    const { text } = planned({ hops: [{ ...hop, nodes }] });
    expect(text.length).toBeLessThan(20_000);
    expect(text).toContain('… and 1940 more nodes.');
    expect(text).toContain('`slipway plan -f clusters/prox-ops/slipway.yaml`');
  });

  test('takes no text of others for Markdown, and calls nobody', () => {
    const evil = '</details><img src=x> @acme/owners ```\n| a | b |';
    const { text } = planned({ notes: [evil], blocked: [] });
    const before = text.slice(0, text.indexOf('<details>'));
    expect(before).not.toMatch(/(?<!\\)<img/);
    expect(before).not.toContain('@acme');
    expect(text.split('</details>')).toHaveLength(3);
    // In the whole plan it stands in a block that it cannot end.
    expect(text).toContain('````text');
  });
});

describe('a proposal that nothing comes of', () => {
  test('of which no plan can be made says why, and what to type', () => {
    const { state, title, text } = shown({
      planned: { verdict: 'refused', reasons: [{ kind: 'unknown-node', node: 'work-9', known: ['work-1'] }] },
    });
    expect(state).toBe('failure');
    expect(title).toContain('work-9');
    expect(text).toContain('As things stand no run of it would begin:');
    expect(text).toContain('```text\nslipway ');
  });

  test.each([
    ['goes back', 'failure', 'v1.12.1'],
    ['changes nothing', 'neutral', 'v1.12.6'],
  ])('one that %s: %s', (_what, state, talos) => {
    const inventory = (version: string) => {
      const { inventory: own } = cluster.planInput();
      return { kind: 'read', inventory: { ...own, versions: { ...own.versions, talos: version } } } as const;
    };
    const change = declaredChange({ file: 'f', base: inventory('v1.12.6'), head: inventory(talos) });
    const got = planShown({
      cluster: 'prox-ops',
      file: 'f',
      commit: 'c',
      at: '2026-11-23T04:05:00Z',
      windows: false,
      change,
    });
    expect(got.state).toBe(state);
    expect(got.text).toContain('Nothing starts when this is merged.');
  });
});
