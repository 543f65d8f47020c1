import { describe, expect, test } from '@jest/globals';
import { etcdRejoined } from '../../../src/planning/etcd/etcd-rejoined.js';
import { rollsBackAutomatically } from '../../../src/planning/rollback/automatic-rollback.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { aCluster, type Cluster, unreachable } from '../a-cluster.js';

const well = aCluster();
const node = { name: 'ctrl-2', address: '10.20.67.2' };
const rejoined = ({ observation }: Cluster): Reason | undefined => etcdRejoined(observation, node);

/** As the step fails with it. */
function goesBackFor(reason: Reason | undefined): boolean {
  if (!reason) throw new Error('the member is back');
  const wrapped: Reason = { kind: 'etcd-not-rejoined', node: node.name, why: 'told', reason };
  return rollsBackAutomatically(node.name, { failedStep: 'await-etcd-member', reason: wrapped });
}

function unresponsiveMember(cluster: Cluster, name: string): Cluster {
  return cluster.withEtcd((etcd) => ({
    ...etcd,
    statuses: etcd.statuses.map((one) =>
      one.node === name ? { node: name, ...unreachable('connection refused') } : one,
    ),
  }));
}

const alarm = (of: string) =>
  well.withEtcd((etcd) => ({
    ...etcd,
    alarms: [{ memberId: etcd.members.find(({ name }) => name === of)?.id ?? '', alarm: 'NOSPACE' }],
  }));
const learner = (of: string) =>
  well.withEtcd((etcd) => ({
    ...etcd,
    members: etcd.members.map((one) => (one.name === of ? { ...one, learner: true } : one)),
  }));

describe('a control plane that came back', () => {
  test('is in etcd again where every member is well', () => expect(rejoined(well)).toBeUndefined());

  test.each<[string, Cluster, Reason['kind']]>([
    ['its member is a learner', learner('ctrl-2'), 'etcd-learner'],
    [
      'its member does not answer, and Talos does',
      unresponsiveMember(well, 'ctrl-2'),
      'etcd-member-unhealthy',
    ],
    [
      'its member follows no leader',
      well.withMember('ctrl-2', { errors: ['no leader'] }),
      'etcd-member-unhealthy',
    ],
  ])('rolls back automatically: %s', (_what, cluster, kind) => {
    const reason = rejoined(cluster);
    expect(reason).toMatchObject({ kind, node: 'ctrl-2' });
    expect(goesBackFor(reason)).toBe(true);
  });

  const mute = unresponsiveMember(well, 'ctrl-2').withNode('ctrl-2', (one) => ({
    ...one,
    talos: unreachable('no answer within 5 s'),
  }));

  test.each<[string, Cluster, Partial<Reason>]>([
    ['another one raised an alarm', alarm('ctrl-3'), { kind: 'etcd-alarm' }],
    ['it raised one itself, which no version lifts', alarm('ctrl-2'), { kind: 'etcd-alarm' }],
    ['another one is a learner', learner('ctrl-3'), { kind: 'etcd-learner' }],
    ['another one does not answer', unresponsiveMember(well, 'ctrl-3'), { kind: 'etcd-member-unhealthy' }],
    ['Talos on it is unreachable', mute, { kind: 'talos-unreachable' }],
    ['etcd does not answer', well.seeing({ etcd: unreachable('timeout') }), { kind: 'etcd-unreachable' }],
  ])('is for a person to decide about: %s', (_what, cluster, seen) => {
    const reason = rejoined(cluster);
    expect(reason).toMatchObject(seen);
    expect(goesBackFor(reason)).toBe(false);
  });
});
