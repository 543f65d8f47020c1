import { describe, expect, test } from '@jest/globals';
import {
  entriesBehindMax,
  etcdHealthy,
  mayDisruptControlPlane,
  mayRepairControlPlane,
} from '../../../src/planning/etcd/etcd-quorum-guard.js';
import { quorumSize, survivesLosingOne } from '../../../src/planning/etcd/etcd-quorum.js';
import {
  aCluster,
  type Cluster,
  cordonedByRun,
  cordonedBySomebody,
  cordonedByTalos,
  answered,
  unreachable,
} from '../a-cluster.js';

const well = aCluster();
const refused = { outageAccepted: false };
const accepted = { outageAccepted: true };

describe('quorum', () => {
  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])('of %d voters is %d', (voting, quorum) => expect(quorumSize(voting)).toBe(quorum));

  test('is more than half, and two quorums always share a member', () => {
    for (let voting = 1; voting <= 99; voting += 1) {
      expect(quorumSize(voting) * 2).toBeGreaterThan(voting);
      expect((quorumSize(voting) - 1) * 2).toBeLessThanOrEqual(voting);
    }
  });

  test('survives the loss of one exactly when a majority of the voters is left', () => {
    for (let voting = 1; voting <= 7; voting += 1) {
      for (let healthy = 0; healthy <= voting; healthy += 1) {
        expect(survivesLosingOne(healthy, voting)).toBe(healthy - 1 > voting / 2);
      }
    }
  });
});

/** What makes etcd unhealthy, and the reason it gives. */
const ills: readonly [string, (cluster: Cluster) => Cluster, object][] = [
  [
    'etcd does not answer',
    (c) => c.seeing({ etcd: unreachable('timeout') }),
    { kind: 'etcd-unreachable', why: 'timeout' },
  ],
  [
    'a member is gone',
    (c) => c.withEtcd((etcd) => ({ ...etcd, members: etcd.members.filter((one) => one.name !== 'ctrl-2') })),
    { kind: 'etcd-member-missing', node: 'ctrl-2' },
  ],
  [
    'a member never started',
    (c) =>
      c.withEtcd((etcd) => ({ ...etcd, members: [...etcd.members, { id: 'ff', name: '', learner: false }] })),
    { kind: 'etcd-member-unstarted', memberId: 'ff' },
  ],
  [
    'a member learns',
    (c) =>
      c.withEtcd((etcd) => ({
        ...etcd,
        members: etcd.members.map((one) => ({ ...one, learner: one.name === 'ctrl-3' })),
      })),
    { kind: 'etcd-learner', node: 'ctrl-3' },
  ],
  [
    'a member says it learns',
    (c) => c.withMember('ctrl-3', { learner: true }),
    { kind: 'etcd-member-unhealthy', node: 'ctrl-3', healthy: 2, voting: 3 },
  ],
  [
    'an alarm is raised',
    (c) =>
      c.withEtcd((etcd) => ({
        ...etcd,
        alarms: [{ memberId: etcd.members[1]?.id ?? '', alarm: 'NOSPACE' }],
      })),
    { kind: 'etcd-alarm', node: 'ctrl-2', alarm: 'NOSPACE' },
  ],
  [
    'a member does not answer',
    (c) =>
      c.withEtcd((etcd) => ({
        ...etcd,
        statuses: etcd.statuses.map((one) =>
          one.node === 'ctrl-2' ? { node: 'ctrl-2', ...unreachable('refused') } : one,
        ),
      })),
    {
      kind: 'etcd-member-unhealthy',
      node: 'ctrl-2',
      why: 'it does not answer: refused',
      healthy: 2,
      voting: 3,
    },
  ],
  [
    'a member was not asked',
    (c) => c.withEtcd((etcd) => ({ ...etcd, statuses: etcd.statuses.slice(1) })),
    { kind: 'etcd-member-unhealthy', node: 'ctrl-1', why: 'nobody asked it' },
  ],
  [
    'a member reports errors',
    (c) => c.withMember('ctrl-1', { errors: ['etcdserver: no leader'] }),
    { kind: 'etcd-member-unhealthy', node: 'ctrl-1', why: 'it reports etcdserver: no leader' },
  ],
  [
    'a member is not who it was',
    (c) => c.withMember('ctrl-2', { memberId: '77' }),
    { kind: 'etcd-member-unhealthy', node: 'ctrl-2' },
  ],
  [
    'a voter is no control plane of ours',
    (c) =>
      c.withEtcd((etcd) => ({
        ...etcd,
        members: [...etcd.members, { id: 'ff', name: 'old-4', learner: false }],
      })),
    { kind: 'etcd-member-unhealthy', node: 'old-4', healthy: 3, voting: 4 },
  ],
  [
    'there is no leader',
    (c) => c.withMember('ctrl-2', { leaderId: '0000000000000000' }),
    { kind: 'etcd-no-leader' },
  ],
  [
    'two lead',
    (c) => c.withMember('ctrl-2', { leaderId: 'aaaaaaaaaaaaaaa2' }),
    { kind: 'etcd-leaders-disagree', leaders: ['ctrl-1', 'ctrl-2'] },
  ],
  ['the leader is no member', (c) => allFollow(c, 'beef'), { kind: 'etcd-no-leader' }],
  [
    'a member is behind',
    (c) => c.withMember('ctrl-3', { raftAppliedIndex: 10_000 - entriesBehindMax - 1 }),
    { kind: 'etcd-behind', node: 'ctrl-3', entries: entriesBehindMax + 1, allowed: entriesBehindMax },
  ],
  [
    'a member does not say how far it is',
    (c) => c.withMember('ctrl-3', { raftAppliedIndex: Number.NaN }),
    { kind: 'etcd-behind', node: 'ctrl-3' },
  ],
];

