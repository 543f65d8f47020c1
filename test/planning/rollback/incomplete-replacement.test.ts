import { describe, expect, test } from '@jest/globals';
import { orderNodes } from '../../../src/planning/plan/node-order.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import type { MachineStanding } from '../../../src/planning/node/observation.js';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { cordonedByRun, marked, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';

const run = 'run/prox-ops/4';
const oldUuid = '0a000000-0000-0000-0000-000000000001';
const waits: MachineStanding = {
  kind: 'waiting',
  uuid: '0b000000-0000-0000-0000-000000000002',
  version: 'v1.13.9',
};
const silent: MachineStanding = { kind: 'unreachable' };

const world = aReplacingCluster();

/** A world in which an earlier run destroyed the machine of a node, and went no further. */
function incompleteReplacement(name: string, standing: MachineStanding, of: Cluster = world): Cluster {
  return of
    .withObject(name, {
      ...cordonedByRun(run),
      marks: { ...marked({ replace: `${run}/1/${name}/1 1` }), run, cordonedBy: run },
      ready: false,
      osImage: 'Talos (v1.12.1)',
      systemUuid: oldUuid,
    })
    .withNode(name, (node) => ({
      ...node,
      talos: { kind: 'unreachable', why: 'no route to host' },
      standing,
    }));
}

const kinds = (of: Cluster, more: Parameters<typeof replacing>[1] = {}): unknown => {
  const planned = planUpgrade(replacing(of, more));
  return planned.verdict === 'refused' ? planned.reasons.map(({ kind }) => kind) : planned.verdict;
};

describe('a node whose machine an earlier run left incomplete', () => {
  const plan = planOf(replacing(incompleteReplacement('ctrl-2', silent)));
  const nodes = plan.hops[0]?.nodes ?? [];

  test('is resumed, by steps of its own', () => {
    expect(nodes.find(({ name }) => name === 'ctrl-2')).toMatchObject({
      from: 'v1.12.1',
      steps: 'resumed',
      adopts: run,
      replacement: { address: 'module.control_nodes["ctrl-2"]', continues: 'gone' },
    });
    expect(plan.steps).toEqual({ replace: stepOrders.replace, resumed: stepOrders.resumed });
    const waiting = planOf(replacing(incompleteReplacement('work-2', waits)));
    expect(waiting.hops[0]?.nodes.find(({ name }) => name === 'work-2')).toMatchObject({
      replacement: { continues: 'waiting' },
    });
  });

  test.each(['ctrl-2', 'work-3'])('comes before every other node: %s', (name) => {
    const { hops } = planOf(replacing(incompleteReplacement(name, silent)));
    expect(hops[0]?.nodes[0]?.name).toBe(name);
    expect(orderNodes(hops[0]?.nodes ?? [], 'ctrl-2', 'last', 'workers-first')[0]).toBe(name);
  });

  test('is noted, with what happens to it; the gates it keeps closed block nothing', () => {
    expect(planText(plan)).toContain('resumed, module.control_nodes["ctrl-2"]');
    expect(plan.notes.join('\n')).toMatch(
      /ctrl-2 is continued, before any other node: .*nothing answers there, .*its etcd member is removed by its id/,
    );
    expect(plan.notes.join('\n')).toContain(
      'ctrl-1, ctrl-3, work-1, work-2 and work-3: destroyed and replaced',
    );
    expect(plan.blocked).toEqual([]);
    expect(planOf(replacing(incompleteReplacement('work-2', waits))).notes.join('\n')).toContain(
      'a new machine waits there, and gets its configuration if it is the one in the Terraform state',
    );
  });

  test('is resumed, too, where a person asked for a replacement that slipway.yaml does not have', () => {
    const input = replacing(incompleteReplacement('ctrl-2', silent));
    const { upgrade } = input.inventory;
    const inPlace = {
      ...input,
      inventory: {
        ...input.inventory,
        upgrade: { ...upgrade, strategy: { ...upgrade.strategy, minor: 'in-place' as const } },
      },
    };
    const asked = { ...inPlace, request: { ...input.request, strategy: 'replace' as const } };
    const [first] = planOf(asked).hops[0]?.nodes ?? [];
    expect(first).toMatchObject({ name: 'ctrl-2', steps: 'resumed' });
    expect(planUpgrade(inPlace).verdict).toBe('refused');
  });

  test('can be resumed alone', () => {
    const alone = planOf(replacing(incompleteReplacement('ctrl-2', waits), { only: ['ctrl-2'] }));
    expect(alone.steps).toEqual({ resumed: stepOrders.resumed });
    expect(alone.notes.join('\n')).not.toContain('destroyed and replaced');
  });

  test('is resumed by commands without -replace', () => {
    const { inventory } = world;
    const lines = planCommands(
      planOf(replacing(incompleteReplacement('work-2', silent), { only: ['work-2'] })),
      inventory,
    );
    expect(lines).not.toContain('-replace=/');
    expect(lines).toContain('-out=work-2.tfplan -target=\'module.worker_nodes["work-2"]\'');
    expect(lines).not.toContain('kubectl drain');
  });

  test('is refused where it is left out, or not the only one: nothing else is worked on before it', () => {
    expect(kinds(incompleteReplacement('ctrl-2', silent), { only: ['work-1'] })).toEqual([
      'replacement-unfinished',
    ]);
    expect(kinds(incompleteReplacement('work-1', waits, incompleteReplacement('ctrl-2', silent)))).toEqual([
      'replacement-unfinished',
    ]);
  });

  test('is refused where a machine waits there that is the old one, or holds another version', () => {
    expect(kinds(incompleteReplacement('ctrl-2', { ...waits, uuid: oldUuid }))).toEqual([
      'machine-not-replaced',
    ]);
    expect(kinds(incompleteReplacement('ctrl-2', { ...waits, version: 'v1.12.1' }))).toEqual([
      'machine-wrong-version',
    ]);
  });

  test('may be the third member of etcd, whose old one was removed already', () => {
    const two = incompleteReplacement('ctrl-2', waits).withEtcd((etcd) => ({
      ...etcd,
      members: etcd.members.filter(({ name }) => name !== 'ctrl-2'),
    }));
    expect(kinds(two)).toBe('planned');
    expect(
      kinds(
        incompleteReplacement(
          'work-1',
          waits,
          two.withNode(
            'ctrl-2',
            (node) => world.observation.nodes.find(({ name }) => name === node.name) ?? node,
          ),
        ),
      ),
    ).toContain('two-voters');
  });
});

describe('a node that is unreachable for another reason', () => {
  test.each<[string, Cluster]>([
    [
      'no run began to replace its machine',
      incompleteReplacement('ctrl-2', silent).withObject('ctrl-2', { marks: marked({}) }),
    ],
    ['its kubelet responds', incompleteReplacement('ctrl-2', silent).withObject('ctrl-2', { ready: true })],
    [
      'it had joined with its new version',
      incompleteReplacement('ctrl-2', silent).withObject('ctrl-2', { osImage: 'Talos (v1.13.9)' }),
    ],
  ])('is refused as before: %s', (_name, of) => expect(kinds(of)).toContain('talos-unreachable'));
});
