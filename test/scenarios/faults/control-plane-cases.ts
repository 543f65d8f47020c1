import type { FaultCase } from './fault-case.js';

const node = 'k8s-ctrl-2';
const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
const halted = { outcome: 'halted', node: 'halted', state: 'on-target', installs: 1, boots: 1 } as const;

/** Faults of a returning control plane node only. */
export const controlPlaneCases: readonly FaultCase[] = [
  {
    name: 'its etcd does not come back',
    node,
    faults: [{ name: 'etcd-member-down' }],
    limits: { etcdRejoin: '6s', ready: '8s' },
    ends: {
      both: {
        ...halted,
        failedStep: 'await-etcd-member',
        kind: 'etcd-not-rejoined',
        says: /^the etcd member on k8s-ctrl-2 did not come back: .*k8s-ctrl-2 is not healthy \(2 of 3 are\)/,
        advises: 'logs etcd',
        cordoned: true,
      },
    },
  },
  {
    name: 'its API server does not come back',
    node,
    faults: [{ name: 'api-front-stays-cut' }],
    limits: { check: '10s', nodeChecks: '10s' },
    ends: {
      both: {
        ...halted,
        failedStep: 'verify-node',
        kind: 'talos-not-ready',
        says: /^Talos on k8s-ctrl-2 is running and waits for staticPods: kube-system\/kube-apiserver-k8s-ctrl-2 not ready$/,
        advises: 'get machinestatus',
        cordoned: true,
      },
    },
  },
  {
    name: 'its API server’s address goes on answering while it is down',
    node,
    faults: [{ name: 'api-front-stays-open' }],
    ends: { both: done },
  },
  {
    name: 'the virtual address stays on it while it is down',
    node,
    faults: [{ name: 'vip-stays', node: 'none' }],
    ends: { both: done },
  },
];