describe('etcd', () => {
  test('is healthy when every voter is there, caught up, behind one leader', () =>
    expect(etcdHealthy(well.observation)).toBeUndefined());

  test.each(ills)('is not when %s, and no control plane may go', (_name, change, reason) => {
    const cluster = change(well);
    expect(etcdHealthy(cluster.observation)).toMatchObject(reason);
    for (const node of ['ctrl-1', 'ctrl-2', 'ctrl-3']) {
      expect(mayDisruptControlPlane(cluster.observation, node, accepted)).toMatchObject(reason);
    }
  });

  test('may lag as far as is allowed', () => {
    const cluster = well.withMember('ctrl-3', { raftAppliedIndex: 10_000 - entriesBehindMax });
    expect(etcdHealthy(cluster.observation)).toBeUndefined();
  });

  test('compares ids without their leading zeros', () => {
    const plain = well.withEtcd((etcd) => ({
      ...etcd,
      members: etcd.members.map((one, index) => ({ ...one, id: `000${index + 5}` })),
      statuses: etcd.statuses.map((one, index) =>
        one.kind === 'answered'
          ? { ...one, value: { ...one.value, memberId: `${index + 5}`, leaderId: '5' } }
          : one,
      ),
    }));
    expect(etcdHealthy(plain.observation)).toBeUndefined();
  });
});

/** What holds another control plane up. */
const disrupted: readonly [string, (cluster: Cluster) => Cluster, string][] = [
  ['is cordoned by another user', (c) => c.withObject('ctrl-1', cordonedBySomebody), 'it is cordoned'],
  ['is cordoned by a run', (c) => c.withObject('ctrl-1', cordonedByRun('run/prox-ops/7')), 'it is cordoned'],
  ['is cordoned by Talos', (c) => c.withObject('ctrl-1', cordonedByTalos), 'it is cordoned'],
  [
    'is not Ready',
    (c) => c.withObject('ctrl-1', { ready: false, readyMessage: 'Kubelet stopped posting' }),
    'its Node is not Ready: Kubelet stopped posting',
  ],
  [
    'has no Node',
    (c) => c.withNode('ctrl-1', (node) => ({ ...node, kubernetes: answered(undefined) })),
    'Kubernetes has no Node of that name',
  ],
  [
    'cannot be read',
    (c) => c.withNode('ctrl-1', (node) => ({ ...node, kubernetes: unreachable('503') })),
    'its Node cannot be read: 503',
  ],
  [
    'does not answer',
    (c) => c.withNode('ctrl-1', (node) => ({ ...node, talos: unreachable('timeout') })),
    'its Talos API does not answer: timeout',
  ],
  [
    'reboots',
    (c) => c.withTalos('ctrl-1', { stage: 'rebooting', ready: false }),
    'Talos is rebooting, not ready',
  ],
  ['upgrades', (c) => c.withTalos('ctrl-1', { stage: 'upgrading' }), 'Talos is upgrading'],
  [
    'is not ready yet',
    (c) => c.withTalos('ctrl-1', { ready: false, unmet: ['services: etcd not healthy'] }),
    'Talos is running and waits for services: etcd not healthy',
  ],
];

