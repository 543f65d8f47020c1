import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import type { RanBefore, UpgradeRequest } from '../../../src/planning/plan/plan.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { armedMarkText } from '../../../src/planning/node/armed.js';
import { retryOf } from '../../../src/planning/rollback/retry.js';
import { upToHop } from '../../../src/planning/rollback/run-rollback-hops.js';
import { aCluster, cordonedByRun, marked, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const [from, to] = ['v1.12.1', 'v1.12.6'];
const world = aCluster();
/** What an earlier run did, by its plan. */
const did = new Map(
  planOf(world.planInput()).hops.flatMap(({ nodes }) => nodes.map((node) => [node.name, node])),
);
const ran = (name: string, change: Partial<RanBefore> = {}): RanBefore => {
  const node = did.get(name);
  if (!node) throw new Error(`the plan has no ${name}`);
  return { name, version: node.from, schematic: node.expects.schematic, to, ...change };
};
const upgraded = [...did.keys()].reduce((cluster: Cluster, name) => cluster.running(to, name), world);
const asked = (nodes: readonly RanBefore[], talos = from): Partial<UpgradeRequest> => ({
  talos,
  declared: false,
  back: { run: 7, why: 'it loses packets', nodes, target: to },
});
const back = (nodes: readonly RanBefore[], cluster = upgraded, only?: readonly string[]) =>
  planUpgrade({ ...cluster.planInput({ request: asked(nodes) }), ...(only ? { only } : {}) });
const refusal = (nodes: readonly RanBefore[], cluster?: Cluster): string => {
  const answer = back(nodes, cluster);
  if (answer.verdict !== 'refused') throw new Error(`it was ${answer.verdict}`);
  return JSON.stringify(answer.reasons);
};

describe('the rollback of a run', () => {
  test('takes its nodes as they are named, one at a time, each under the gates of an upgrade', () => {
    const answer = back([ran('work-1'), ran('ctrl-2')]);
    expect(answer).toMatchObject({
      verdict: 'planned',
      plan: {
        target: from,
        batch: 1,
        strategyReason: 'the rollback of run 7: it loses packets',
        steps: { 'rollback-run': stepOrders['rollback-run'] },
        hops: [
          {
            to: from,
            nodes: [
              { name: 'work-1', from: to, back: 'run', schematic: ran('work-1').schematic, canary: false },
              { name: 'ctrl-2', from: to, back: 'run', expects: { version: to } },
            ],
          },
        ],
      },
    });
    // A node that fails rolling back does not go forward again automatically.
    expect(answer).not.toHaveProperty('plan.onFailure');
  });

  test('says what git says otherwise', () => {
    const answer = back([ran('work-1')]);
    expect(answer.verdict === 'planned' && planText(answer.plan)).toContain(
      'until that is reverted there, the next upgrade brings it again',
    );
  });

  test('can be about some of its nodes', () =>
    expect(back([ran('work-1'), ran('ctrl-2')], upgraded, ['ctrl-2'])).toMatchObject({
      plan: { hops: [{ nodes: [{ name: 'ctrl-2' }] }] },
    }));

  test('passes over what is back already, and has nothing to do where all of it is', () => {
    expect(back([ran('work-1'), ran('ctrl-2')], upgraded.running(from, 'work-1'))).toMatchObject({
      plan: {
        hops: [
          {
            nodes: [
              { name: 'work-1', skip: 'already-on-target' },
              { name: 'ctrl-2', back: 'run' },
            ],
          },
        ],
      },
    });
    expect(back([ran('work-1')], world)).toMatchObject({ verdict: 'nothing-to-do' });
  });

  test('asks no gate whether a node is well that halted the run', () => {
    const unwell = upgraded.withObject('work-1', { ready: false });
    expect(back([ran('work-1'), ran('ctrl-2')], unwell)).toMatchObject({
      plan: {
        hops: [
          {
            nodes: [
              { name: 'work-1', steps: 'rollback-in-place' },
              { name: 'ctrl-2', steps: 'rollback-run' },
            ],
          },
        ],
      },
    });
  });

  test('has a hop for each version that ran before', () =>
    expect(back([ran('work-1', { version: 'v1.12.0' }), ran('ctrl-2')])).toMatchObject({
      plan: {
        hops: [
          { to: 'v1.12.0', nodes: [{ name: 'work-1' }] },
          { to: from, nodes: [{ name: 'ctrl-2' }] },
        ],
      },
    }));

  describe('of a run of several hops in place', () => {
    const between = 'v1.12.3';
    const through = (name: string) => [{ version: between, schematic: ran(name).schematic }];
    const twice = (name: string) => ran(name, { noSlot: 'several-hops', through: through(name) });

    test('rolls back through what ran between: by its slot first, then by the older image', () => {
      const answer = back([twice('work-1'), twice('ctrl-2')]);
      expect(answer).toMatchObject({
        verdict: 'planned',
        plan: {
          hops: [
            {
              to: between,
              why: expect.stringContaining('ran between'),
              nodes: [
                { name: 'work-1', from: to, steps: 'rollback-run', back: 'run' },
                { name: 'ctrl-2', from: to, steps: 'rollback-run', back: 'run' },
              ],
            },
            {
              to: from,
              nodes: [
                { name: 'work-1', from: between, steps: 'legacy', image: expect.stringContaining(from) },
                { name: 'ctrl-2', from: between, steps: 'legacy', expects: { version: between } },
              ],
            },
          ],
        },
      });
      const [, last] = answer.verdict === 'planned' ? answer.plan.hops : [];
      expect(last?.nodes.every((node) => node.back === undefined)).toBe(true);
      expect(last).not.toHaveProperty('why');
      expect(answer.verdict === 'planned' && planText(answer.plan)).toContain(`Talos ${between} comes first`);
    });

    test('begins where each node is by now: no slot is trusted that such a rollback has left', () => {
      const some = upgraded.running(between, 'work-1').running(from, 'ctrl-2');
      expect(back([twice('work-1'), twice('ctrl-2'), twice('ctrl-1')], some)).toMatchObject({
        plan: {
          hops: [
            { to: between, nodes: [{ name: 'ctrl-1', steps: 'rollback-run' }] },
            {
              to: from,
              nodes: [
                { name: 'work-1', from: between, steps: 'legacy' },
                { name: 'ctrl-2', skip: 'already-on-target' },
                { name: 'ctrl-1', from: between, steps: 'legacy' },
              ],
            },
          ],
        },
      });
    });

    test('is one list of hops for all, from wherever each begins: no hop repeats a version that all could share', () =>
      expect(back([twice('work-1'), ran('ctrl-2', { version: between })])).toMatchObject({
        plan: {
          hops: [
            { to: between, nodes: [{ name: 'work-1' }, { name: 'ctrl-2' }] },
            { to: from, nodes: [{ name: 'work-1' }] },
          ],
        },
      }));

    test('only boots the older image where that is installed and waits', () => {
      const [oldest, older] = ['v1.12.6', 'v1.13.1'];
      const { schematic } = ran('work-1');
      const way = {
        version: oldest,
        to: 'v1.14.0',
        noSlot: 'several-hops',
        through: [{ version: older, schematic }],
      } as const;
      const waiting = (version: string) =>
        world.running(older, 'work-1').withObject('work-1', {
          bootId: 'b',
          marks: marked({ armed: armedMarkText(version, 'b', schematic) }),
        });
      expect(back([ran('work-1', way)], waiting(oldest))).toMatchObject({
        plan: { hops: [{ to: oldest, nodes: [{ name: 'work-1', steps: 'armed', armed: true }] }] },
      });
      expect(refusal([ran('work-1', way)], waiting('v1.13.9'))).toContain('v1.13.9 installed and not booted');
    });

    test('is refused where a node is back, and its next boot takes another version', () => {
      const [older, newer] = ['v1.13.4', 'v1.13.9'];
      const { schematic } = ran('work-1');
      const now = (version: string) =>
        world.running(older, 'work-1').withObject('work-1', {
          ...cordonedByRun('run/prox-ops/7'),
          bootId: 'b',
          marks: marked({ run: 'run/prox-ops/7', armed: armedMarkText(version, 'b', schematic) }),
        });
      const way = ran('work-1', { version: older, to: newer });
      expect(refusal([way], now(newer))).toMatch(/has v1\.13\.9 installed and not booted.*--only/);
      expect(back([way], now(older))).toMatchObject({ verdict: 'planned' });
    });

    test('is refused where a node is back, but of another schematic', () =>
      expect(
        refusal([{ ...twice('work-1'), schematic: 'f'.repeat(64) }], upgraded.running(from, 'work-1')),
      ).toContain(`runs ${from}, neither`));

    describe('that halted', () => {
      const planned = (name: string, at: number) => {
        const answer = back([twice(name)]);
        const node = answer.verdict === 'planned' ? answer.plan.hops[at]?.nodes[0] : undefined;
        if (!node) throw new Error(`nothing is planned for ${name}`);
        return node;
      };
      const again = (cluster: Cluster, hop: string, at: number) =>
        retryOf(back([upToHop(twice('work-1'), hop)], cluster, ['work-1']), planned('work-1', at), hop);

      test('is retried with the hop that it halted in, and goes no further', () => {
        expect(again(upgraded, between, 0)).toMatchObject({
          verdict: 'again',
          node: { name: 'work-1', back: 'run', from: to, steps: 'rollback-run' },
        });
        expect(again(upgraded.running(between, 'work-1'), from, 1)).toMatchObject({
          verdict: 'again',
          node: { name: 'work-1', from: between, steps: 'legacy' },
        });
      });

      test('is only returned to service where that hop brought it to its version', () => {
        const run = 'run/prox-ops/42';
        const left = upgraded
          .running(between, 'work-1')
          .withObject('work-1', { ...cordonedByRun(run), marks: { ...marked({}), run, cordonedBy: run } });
        expect(again(left, between, 0)).toMatchObject({ verdict: 'again', steps: stepOrders.adopted });
      });

      test('keeps of three hops those before it', () => {
        const [one, two] = [
          { version: 'v1.12.4', schematic: 'a' },
          { version: 'v1.12.3', schematic: 'b' },
        ];
        const before = ran('work-1', { noSlot: 'several-hops', through: [one, two] });
        expect(upToHop(before, 'v1.12.3')).toEqual({ ...before, ...two, through: [one] });
        const { through: _through, noSlot: _noSlot, ...whole } = before;
        expect(upToHop(before, 'v1.12.4')).toEqual({ ...whole, ...one });
        expect(upToHop(before, from)).toBe(before);
      });
    });

    test('is refused where a node runs none of it', () =>
      expect(refusal([twice('work-1')], upgraded.running('v1.12.4', 'work-1'))).toContain(
        'runs v1.12.4, neither',
      ));
  });

  test.each<[string, () => string, string]>([
    [
      'a node runs what neither was nor came',
      () => refusal([ran('work-1')], upgraded.running('v1.12.3', 'work-1')),
      'runs v1.12.3, neither',
    ],
    [
      'a machine was replaced, and slipway.yaml does not say by what',
      () => refusal([ran('work-1', { noSlot: 'replaced' })]),
      'replacement-unprepared',
    ],
    [
      'a node was upgraded twice',
      () => refusal([ran('work-1', { noSlot: 'several-hops' })]),
      'more than once',
    ],
    ['a node is in no slipway.yaml', () => refusal([ran('work-1', { name: 'work-99' })]), 'unknown-node'],
    [
      'the Kubernetes that runs is too new',
      () => refusal([ran('work-1', { version: 'v1.9.0' })]),
      'kubernetes-unsupported',
    ],
    [
      "etcd's data are of a newer minor",
      () => refusal([ran('ctrl-2', { version: 'v1.10.9' })]),
      'brings etcd 3.5',
    ],
  ])('is refused where %s', (_what, why, says) => expect(why()).toContain(says));

  test("is not refused for etcd's sake while one member still runs the older minor", () => {
    const [older, newer] = ['3.5.21', '3.6.4'];
    const mixed = upgraded.withEtcd((etcd) => ({
      ...etcd,
      statuses: etcd.statuses.map((status, at) =>
        status.kind === 'answered'
          ? { ...status, value: { ...status.value, version: at === 2 ? older : newer } }
          : status,
      ),
    }));
    expect(refusal([ran('ctrl-2', { version: 'v1.10.9' })], mixed)).not.toContain('brings etcd');
  });
});
