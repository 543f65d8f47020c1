import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { FaultCase, FaultToArm } from './fault-case.js';
import { holdDrain, stopHolding, whileItDrains } from '../held-drain.js';

const node = 'k8s-ctrl-2';
const other = 'k8s-ctrl-3';
const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
const undone = { outcome: 'halted', node: 'undone', state: 'undone', installs: 0, boots: 0 } as const;
const armed = {
  outcome: 'halted',
  node: 'halted',
  state: 'armed',
  failedStep: 'reboot',
  installs: 1,
  boots: 0,
  cordoned: true,
} as const;

interface Ill {
  readonly fault: FaultName;
  readonly at?: string;
  readonly what: string;
  readonly says: string;
  readonly advises: string;
  /** It cannot pass automatically: no wait. */
  readonly waits?: false;
  /** Without a leader no leadership can be transferred, so it shows a step earlier, in these words. */
  readonly earlier?: RegExp;
}

/** Faults of etcd, and the guard's sentence, with its numbers. */
const ills: readonly Ill[] = [
  {
    fault: 'etcd-alarm',
    at: other,
    waits: false,
    what: 'an alarm is raised',
    says: 'etcd raises the alarm NOSPACE on k8s-ctrl-3',
    advises: 'etcd alarm list',
  },
  {
    fault: 'etcd-learner',
    at: other,
    what: 'a member is a learner',
    says: 'the etcd member on k8s-ctrl-3 is still a learner and does not vote',
    advises: 'etcd status',
  },
  {
    fault: 'etcd-extra-learner',
    what: 'a member was added and never started',
    says: 'etcd member [0-9a-f]+ was added and has never started',
    advises: 'slipway status',
  },
  {
    fault: 'etcd-behind',
    at: other,
    what: 'a member is behind',
    says: 'the etcd member on k8s-ctrl-3 is \\d+ entries behind the furthest one; 1000 are allowed',
    advises: 'etcd status',
  },
  {
    fault: 'etcd-no-leader',
    at: other,
    what: 'a member follows no leader',
    earlier: /etcd has no leader that all of its members follow/,
    says: 'the etcd member on k8s-ctrl-3 is not healthy \\(2 of 3 are\\): it reports .*no leader',
    advises: 'service etcd',
  },
];

const where = (at: string | undefined): Pick<FaultToArm, 'node'> => ({ node: at ?? 'none' });

/** The guard of etcd, at each of its observations. */
export const etcdCases: readonly FaultCase[] = [
  ...ills.map(({ fault, at, what, says, advises, earlier }): FaultCase => ({
    name: `etcd: ${what} while the node is drained`,
    node,
    plays: [fault],
    limits: { install: '6s', transferLeadership: '6s' },
    prepare: (world) => holdDrain(world, node),
    during: (world, run) =>
      whileItDrains(world, run, node, () =>
        world.control('POST', '/faults', { name: fault, ...(at ? { node: at } : {}) }),
      ),
    cleanUp: stopHolding,
    ends: {
      legacy: earlier
        ? { ...undone, failedStep: 'transfer-leadership', says: earlier, advises: 'slipway status' }
        : { ...undone, failedStep: 'install', says: new RegExp(says), advises },
    },
  })),
  ...ills.map(({ fault, at, what, says, advises, waits = true }): FaultCase => ({
    name: `etcd: ${what} once the node is armed`,
    node,
    limits: { reboot: '6s' },
    faults: [{ name: fault, ...where(at), after: `lifecycle:armed@${node}` }],
    ends: {
      lifecycle: {
        ...armed,
        ...(waits ? { kind: 'gave-up' } : { kind: fault as 'etcd-alarm' }),
        says: new RegExp(
          waits
            ? `^waited 6s for this: the reboot of ${node}; the last that was seen: ${says}$`
            : `^${says}$`,
        ),
        advises,
      },
    },
  })),
  {
    name: 'etcd: an alarm is raised before the run',
    node,
    limits: { gates: '4s' },
    faults: [{ name: 'etcd-alarm', node: other }],
    ends: {
      both: {
        outcome: 'halted',
        node: 'undone',
        state: 'untouched',
        failedStep: 'await-gates',
        kind: 'gave-up',
        says: /^waited 4s for this: the gates before k8s-ctrl-2; the last that was seen: etcd raises the alarm NOSPACE on k8s-ctrl-3$/,
        advises: 'etcd alarm list',
        installs: 0,
        boots: 0,
      },
    },
  },
  {
    name: 'etcd: another member goes down while the node is drained',
    node,
    limits: { install: '6s' },
    prepare: (world) => holdDrain(world, node),
    during: (world, run) =>
      whileItDrains(world, run, node, () => world.control('POST', `/etcd/${other}/stop`)),
    cleanUp: stopHolding,
    ends: {
      both: {
        ...undone,
        failedStep: 'install',
        says: /the etcd member on k8s-ctrl-3 is not healthy \(2 of 3 are\)/,
        advises: 'service etcd',
      },
    },
  },
  {
    name: 'etcd: a member is slow',
    node,
    faults: [{ name: 'etcd-slow', node: other }],
    ends: {
      legacy: {
        outcome: 'halted',
        node: 'undone',
        state: 'undone',
        failedStep: 'install',
        kind: 'install-refused',
        says: /^Talos on k8s-ctrl-2 refused the upgrade and changed nothing/,
        advises: 'dmesg',
        installs: 0,
        boots: 0,
      },
      lifecycle: done,
    },
  },
  {
    name: 'etcd: the snapshot breaks off in the middle',
    node,
    faults: [{ name: 'etcd-snapshot-cut', node: 'none' }],
    ends: { both: done },
  },
];
