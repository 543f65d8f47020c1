import { describe, expect, it } from '@jest/globals';
import { check, judged } from './check-promise.js';
import {
  RUN,
  attempt,
  cordon,
  etcdRound,
  event,
  goodEvidence,
  node,
  record,
  request,
  second,
  type MadeEvidence,
  onlyActivity,
  onlySnapshot,
} from './made-evidence.js';

check('I1', [
  {
    title: 'fires when another control plane is cordoned by Slipway too',
    change: ({ changes }) => changes.push(cordon(12, 'k8s-ctrl-3')),
    says: 'k8s-ctrl-2 was cordoned by Slipway too',
  },
  {
    title: 'fires when another is not back from its upgrade',
    change: (evidence) => {
      evidence.changes = [];
      evidence.requests.push(request(20, 'k8s-ctrl-3', 'Reboot'));
    },
    says: 'k8s-ctrl-2 was not back from its own Upgrade',
  },
  {
    title: 'fires when somebody had cordoned another for a while',
    change: ({ nodes }) => nodes.push(node(2, 'k8s-ctrl-3', { unschedulable: true })),
    says: 'k8s-ctrl-3 was cordoned, for 9.0 s by then',
  },
  {
    title: 'reports nothing when somebody cordoned another a moment ago',
    change: ({ nodes }) =>
      nodes.push(node(10, 'k8s-ctrl-3', { unschedulable: true }), node(14, 'k8s-ctrl-3')),
  },
  {
    title: 'fires when another is not Ready',
    change: ({ nodes }) => nodes.push(node(2, 'k8s-ctrl-1', { ready: false })),
    says: 'k8s-ctrl-1 was not Ready',
  },
  {
    title: 'fires when the machine of another is down though its Node is still Ready',
    change: ({ machineEvents }) => machineEvents.push(event(3, 'k8s-ctrl-1', 'power-off')),
    says: 'k8s-ctrl-1 was not running',
  },
  {
    title: 'fires when the etcd member of another does not answer',
    change: (evidence) =>
      (evidence.etcd = Array.from({ length: 70 }, (_, at) => etcdRound(at, ['k8s-ctrl-3']))),
    says: 'etcd member k8s-ctrl-3 does not answer',
  },
  {
    title: 'reports nothing about workers that are not Ready',
    change: ({ nodes }) => nodes.push(node(2, 'k8s-work-2', { ready: false })),
  },
]);

const learner = (at: number) => {
  const round = etcdRound(at);
  return { ...round, members: round.members?.map((one) => ({ ...one, learner: one.name === 'k8s-ctrl-3' })) };
};

/** k8s-ctrl-2 leads in every round before its upgrade, and `after` in those behind it. */
function handOff(evidence: MadeEvidence, asked: boolean, after: string): void {
  const upgrade = evidence.requests.find(
    ({ node: name, method }) => name === 'k8s-ctrl-2' && method === 'Upgrade',
  );
  if (!upgrade) throw new Error('the evidence has no upgrade of k8s-ctrl-2');
  const { at } = upgrade;
  evidence.etcd = evidence.etcd
    .map((_, index) => etcdRound(index))
    .filter((round) => Math.abs(round.at - at) > 500)
    .map(({ at: seen }, index) => ({ ...etcdRound(index, [], seen < at ? 'k8s-ctrl-2' : after), at: seen }));
  if (asked) evidence.requests.push({ ...upgrade, method: 'EtcdForfeitLeadership', at: at - 100 });
}

