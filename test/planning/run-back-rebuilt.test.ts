import { describe, expect, test } from '@jest/globals';
import type { Planned, RanBefore } from '../../src/planning/plan.js';
import { planUpgrade } from '../../src/planning/upgrade-plan.js';
import {
  answered,
  controlPlaneSchematic,
  cordonedByRun,
  marked,
  unreachable,
  workerSchematic,
  type Cluster,
} from './a-cluster.js';
import { aRebuildingCluster, available, commit, withRole, withTerraform } from './a-rebuilding-cluster.js';

const [from, to] = ['v1.12.1', 'v1.13.9'];
const world = aRebuildingCluster({ workers: 5 });
const names = world.inventory.nodes.map(({ name }) => name);
const upgraded = names.reduce((cluster: Cluster, name) => cluster.running(to, name), world);
const ran = (name: string, change: Partial<RanBefore> = {}): RanBefore => ({
  name,
  version: from,
  schematic: name.startsWith('ctrl') ? controlPlaneSchematic : workerSchematic,
  to,
  noSlot: 'rebuilt',
  ...change,
});

function back(nodes: readonly RanBefore[], cluster = upgraded, change = {}): Planned {
  const request = {
    schema: 3 as const,
    talos: from,
    declared: false,
    commit,
    back: { run: 7, why: 'it loses packets', nodes },
  };
  return planUpgrade(cluster.planInput({ request, availableVersions: answered(available), ...change }));
}
const refusal = (nodes: readonly RanBefore[], cluster?: Cluster): string => {
  const answer = back(nodes, cluster);
  if (answer.verdict !== 'refused') throw new Error(`it was ${answer.verdict}`);
  return JSON.stringify(answer.reasons);
};
const values = {
  talos_version: '1.12.1',
  kubernetes_version: 'v1.35.0',
  talos_schematic_worker: workerSchematic,
};

describe('the way back of a run that made machines anew', () => {
  test('makes them anew once more, the old templates first, with the values from before', () => {
    const answer = back([ran('work-1'), ran('ctrl-2')]);
    expect(answer).toMatchObject({
      verdict: 'planned',
      plan: {
        target: from,
        strategy: 'rebuild',
        strategyReason: 'the way back of run 7: it loses packets',
        terraform: { commit },
        hops: [
          {
            to: from,
            strategy: 'rebuild',
            values,
            nodes: [
              {
                name: 'work-1',
                steps: 'rebuild',
                back: 'run',
                from: to,
                schematic: workerSchematic,
                expects: { version: to },
                rebuild: { address: 'module.worker_nodes["work-1"]', wayBack: { values } },
              },
              { name: 'ctrl-2', steps: 'rebuild', rebuild: { address: 'module.control_nodes["ctrl-2"]' } },
            ],
          },
        ],
      },
    });
    const [hop] = answer.verdict === 'planned' ? answer.plan.hops : [];
    expect(hop?.templates?.toSorted()).toEqual([
      'module.templates["baldar-worker"]',
      'module.templates["thor-control-plane"]',
    ]);
  });

  test('asks no gate whether a node is well that halted the run', () =>
    expect(back([ran('work-1')], upgraded.withObject('work-1', { ready: false }))).toMatchObject({
      plan: { hops: [{ nodes: [{ steps: 'back-rebuilt' }] }] },
    }));

  test('patches them once they are Ready, where slipway.yaml has patches for then', () => {
    const patched = upgraded.declaring((inventory) => ({
      ...inventory,
      patches: [{ when: 'after-ready' as const, patch: { file: 'late.yaml' } }],
    }));
    expect(back([ran('work-1')], patched)).toMatchObject({
      plan: { hops: [{ nodes: [{ steps: 'rebuild-patched', patches: 1 }] }] },
    });
  });

  test('takes those that have a slot back by it, in the order it was', () => {
    const mixed = [ran('work-2'), { ...ran('work-1'), noSlot: undefined as never }, ran('ctrl-2')];
    expect(back(mixed.map(({ noSlot, ...one }) => (noSlot ? { ...one, noSlot } : one)))).toMatchObject({
      plan: {
        hops: [
          {
            nodes: [
              { name: 'work-2', steps: 'rebuild' },
              { name: 'work-1', steps: 'back-run' },
              { name: 'ctrl-2', steps: 'rebuild' },
            ],
          },
        ],
      },
    });
  });

  test('gives another schematic where its variable carries it, in a hop of its own', () => {
    const other = 'b'.repeat(64);
    expect(back([ran('work-1', { schematic: other }), ran('work-2')])).toMatchObject({
      plan: {
        hops: [
          {
            values: { ...values, talos_schematic_worker: other },
            nodes: [{ name: 'work-1', schematic: other }],
          },
          { values, nodes: [{ name: 'work-2' }] },
        ],
      },
    });
  });

  test('passes over what is back already', () =>
    expect(back([ran('work-1')], upgraded.running(from, 'work-1'))).toMatchObject({
      verdict: 'nothing-to-do',
    }));

  test("asks for a person's yes to what would become another machine than it was", () => {
    const change = { address: 'module.worker_nodes["work-1"].vm', attribute: 'memory', from: '8', to: '16' };
    const otherChanges = answered({ 'work-1': [change] });
    const answer = back([ran('work-1')], upgraded, { otherChanges });
    expect(answer).toMatchObject({ plan: { approvals: [{ kind: 'attributes' }] } });
    expect(back([ran('work-1')])).not.toHaveProperty('plan.approvals');
  });

  test.each<[string, () => string, string]>([
    [
      'somebody brought a node elsewhere since',
      () => refusal([ran('work-1')], upgraded.running('v1.13.4', 'work-1')),
      'neither v1.12.1, which it ran before that run, nor v1.13.9',
    ],
    [
      'it took a machine through minors',
      () => refusal([ran('work-1', { noSlot: 'several-hops' })]),
      'more than once',
    ],
    [
      'nothing carries its schematic',
      () => refusal([ran('ctrl-2', { schematic: 'b'.repeat(64) })]),
      'no variable of Terraform carries it',
    ],
    [
      'a machine is half made: nothing of it answers',
      () =>
        refusal(
          [ran('work-1')],
          upgraded
            .withObject('work-1', {
              ...cordonedByRun('run/prox-ops/7'),
              marks: { ...marked({ replace: 'run/prox-ops/7/1/x/1 1' }), cordonedBy: 'run/prox-ops/7' },
              ready: false,
              osImage: `Talos (${from})`,
            })
            .withNode('work-1', (node) => ({
              ...node,
              talos: unreachable('no route to host'),
              standing: { kind: 'silent' },
            })),
        ),
      'talos-unreachable',
    ],
    [
      'slipway.yaml does not say any more what makes machines',
      () => refusal([ran('work-1')], withRole(upgraded, 'worker', { terraform: undefined })),
      'rebuild-unprepared',
    ],
    [
      'the Kubernetes that runs is too new for it',
      () => refusal([ran('work-1', { version: 'v1.9.0' })]),
      'kubernetes-unsupported',
    ],
  ])('is refused where %s', (_what, why, says) => expect(why()).toContain(says));

  test('makes all templates where Terraform takes the others along with any node', () => {
    const all = withTerraform(upgraded, {
      templates: { address: 'module.templates["{host}-{role}"]', all: true },
    });
    const answer = back([ran('work-1')], all);
    const [hop] = answer.verdict === 'planned' ? answer.plan.hops : [];
    expect(hop?.templates).toHaveLength(6);
  });
});
