import { check } from './check-promise.js';
import {
  CLUSTER,
  RUN,
  cordon,
  ends,
  etcdRound,
  goodEvidence,
  node,
  record,
  request,
  second,
  type MadeEvidence,
} from './made-evidence.js';

const tried = (
  at: number,
  endpoint: string,
  nodes: string[] = ['k8s-ctrl-2'],
): MadeEvidence['commands'][number] => ({
  at: second(at),
  command: 'talosctl version',
  endpoint,
  nodes,
});

check('I16', [
  {
    title: 'fires when a node is upgraded through itself',
    change: ({ requests }) => requests.push(request(66, 'k8s-ctrl-3', 'Upgrade', { endpoint: 'k8s-ctrl-3' })),
    says: 'was sent through k8s-ctrl-3 itself',
  },
  {
    title: 'fires when it is upgraded through a worker',
    change: ({ requests }) => requests.push(request(66, 'k8s-ctrl-3', 'Upgrade', { endpoint: 'k8s-work-1' })),
    says: 'which is no control plane',
  },
  {
    title: 'fires when another request goes through a node that is being disrupted',
    change: ({ requests }) =>
      requests.push(request(16, 'k8s-ctrl-1', 'EtcdStatus', { endpoint: 'k8s-ctrl-2' })),
    says: 'EtcdStatus for k8s-ctrl-1 went through k8s-ctrl-2',
  },
  {
    title: 'reports nothing about requests through it before and after',
    change: ({ requests }) =>
      requests.push(
        request(12, 'k8s-ctrl-1', 'EtcdStatus', { endpoint: 'k8s-ctrl-2' }),
        request(24, 'k8s-ctrl-1', 'EtcdStatus', { endpoint: 'k8s-ctrl-2' }),
      ),
  },
  {
    title: 'fires when a connection to the Kubernetes API goes through it',
    change: ({ connections }) => connections.push({ at: second(21), front: 'k8s-ctrl-2', event: 'open' }),
    says: 'a connection to the Kubernetes API through k8s-ctrl-2',
  },
  {
    title: 'fires when one goes through the virtual address',
    change: ({ connections }) => connections.push({ at: second(2), front: 'vip', event: 'open' }),
    says: 'through the virtual address',
  },
  {
    title: 'fires when a program tries to go through a node that is down, and nothing there logs it',
    change: ({ commands }) => commands.push(tried(18, 'k8s-ctrl-2', ['k8s-ctrl-2'])),
    says: 'talosctl version for k8s-ctrl-2 was to go through k8s-ctrl-2, which was being disrupted',
  },
  {
    title: 'reports nothing when it goes through another',
    change: ({ commands }) => commands.push(tried(18, 'k8s-ctrl-3')),
  },
  {
    title: 'reports nothing once the node is back',
    change: ({ commands }) => commands.push(tried(24, 'k8s-ctrl-2')),
  },
  {
    title: 'reports nothing about a person who inspects a node that never came back',
    change: (evidence) => {
      evidence.machineEvents = evidence.machineEvents.filter(
        ({ machine, at }) => machine !== 'k8s-ctrl-2' || at < second(19),
      );
      evidence.commands.push(tried(32, 'k8s-ctrl-2'));
    },
  },
]);

/** k8s-ctrl-2 is the only control plane there is, and was upgraded through itself. */
function oneControlPlane(): MadeEvidence {
  const evidence = goodEvidence();
  const others = new Set(['k8s-ctrl-1', 'k8s-ctrl-3']);
  evidence.machines = evidence.machines.filter(({ name }) => !others.has(name));
  evidence.nodes = evidence.nodes.filter((one) => !others.has(one.node));
  evidence.machineEvents = evidence.machineEvents.filter(({ machine }) => !others.has(machine));
  evidence.connections = [];
  evidence.commands = [];
  evidence.requests = evidence.requests
    .filter((one) => !others.has(one.node) || one.method === 'EtcdSnapshot')
    .map((one) => ({
      ...one,
      endpoint: 'k8s-ctrl-2',
      node: one.node === 'k8s-ctrl-1' ? 'k8s-ctrl-2' : one.node,
    }));
  evidence.etcd = evidence.etcd.map((_, at) => {
    const round = etcdRound(at, at >= 17 && at <= 20 ? ['k8s-ctrl-2'] : [], 'k8s-ctrl-2');
    return {
      ...round,
      members: (round.members ?? []).filter(({ name }) => !others.has(name)),
      statuses: round.statuses.filter((one) => !others.has(one.node)),
    };
  });
  record(evidence, RUN).input = {
    inventory: { snapshot: { maxAge: 3_600_000 }, controlPlane: { outageAccepted: true } },
  };
  return evidence;
}
const lone = { on: 'where there is one control plane', made: oneControlPlane };