describe('a control plane', () => {
  test('may go when it does not lead and all else is well', () => {
    expect(mayDisruptControlPlane(well.observation, 'ctrl-2', refused)).toBeUndefined();
    expect(mayDisruptControlPlane(well.observation, 'ctrl-3', refused)).toBeUndefined();
  });

  test('may not go while it leads', () => {
    expect(mayDisruptControlPlane(well.observation, 'ctrl-1', accepted)).toEqual({
      kind: 'etcd-node-leads',
      node: 'ctrl-1',
    });
  });

  test.each(disrupted)('may not go while another %s', (_name, change, why) => {
    expect(mayDisruptControlPlane(change(well).observation, 'ctrl-2', refused)).toEqual({
      kind: 'control-plane-disrupted',
      node: 'ctrl-1',
      why,
    });
  });

  test('may go in any of these states itself: that is what it was cordoned for', () => {
    const cluster = well
      .withObject('ctrl-2', cordonedByRun('run/prox-ops/8'))
      .withObject('ctrl-2', { ready: false });
    expect(mayDisruptControlPlane(cluster.observation, 'ctrl-2', refused)).toBeUndefined();
  });

  test('without an etcd member may not be disrupted', () => {
    expect(mayDisruptControlPlane(well.observation, 'work-1', accepted)).toEqual({
      kind: 'etcd-member-missing',
      node: 'work-1',
    });
  });

  test.each([
    [1, refused, 'single-control-plane'],
    [1, accepted, undefined],
    [2, refused, 'two-voters'],
    [2, accepted, 'two-voters'],
    [3, refused, undefined],
    [4, refused, undefined],
    [5, refused, undefined],
    [6, refused, undefined],
    [7, refused, undefined],
  ])('of %d, outage %j: %s', (controlPlanes, options, kind) => {
    const { observation } = aCluster({ controlPlanes });
    const last = `ctrl-${controlPlanes}`;
    expect(mayDisruptControlPlane(observation, last, options)?.kind).toBe(kind);
  });

  test('never goes when etcd would lose its majority: 1 to 7 members, any of them down, any of them next', () => {
    for (let controlPlanes = 1; controlPlanes <= 7; controlPlanes += 1) {
      for (let down = 0; down < 2 ** controlPlanes; down += 1) {
        const cluster = withDown(aCluster({ controlPlanes }), down);
        for (let next = 1; next <= controlPlanes; next += 1) {
          if (mayDisruptControlPlane(cluster.observation, `ctrl-${next}`, refused) !== undefined) continue;
          const alive = controlPlanes - bits(down) - (down & (1 << (next - 1)) ? 0 : 1);
          expect(alive).toBeGreaterThanOrEqual(quorumSize(controlPlanes));
          // Stricter than the majority: every other voter is healthy.
          expect(down & ~(1 << (next - 1))).toBe(0);
        }
      }
    }
  });
});

function allFollow(cluster: Cluster, leaderId: string): Cluster {
  return ['ctrl-1', 'ctrl-2', 'ctrl-3'].reduce(
    (world, node) => world.withMember(node, { leaderId }),
    cluster,
  );
}

/** Members whose bit is set do not answer. */
function withDown(cluster: Cluster, down: number): Cluster {
  return cluster.withEtcd((etcd) => ({
    ...etcd,
    statuses: etcd.statuses.map((one, index) =>
      down & (1 << index) ? { node: one.node, ...unreachable('down') } : one,
    ),
  }));
}

function bits(number: number): number {
  return number.toString(2).replaceAll('0', '').length;
}

describe('a control plane that is to be made well again', () => {
  const may = (cluster: Cluster, name = 'ctrl-2') =>
    mayRepairControlPlane(cluster.planInput().observation, name, refused);
  const silent = (name: string) =>
    well.withEtcd((etcd) => ({
      ...etcd,
      statuses: etcd.statuses.map((one) =>
        one.node === name ? { node: name, ...unreachable('refused') } : one,
      ),
    }));

  test.each<[string, Cluster]>([
    ['its member does not answer', silent('ctrl-2')],
    ['its member learns', well.withMember('ctrl-2', { learner: true })],
    ['its member reports errors', well.withMember('ctrl-2', { errors: ['etcdserver: no leader'] })],
    ['its Node is not Ready', well.withObject('ctrl-2', { ready: false })],
  ])('may be disrupted though %s, which any other step is refused for', (_name, cluster) =>
    expect(may(cluster)).toBeUndefined(),
  );

  test.each<[string, Cluster, object]>([
    ['another member does not answer', silent('ctrl-3'), { kind: 'etcd-member-unhealthy', node: 'ctrl-3' }],
    [
      'another control plane is cordoned',
      well.withObject('ctrl-3', cordonedBySomebody),
      { kind: 'control-plane-disrupted', node: 'ctrl-3' },
    ],
    [
      'an alarm is raised',
      well.withEtcd((etcd) => ({
        ...etcd,
        alarms: [{ memberId: etcd.members[2]?.id ?? '', alarm: 'NOSPACE' }],
      })),
      { kind: 'etcd-alarm', node: 'ctrl-3' },
    ],
  ])('may not where %s', (_name, cluster, reason) => expect(may(cluster)).toMatchObject(reason));

  test('may not while it leads', () =>
    expect(may(well, 'ctrl-1')).toEqual({ kind: 'etcd-node-leads', node: 'ctrl-1' }));
});
