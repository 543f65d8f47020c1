import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { rollbackOf } from '../../../src/planning/rollback/rollback.js';
import { armedMarkText, installMarkText } from '../../../src/planning/node/armed.js';
import { aCluster, marked, unreachable, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const to = 'v1.12.6';
const world = aCluster();
const { inventory } = world;
const planned = (name: string, cluster = world.planInput()) => {
  const node = planOf(cluster).hops[0]?.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`the plan has no ${name}`);
  return node;
};
const seen = (now: Cluster) => now.planInput().observation;
const adopted = (name: string) => ({ ...planned(name), from: to, skip: 'already-on-target' as const });
const back = (now: Cluster, name = 'ctrl-2') => rollbackOf(inventory, seen(now), planned(name), to);

describe('a node that halted a run, and is rolled back', () => {
  test('boots the previous version, and is compared with its schematic', () => {
    const before = planned('ctrl-2');
    expect(back(world.running(to, 'ctrl-2'))).toEqual({
      verdict: 'rollback',
      node: expect.objectContaining({
        back: true,
        from: to,
        schematic: before.expects.schematic,
        expects: expect.objectContaining({ version: to }),
      }),
      steps: stepOrders['rollback-in-place'],
    });
  });

  test('only returns to service where it runs that version already', () =>
    expect(back(world)).toMatchObject({
      verdict: 'rollback',
      steps: ['cordon', 'record-facts', 'await-ready', 'await-etcd-member', 'verify-node', 'uncordon'],
    }));

  test('is not, where this run installed nothing on it: it would be reported as rolled back, and be unchanged', () =>
    expect(rollbackOf(inventory, seen(world.running(to, 'ctrl-2')), adopted('ctrl-2'), to)).toMatchObject({
      verdict: 'refused',
      reasons: [
        { kind: 'rollback-impossible', why: `this run installed nothing on it: it ran ${to} before` },
      ],
    }));

  describe('from a version that installs and reboots by two requests', () => {
    const [older, newer] = ['v1.13.4', 'v1.13.9'];
    const runs = world.running(older);
    const before = planned('ctrl-2', runs.planInput({ request: { talos: newer } }));
    const rollbackFrom = (now: Cluster, installed?: string) =>
      rollbackOf(inventory, seen(now), before, newer, installed);
    const withMarks = (marks: Parameters<typeof marked>[0]) =>
      runs.withObject('ctrl-2', { bootId: 'b', marks: marked(marks) });
    const armed = (version: string, boot = 'b') =>
      withMarks({ armed: armedMarkText(version, boot, before.schematic) });
    const maybe = withMarks({
      install: installMarkText('run/prox-ops/42/1/ctrl-2/1', newer, 'b', before.schematic),
    });

    test.each<[string, Cluster, string | undefined, string]>([
      ['is armed', armed(newer), undefined, `has ${newer} installed`],
      ['may be armed', maybe, undefined, `may have ${newer} installed`],
      [
        'was installed on by another user',
        runs,
        `ghcr.io/siderolabs/installer:${newer}`,
        `may have ${newer} installed`,
      ],
    ])(
      'is not, where it %s: it would be reported as rolled back, and boot the new one',
      (_what, now, image, says) =>
        expect(rollbackFrom(now, image)).toMatchObject({
          verdict: 'refused',
          reasons: [{ kind: 'rollback-impossible', why: expect.stringContaining(says) }],
        }),
    );

    test('reads what is left to do: boot it, or uncordon it as it is', () =>
      expect(rollbackFrom(armed(newer))).toMatchObject({
        reasons: [
          {
            why: expect.stringMatching(
              /retry boots it.*kubectl uncordon ctrl-2 && kubectl annotate node ctrl-2 slipway/,
            ),
          },
        ],
      }));

    test('returns to service where nothing else waits for its next boot', () => {
      expect(rollbackFrom(runs)).toMatchObject({ verdict: 'rollback' });
      expect(rollbackFrom(armed(newer, 'of a boot before'))).toMatchObject({ verdict: 'rollback' });
      expect(rollbackFrom(runs, `ghcr.io/siderolabs/installer:${older}`)).toMatchObject({
        verdict: 'rollback',
      });
    });

    test('is not, where its annotations cannot be read', () =>
      expect(
        rollbackFrom(
          runs.withNode('ctrl-2', (node) => ({ ...node, kubernetes: unreachable('no route to host') })),
        ),
      ).toMatchObject({ verdict: 'refused', reasons: [{ kind: 'kubernetes-unreachable' }] }));
  });

  test('is not drained, and transfers no leadership, where there is no other node', () => {
    const alone = { ...inventory, nodes: inventory.nodes.filter(({ name }) => name === 'ctrl-2') };
    const answer = rollbackOf(alone, seen(world.running(to, 'ctrl-2')), planned('ctrl-2'), to);
    expect(answer).toMatchObject({
      steps: stepOrders['rollback-in-place'].filter(
        (step) => step !== 'drain' && step !== 'transfer-leadership',
      ),
    });
  });

  test('is not, where it runs neither version', () =>
    expect(back(world.running('v1.12.0', 'ctrl-2'))).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'rollback-impossible', why: expect.stringContaining('runs v1.12.0, neither') }],
    }));

  test('is not, where it is unreachable', () => {
    const silent = world.withNode('ctrl-2', (node) => ({
      ...node,
      talos: unreachable('connection refused'),
    }));
    expect(rollbackOf(inventory, seen(silent), planned('ctrl-2'), to)).toMatchObject({
      verdict: 'refused',
      reasons: [{ why: expect.stringContaining('does not answer (connection refused)') }],
    });
  });

  test('is not, where its other slot was written since: the sentence has the remaining command', () => {
    const now = seen(world.running(to, 'ctrl-2'));
    const before = planned('ctrl-2');
    const with_ = (image: string) => rollbackOf(inventory, now, before, to, image);
    expect(with_('ghcr.io/siderolabs/installer:v1.12.9')).toMatchObject({
      verdict: 'refused',
      reasons: [
        {
          why: expect.stringContaining(
            `talosctl -n 10.20.67.2 upgrade --image factory.talos.dev/nocloud-installer/${before.expects.schematic}:v1.12.1`,
          ),
        },
      ],
    });
    expect(with_('ghcr.io/siderolabs/installer:v1.12.1')).toMatchObject({ verdict: 'rollback' });
  });

  describe('to an older minor', () => {
    const [older, newer] = ['v1.10.9', 'v1.11.5'];
    const ofMinors = world.onKubernetes('v1.33.1');
    const before = (name: string) => ({ ...planned(name), from: older });
    const data = (storage: string): Cluster =>
      ['ctrl-1', 'ctrl-2', 'ctrl-3'].reduce<Cluster>(
        (all, name) => all.withMember(name, { version: '3.6.4', storage }),
        ofMinors.running(newer, 'ctrl-2'),
      );
    const rollbackFrom = (now: Cluster, name = 'ctrl-2') =>
      rollbackOf(inventory, seen(now), before(name), newer);

    test('is not, where a control plane could not join data that a newer etcd has written', () => {
      expect(rollbackFrom(data('3.6.0'))).toMatchObject({
        verdict: 'refused',
        reasons: [{ kind: 'rollback-impossible', why: expect.stringContaining('an older etcd cannot join') }],
      });
      expect(rollbackFrom(data('3.5.0'))).toMatchObject({ verdict: 'rollback' });
    });

    test('asks no etcd about a worker', () =>
      expect(rollbackFrom(data('3.6.0').running(newer, 'work-1'), 'work-1')).toMatchObject({
        verdict: 'rollback',
      }));

    test('is not, where its Talos does not know the Kubernetes that runs', () =>
      expect(rollbackFrom(data('3.5.0').onKubernetes('v1.34.1'))).toMatchObject({
        verdict: 'refused',
        reasons: [{ kind: 'kubernetes-unsupported', talos: older, kubernetes: 'v1.34.1' }],
      }));

    test('needs nothing of etcd to return to service as what it was', () => {
      const silent = ofMinors.running(older, 'ctrl-2').seeing({ etcd: unreachable('no route to host') });
      expect(rollbackFrom(silent)).toMatchObject({ verdict: 'rollback' });
    });
  });
});
