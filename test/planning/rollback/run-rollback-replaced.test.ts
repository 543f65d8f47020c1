import { describe, expect, test } from '@jest/globals';
import type { Planned, RanBefore } from '../../../src/planning/plan/plan.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import type { MachineStanding } from '../../../src/planning/node/observation.js';
import { retryOf } from '../../../src/planning/rollback/retry.js';
import { upToHop } from '../../../src/planning/rollback/run-rollback-hops.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import {
  answered,
  controlPlaneSchematic,
  cordonedByRun,
  marked,
  unreachable,
  workerSchematic,
  type Cluster,
} from '../a-cluster.js';
import { aReplacingCluster, available, commit, withRole, withTerraform } from '../a-replacing-cluster.js';

const [from, to] = ['v1.12.1', 'v1.13.9'];
const world = aReplacingCluster({ workers: 5 });
const names = world.inventory.nodes.map(({ name }) => name);
const upgraded = names.reduce((cluster: Cluster, name) => cluster.running(to, name), world);
const ran = (name: string, change: Partial<RanBefore> = {}): RanBefore => ({
  name,
  version: from,
  schematic: name.startsWith('ctrl') ? controlPlaneSchematic : workerSchematic,
  to,
  noSlot: 'replaced',
  ...change,
});

function back(nodes: readonly RanBefore[], cluster = upgraded, change = {}): Planned {
  const request = {
    talos: from,
    declared: false,
    commit,
    back: { run: 7, why: 'it loses packets', nodes, target: to },
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

describe('the rollback of a run that replaced machines', () => {
  test('replaces them again, the old templates first, with the previous values', () => {
    const answer = back([ran('work-1'), ran('ctrl-2')]);
    expect(answer).toMatchObject({
      verdict: 'planned',
      plan: {
        target: from,
        strategy: 'replace',
        strategyReason: 'the rollback of run 7: it loses packets',
        terraform: { commit },
        hops: [
          {
            to: from,
            strategy: 'replace',
            values,
            nodes: [
              {
                name: 'work-1',
                steps: 'replace',
                back: 'run',
                from: to,
                schematic: workerSchematic,
                expects: { version: to },
                replacement: { address: 'module.worker_nodes["work-1"]', rollbackValues: { values } },
              },
              {
                name: 'ctrl-2',
                steps: 'replace',
                replacement: { address: 'module.control_nodes["ctrl-2"]' },
              },
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
      plan: { hops: [{ nodes: [{ steps: 'rollback-replaced' }] }] },
    }));

  test('patches them once they are Ready, where slipway.yaml has patches for then', () => {
    const patched = upgraded.declaring((inventory) => ({
      ...inventory,
      patches: [{ when: 'after-ready' as const, patch: { file: 'late.yaml' } }],
    }));
    expect(back([ran('work-1')], patched)).toMatchObject({
      plan: { hops: [{ nodes: [{ steps: 'replace-patched', patches: 1 }] }] },
    });
  });

  test('takes those that have a slot back by it, in the order it was', () => {
    const mixed = [ran('work-2'), { ...ran('work-1'), noSlot: undefined as never }, ran('ctrl-2')];
    expect(back(mixed.map(({ noSlot, ...one }) => (noSlot ? { ...one, noSlot } : one)))).toMatchObject({
      plan: {
        hops: [
          {
            nodes: [
              { name: 'work-2', steps: 'replace' },
              { name: 'work-1', steps: 'rollback-run' },
              { name: 'ctrl-2', steps: 'replace' },
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

  describe('over more than a minor', () => {
    const [older, newest, other] = ['v1.13.9', 'v1.14.0', 'b'.repeat(64)];
    const through = [{ version: older, schematic: other }];
    const twice = (name: string) => ran(name, { to: newest, through });
    const ahead = names.reduce((cluster: Cluster, name) => cluster.running(newest, name), world);

    test('replaces them of each that ran between, with its values, and skips no minor', () => {
      const answer = back([twice('work-2'), twice('work-1')], ahead);
      expect(answer).toMatchObject({
        verdict: 'planned',
        plan: {
          strategy: 'replace',
          hops: [
            {
              to: older,
              strategy: 'replace',
              why: 'it is what ran between, and no minor is skipped',
              values: { talos_version: '1.13.9', talos_schematic_worker: other },
              templates: expect.arrayContaining(['module.templates["baldar-worker"]']),
              nodes: [
                { name: 'work-2', from: newest, steps: 'replace', schematic: other, back: 'run' },
                { name: 'work-1', from: newest, expects: { version: newest } },
              ],
            },
            {
              to: from,
              strategy: 'replace',
              values,
              nodes: [
                {
                  name: 'work-2',
                  from: older,
                  steps: 'replace',
                  back: 'run',
                  schematic: workerSchematic,
                  expects: { version: older, schematic: other },
                  replacement: { rollbackValues: { values } },
                },
                { name: 'work-1', from: older },
              ],
            },
          ],
        },
      });
      const [, last] = answer.verdict === 'planned' ? answer.plan.hops : [];
      expect(last?.templates).toContain('module.templates["baldar-worker"]');
      expect(last).not.toHaveProperty('why');
    });

    test('asks the gates again once what halted the run rolled back a first time', () =>
      expect(back([twice('work-1')], ahead.withObject('work-1', { ready: false }))).toMatchObject({
        plan: { hops: [{ nodes: [{ steps: 'rollback-replaced' }] }, { nodes: [{ steps: 'replace' }] }] },
      }));

    test('continues from what a node runs now', () => {
      const some = ahead.running(older, 'work-1');
      expect(back([twice('work-2'), twice('work-1')], some)).toMatchObject({
        plan: {
          hops: [
            { to: older, nodes: [{ name: 'work-2' }] },
            { to: from, nodes: [{ name: 'work-2' }, { name: 'work-1', from: older }] },
          ],
        },
      });
    });

    test('is refused where no variable carries what a machine between was made of', () =>
      expect(
        refusal(
          [ran('ctrl-2', { through: [{ version: 'v1.13.1', schematic: other }] })],
          world.running(to, 'ctrl-2'),
        ),
      ).toContain('no variable of Terraform carries it'));

    test('is retried with the hop that it halted in, by another machine', () => {
      expect(upToHop(twice('work-1'), older)).toEqual({
        name: 'work-1',
        version: older,
        schematic: other,
        to: newest,
        noSlot: 'replaced',
      });
      expect(upToHop(twice('work-1'), from)).toEqual(twice('work-1'));
    });
  });

  test("asks for a person's approval of what would become another machine than it was", () => {
    const change = { address: 'module.worker_nodes["work-1"].vm', attribute: 'memory', from: '8', to: '16' };
    const otherChanges = answered({ 'work-1': [change] });
    const answer = back([ran('work-1')], upgraded, { otherChanges });
    expect(answer).toMatchObject({ plan: { approvals: [{ kind: 'attributes' }] } });
    expect(back([ran('work-1')])).not.toHaveProperty('plan.approvals');
  });

  test.each<[string, () => string, string]>([
    [
      'another user changed the version of a node since',
      () => refusal([ran('work-1')], upgraded.running('v1.13.4', 'work-1')),
      'neither v1.12.1, which it ran before that run, nor v1.13.9',
    ],
    [
      'what was asked does not say what ran between',
      () => refusal([ran('work-1', { noSlot: 'several-hops' })]),
      'does not say what it ran between',
    ],
    [
      'nothing carries its schematic',
      () => refusal([ran('ctrl-2', { schematic: 'b'.repeat(64) })]),
      'no variable of Terraform carries it',
    ],
    [
      'slipway.yaml does not say any more what makes machines',
      () => refusal([ran('work-1')], withRole(upgraded, 'worker', { terraform: undefined })),
      'replacement-unprepared',
    ],
    [
      'the Kubernetes that runs is too new for it',
      () => refusal([ran('work-1', { version: 'v1.9.0' })]),
      'kubernetes-unsupported',
    ],
  ])('is refused where %s', (_what, why, says) => expect(why()).toContain(says));

  describe('that left a machine incomplete', () => {
    const unfinished = (
      cluster: Cluster,
      name: string,
      was: string,
      standing: MachineStanding = { kind: 'unreachable' },
    ) =>
      cluster
        .withObject(name, {
          ...cordonedByRun('run/prox-ops/7'),
          marks: marked({
            run: 'run/prox-ops/7',
            cordonedBy: 'run/prox-ops/7',
            replace: 'run/prox-ops/7/1/x/1 1',
          }),
          ready: false,
          osImage: `Talos (${was})`,
          systemUuid: 'old-one',
        })
        .withNode(name, (node) => ({ ...node, talos: unreachable('no route to host'), standing }));
    const waiting = (uuid: string) => ({ kind: 'waiting', uuid, version: to }) as MachineStanding;

    test.each([
      ['before it joined', from],
      ['on its own rollback, or after it had joined', to],
    ])('resumes it before all others, of the previous version: %s', (_when, was) =>
      expect(back([ran('work-2'), ran('work-1')], unfinished(upgraded, 'work-1', was))).toMatchObject({
        plan: {
          hops: [
            {
              to: from,
              values,
              nodes: [
                {
                  name: 'work-1',
                  steps: 'resumed',
                  from: was,
                  back: 'run',
                  adopts: 'run/prox-ops/7',
                  replacement: { continues: 'gone', rollbackValues: { values } },
                },
                { name: 'work-2', steps: 'replace' },
              ],
            },
          ],
        },
      }),
    );

    test('recreates it where it waits for its configuration with the version to leave', () =>
      expect(back([ran('work-1')], unfinished(upgraded, 'work-1', from, waiting('new-one')))).toMatchObject({
        plan: { hops: [{ nodes: [{ steps: 'resumed', replacement: { continues: 'waiting' } }] }] },
      }));

    test('is retried by a person', () => {
      const planned = back([ran('work-1')]);
      const node = planned.verdict === 'planned' ? planned.plan.hops[0]?.nodes[0] : undefined;
      if (!node) throw new Error('nothing is planned');
      expect(retryOf(back([ran('work-1')], unfinished(upgraded, 'work-1', to)), node, from)).toMatchObject({
        verdict: 'again',
        node: { steps: 'resumed', back: 'run', replacement: { continues: 'gone' } },
        steps: stepOrders.resumed,
      });
    });

    test('over more than a minor continues from the version of the lost machine', () => {
      const newest = 'v1.14.0';
      const twice = (name: string) =>
        ran(name, { to: newest, through: [{ version: to, schematic: workerSchematic }] });
      const gone = unfinished(world.running(newest, 'work-2'), 'work-1', newest);
      expect(back([twice('work-2'), twice('work-1')], gone)).toMatchObject({
        plan: {
          hops: [
            {
              to,
              nodes: [
                { name: 'work-1', steps: 'resumed' },
                { name: 'work-2', steps: 'replace' },
              ],
            },
            { to: from, nodes: [{ name: 'work-2' }, { name: 'work-1', from: to, steps: 'replace' }] },
          ],
        },
      });
      const later = unfinished(world.running(newest, 'work-2'), 'work-1', to);
      expect(refusal([twice('work-2'), twice('work-1')], later)).toContain('--run 7 --only work-1');
      expect(back([twice('work-2'), twice('work-1')], later, { only: ['work-1'] })).toMatchObject({
        plan: { hops: [{ to: from, nodes: [{ name: 'work-1', steps: 'resumed' }] }] },
      });
    });

    test.each<[string, () => string, string]>([
      [
        'two are incomplete',
        () =>
          refusal(
            [ran('work-1'), ran('work-2')],
            unfinished(unfinished(upgraded, 'work-1', to), 'work-2', to),
          ),
        'replacement-unfinished',
      ],
      [
        'the one that is incomplete is not to roll back',
        () => refusal([ran('work-2')], unfinished(upgraded, 'work-1', to)),
        'replacement-unfinished',
      ],
      [
        'what waits is the old machine',
        () => refusal([ran('work-1')], unfinished(upgraded, 'work-1', from, waiting('OLD-ONE'))),
        'machine-not-replaced',
      ],
      [
        'the machine that is gone ran something else',
        () => refusal([ran('work-1')], unfinished(upgraded, 'work-1', 'v1.13.4')),
        'it ran v1.13.4, neither',
      ],
      [
        'another run made it half',
        () =>
          refusal(
            [{ ...ran('work-1'), noSlot: 'several-hops', through: [] }],
            unfinished(upgraded, 'work-1', from),
          ),
        'not by that run',
      ],
    ])('is refused where %s', (_what, why, says) => expect(why()).toContain(says));
  });

  test('makes all templates where Terraform takes the others along with any node', () => {
    const all = withTerraform(upgraded, {
      templates: { address: 'module.templates["{host}-{role}"]', all: true },
    });
    const answer = back([ran('work-1')], all);
    const [hop] = answer.verdict === 'planned' ? answer.plan.hops : [];
    expect(hop?.templates).toHaveLength(6);
  });
});