check('I2', [
  {
    title: 'fires when a voter is unhealthy',
    change: (evidence) => (evidence.etcd = evidence.etcd.map((_, at) => etcdRound(at, ['k8s-ctrl-3']))),
    says: 'without it 1 of 3 voters were left, and 2 are a majority',
  },
  {
    title: 'reports nothing when the voter failed between the preflight check and the request',
    change: (evidence) =>
      (evidence.etcd = evidence.etcd.map((_, at) => etcdRound(at, at >= 13 ? ['k8s-ctrl-3'] : []))),
  },
  {
    title: 'fires when the node leads',
    change: (evidence) => (evidence.etcd = evidence.etcd.map((_, at) => etcdRound(at, [], 'k8s-ctrl-2'))),
    says: 'k8s-ctrl-2 led it',
  },
  {
    title: 'reports nothing when the node has transferred its leadership',
    change: (evidence) =>
      (evidence.etcd = evidence.etcd.map((_, at) =>
        etcdRound(at, [], at < 13 ? 'k8s-ctrl-2' : 'k8s-ctrl-1'),
      )),
  },
  {
    title: 'reports nothing when the node transferred its leadership between two rounds',
    change: (evidence) => handOff(evidence, true, 'k8s-ctrl-1'),
  },
  {
    title: 'fires when it was transferred between two rounds, and no member followed another leader',
    change: (evidence) => handOff(evidence, true, 'k8s-ctrl-2'),
    says: 'k8s-ctrl-2 led it',
  },
  {
    title: 'fires when another one led later, and nothing was handed over',
    change: (evidence) => handOff(evidence, false, 'k8s-ctrl-1'),
    says: 'k8s-ctrl-2 led it',
  },
  {
    title: 'fires when a member is a learner',
    change: (evidence) =>
      (evidence.etcd = evidence.etcd.map((_, at) => learner(at) as MadeEvidence['etcd'][number])),
    says: 'k8s-ctrl-3 was a learner',
  },
  {
    title: 'fires when a member reports an alarm',
    change: ({ etcd }) => {
      for (const { statuses } of etcd)
        if (statuses[2]?.said) statuses[2].said.errors = ['memberID:3 alarm:NOSPACE'];
    },
    says: 'alarm:NOSPACE',
  },
  {
    title: 'fires when there is no majority',
    change: ({ etcd }) => etcd.forEach((round) => delete round.members),
    says: 'no majority that could name its members',
  },
  {
    title: 'fires when the members follow two leaders',
    change: ({ etcd }) => {
      for (const { statuses } of etcd) if (statuses[2]?.said) statuses[2].said.leader = 'k8s-ctrl-3';
    },
    says: '2 different leaders',
  },
  {
    title: 'fires when a member is far behind',
    change: ({ etcd }) => {
      for (const { statuses } of etcd) if (statuses[2]?.said) statuses[2].said.appliedIndex = -5_000;
    },
    says: 'k8s-ctrl-3 was',
  },
  {
    title: 'fires when a member’s status was not read',
    change: (evidence) =>
      (evidence.requests = evidence.requests.filter(
        ({ method, node: name }) => method !== 'EtcdStatus' || name !== 'k8s-ctrl-3',
      )),
    says: 'nobody had asked how the etcd of k8s-ctrl-3 is',
  },
  {
    title: 'fires when that was long before the request',
    change: (evidence) => {
      for (const one of evidence.requests) if (one.method.startsWith('Etcd')) one.at = second(4);
    },
    says: 'nobody had asked who is a member of etcd',
  },
  {
    title: 'fires when the answer was an error',
    change: ({ requests }) => {
      for (const one of requests) if (one.method === 'EtcdAlarmList') one.code = 14;
    },
    says: 'nobody had asked whether etcd has an alarm',
  },
  {
    title: 'fires with two voters',
    change: ({ etcd }) => etcd.forEach((round) => (round.members = round.members?.slice(0, 2))),
    says: 'two voters',
  },
  {
    title: 'fires with one voter where the outage was not accepted',
    change: ({ etcd }) => etcd.forEach((round) => (round.members = round.members?.slice(1, 2))),
    says: 'the only voter, without outageAccepted',
  },
]);

describe('I2 without etcd observations', () => {
  it('says that it cannot judge', () => {
    const evidence = goodEvidence();
    evidence.etcd = evidence.etcd.filter(({ at }) => at < second(11));
    expect(judged('I2', evidence)).toEqual([
      expect.objectContaining({ kind: 'unobserved', about: 'k8s-ctrl-2' }),
    ]);
  });
});

check('I3', [
  {
    title: 'fires when the snapshot ended after the first cordon',
    change: (evidence) => (onlyActivity(evidence).endedAt = second(12)),
    says: 'before any snapshot',
  },
  {
    title: 'fires when the first snapshot was not proven',
    change: (evidence) => Object.assign(onlyActivity(evidence).result as object, { proven: false }),
    says: 'not proven by a restore',
  },
  {
    title: 'fires when Talos was never asked for a snapshot',
    change: (evidence) =>
      (evidence.requests = evidence.requests.filter(({ method }) => method !== 'EtcdSnapshot')),
    says: 'no EtcdSnapshot had succeeded',
  },
  {
    title: 'fires when nodes are touched and no run is recorded',
    change: (evidence) => (evidence.workflows = []),
    says: "belongs to no run in Temporal's history",
  },
  {
    title: 'reports nothing about that when the history could not be read',
    change: (evidence) =>
      Object.assign(evidence, { workflows: [], historyMissing: 'Temporal did not answer' }),
  },
  {
    title: 'fires when the file is not there',
    change: (evidence) => (evidence.snapshots = []),
    says: 'not in the snapshot folder',
  },
  {
    title: 'fires when others may read it',
    change: ({ snapshots }) => (onlySnapshot({ snapshots }).mode = 0o644),
    says: 'mode 0644',
  },
  {
    title: 'fires when it is not encrypted',
    change: ({ snapshots }) => (onlySnapshot({ snapshots }).encrypted = false),
    says: 'is not encrypted',
  },
  {
    title: 'fires when it is another file',
    change: ({ snapshots }) => (onlySnapshot({ snapshots }).sha256 = 'def'),
    says: 'SHA-256',
  },
  {
    title: 'fires when it is too old for a control plane',
    change: (evidence) => (record(evidence, RUN).input = { inventory: { snapshot: { maxAge: 5_000 } } }),
    says: 'with a snapshot 8.0 s old; 5.0 s are allowed',
  },
  {
    title: 'fires when it is too old for a later hop of the same control plane',
    change: (evidence) => {
      (record(evidence, RUN).input as { inventory: object }).inventory = { snapshot: { maxAge: 20_000 } };
      evidence.workflows.push(attempt('k8s-ctrl-2', 40, { id: `${RUN}/2/k8s-ctrl-2/1` }));
      evidence.changes.push(cordon(41, 'k8s-ctrl-2'));
    },
    says: 'cordon of k8s-ctrl-2 with a snapshot 38.0 s old; 20.0 s are allowed',
  },
]);