check('I16', [{ title: 'reports nothing: there is no other endpoint', change: () => undefined }], lone);
check(
  'I16',
  [
    {
      title: 'fires all the same when a worker is asked through itself',
      change: ({ requests }) => {
        for (const one of requests) if (one.node === 'k8s-work-1') one.endpoint = 'k8s-work-1';
      },
      says: 'Upgrade of k8s-work-1 was sent through k8s-work-1 itself',
    },
    {
      title: 'fires all the same at a connection through the virtual address',
      change: ({ connections }) => connections.push({ at: second(2), front: 'vip', event: 'open' }),
      says: 'through the virtual address',
    },
  ],
  lone,
);
check('I1', [{ title: 'reports nothing', change: () => undefined }], lone);
check(
  'I2',
  [
    { title: 'reports nothing where the outage was accepted', change: () => undefined },
    {
      title: 'fires where it was not',
      change: (evidence) => (record(evidence, RUN).input = { inventory: {} }),
      says: 'Upgrade of k8s-ctrl-2, the only voter, without outageAccepted',
    },
  ],
  lone,
);

/** Two more control planes, and etcd members, that the run does not touch. */
function fiveControlPlanes(): MadeEvidence {
  const evidence = goodEvidence();
  for (const name of ['k8s-ctrl-4', 'k8s-ctrl-5']) {
    evidence.machines.push({ name, role: 'control-plane' });
    evidence.nodes.unshift(node(0, name));
    evidence.requests.push(request(14, name, 'EtcdStatus'));
    for (const round of evidence.etcd) {
      round.members?.push({ id: name, name, learner: false });
      const said = { memberId: name, leader: 'k8s-ctrl-1', raftIndex: 1000, appliedIndex: 1000, errors: [] };
      round.statuses.push({ node: name, said });
    }
  }
  return evidence;
}
const five = { on: 'where there are five control planes', made: fiveControlPlanes };
const fifth = (evidence: MadeEvidence): void => {
  for (const { statuses } of evidence.etcd) delete statuses[4]?.said;
};

check(
  'I1',
  [
    { title: 'reports nothing', change: () => undefined },
    {
      title: 'fires when the fifth is no voter',
      change: fifth,
      says: 'etcd member k8s-ctrl-5 does not answer',
    },
    {
      title: 'fires when the fifth is cordoned by Slipway too',
      change: ({ changes }) => changes.push(cordon(12, 'k8s-ctrl-5')),
      says: 'k8s-ctrl-2 was cordoned by Slipway too',
    },
  ],
  five,
);
check(
  'I2',
  [
    { title: 'reports nothing', change: () => undefined },
    {
      title: 'fires when one is unhealthy, though a majority would be left',
      change: fifth,
      says: 'Upgrade of k8s-ctrl-2 with etcd not safe: etcd member k8s-ctrl-5 does not answer',
    },
    {
      title: 'fires when one was not asked',
      change: (evidence) =>
        (evidence.requests = evidence.requests.filter(({ node: name }) => name !== 'k8s-ctrl-4')),
      says: 'nobody had asked how the etcd of k8s-ctrl-4 is',
    },
  ],
  five,
);

check(
  'I5',
  [
    {
      title: 'fires for one of a batch that is left cordoned, though the result names the other',
      change: (evidence) => {
        evidence.changes = ['k8s-work-1', 'k8s-work-2'].map((name) => cordon(36, name));
        evidence.nodes = ['k8s-work-1', 'k8s-work-2'].map((name) => node(36, name, { unschedulable: true }));
        ends(evidence, 'halted', [{ node: 'k8s-work-1', outcome: 'halted', state: 'unreachable' }]);
      },
      says: `k8s-work-2 is still cordoned by run/${CLUSTER}/1, which ended halted and names no state of it`,
    },
  ],
  { on: 'with several workers under work' },
);
