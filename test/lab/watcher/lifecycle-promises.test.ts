import { describe, expect, it } from '@jest/globals';
import { judges } from '../../../lab/watcher/promises/judges.js';
import type { PromiseName } from '../../../lab/watcher/finding.js';
import { verdictOf } from '../../../lab/watcher/verdict.js';
import { check, judged } from './check-promise.js';
import {
  attempt,
  cordon,
  etcdRound,
  event,
  pod,
  record,
  request,
  RUN,
  second,
  type MadeEvidence,
} from './made-evidence.js';
import { install, mixedEvidence, rebootOf } from './made-lifecycle.js';

const both = { on: 'where one node installs and reboots in two requests', made: mixedEvidence };

describe('a run on nodes of both flows that keeps every promise', () => {
  it.each(Object.keys(judges) as PromiseName[])('%s has nothing to say about it', (name) => {
    expect(judged(name, mixedEvidence())).toEqual([]);
  });

  it('has its requests counted', () => {
    const { figures, complaints } = verdictOf(mixedEvidence());
    expect(complaints).toEqual([]);
    expect(figures.upgradeRequests).toMatchObject({ 'k8s-ctrl-2': 1, 'k8s-work-1': 1 });
    expect(figures.rebootRequests).toMatchObject({ 'k8s-ctrl-2': 1, 'k8s-work-1': 0 });
  });

  it('is in the timeline', () => {
    const told = verdictOf(mixedEvidence()).timeline.map(({ what }) => what);
    for (const words of [
      'ImageService/Pull of factory',
      'LifecycleService/Upgrade of factory',
      'MachineService/Reboot',
    ])
      expect(told).toContainEqual(expect.stringContaining(words));
  });
});

/** Rounds in which a member does not respond, from one second to another. */
const silent = (from: number, to: number, name: string) => (evidence: MadeEvidence) =>
  (evidence.etcd = evidence.etcd.map((round, at) =>
    at >= from && at <= to ? etcdRound(at, [name]) : round,
  ));

check(
  'I1',
  [
    {
      title: 'reports nothing about an install while another is not a voter: it stops nothing',
      change: silent(13, 15, 'k8s-ctrl-3'),
    },
    {
      title: 'fires at the reboot',
      change: silent(12, 17, 'k8s-ctrl-3'),
      says: 'Reboot of k8s-ctrl-2 while etcd member k8s-ctrl-3 does not answer',
    },
    {
      title: 'reports nothing about workers that are stopped side by side',
      change: ({ requests }) =>
        requests.push(request(40, 'k8s-work-1', 'Reboot'), request(40, 'k8s-work-2', 'Reboot')),
    },
  ],
  both,
);

check(
  'I2',
  [
    {
      title: 'fires when etcd was looked at before the install and not before the reboot',
      change: (evidence) => {
        evidence.requests = evidence.requests.filter(
          ({ method, at }) => method !== 'EtcdStatus' || at < second(5),
        );
      },
      says: 'Reboot of k8s-ctrl-2, and in the 10.0 s before it nobody had asked how the etcd of k8s-ctrl-1 is',
    },
    {
      title: 'asks nothing of etcd at the install',
      change: (evidence) =>
        (evidence.requests = evidence.requests.filter(({ method }) => method !== 'Reboot')),
    },
    {
      title: 'fires when the node leads at the reboot',
      change: (evidence) => (evidence.etcd = evidence.etcd.map((_, at) => etcdRound(at, [], 'k8s-ctrl-2'))),
      says: 'Reboot of k8s-ctrl-2 with etcd not safe: k8s-ctrl-2 led it',
    },
  ],
  both,
);

check(
  'I3',
  [
    {
      title: 'fires when the install was the first touch, before the snapshot',
      change: (evidence) => {
        evidence.requests.push(install(4));
      },
      says: 'install of k8s-ctrl-2 before any snapshot of run/prox-ops/1 was finished',
    },
  ],
  both,
);

check(
  'I4',
  [
    {
      title: 'fires when the reboot comes while the install is not answered',
      change: (evidence) => (rebootOf(evidence).at = second(15)),
      says: 'Reboot of k8s-ctrl-2 while an earlier install was still under way',
    },
    {
      title: 'reports nothing when the installer begins in the very millisecond of its request',
      change: ({ machineEvents }) => {
        for (const one of machineEvents)
          if (one.event === 'install-started' && one.machine === 'k8s-ctrl-2') one.at = second(14);
      },
    },
    {
      title: 'fires when the client of the install is gone and its installer still at work',
      change: ({ requests, machineEvents }) => {
        for (const one of requests) if (one.service === 'LifecycleService') one.took = 200;
        for (const one of machineEvents) if (one.event === 'install-finished') one.at = second(17.5);
      },
      says: 'Reboot of k8s-ctrl-2 while an earlier install was still under way',
    },
  ],
  both,
);

check(
  'I6',
  [
    {
      title: 'fires when it is installed on over both services',
      change: ({ requests }) => requests.push(request(13.5, 'k8s-ctrl-2', 'Upgrade', { code: 14 })),
      says: 'k8s-ctrl-2 was asked to install 2 times in run/prox-ops/1/1/k8s-ctrl-2/1: Upgrade, install',
    },
    {
      title: 'reports nothing when a client fell back from a missing service',
      change: ({ requests }) => requests.push(install(13.9, { code: 12 })),
    },
    {
      title: 'fires when a second reboot is asked for, though the first was not answered',
      change: (evidence) => {
        Object.assign(rebootOf(evidence), { code: 14 });
        evidence.requests.push(request(18, 'k8s-ctrl-2', 'Reboot'));
      },
      says: 'k8s-ctrl-2 was asked to reboot 2 times in run/prox-ops/1/1/k8s-ctrl-2/1: Reboot, Reboot',
    },
    {
      title: 'fires at an install on an armed node, in another run too',
      change: ({ requests, workflows }) => {
        workflows.push(attempt('k8s-ctrl-2', 15, { id: 'run/prox-ops/2/1/k8s-ctrl-2/1' }));
        requests.push(install(16));
      },
      says: 'install of k8s-ctrl-2, which was armed: slot B was installed and not booted',
    },
    {
      title: 'reports nothing about an install after the boot',
      change: ({ requests, workflows }) => {
        workflows.push(attempt('k8s-ctrl-2', 40, { id: `${RUN}/2/k8s-ctrl-2/1` }));
        requests.push(install(45));
      },
    },
    {
      title: 'fires when that install went over the slot that runs, because the default was another',
      change: ({ machineEvents }) =>
        machineEvents.push(
          event(16.5, 'k8s-ctrl-2', 'install-finished', { slot: 'A', target: 'A', overwrites: 'running' }),
        ),
      says: 'k8s-ctrl-2 was installed over slot A, which runs',
    },
  ],
  both,
);

check(
  'I7',
  [
    {
      title: 'fires when what was installed was never booted',
      change: (evidence) =>
        (evidence.machineEvents = evidence.machineEvents.filter(
          ({ machine, at }) => machine !== 'k8s-ctrl-2' || at < second(17),
        )),
      says: 'k8s-ctrl-2 runs v1.13.1, not v1.13.2',
    },
  ],
  both,
);

check(
  'I8',
  [
    {
      title: 'knows the image of an install from the machine, where the request does not contain it',
      change: ({ machineEvents }) => {
        for (const one of machineEvents)
          if (one.event === 'install-started' && one.machine === 'k8s-ctrl-2') one.detail = 'x:v1.15.0';
      },
      says: 'k8s-ctrl-2 was asked to go from v1.13.1 to v1.15.0: a minor is skipped',
    },
  ],
  both,
);

check(
  'I9',
  [
    {
      title: 'fires when the armed node of a halted run is followed by another',
      change: (evidence) =>
        (record(evidence, `${RUN}/1/k8s-ctrl-2/1`).result = {
          node: 'k8s-ctrl-2',
          outcome: 'halted',
          state: 'armed',
        }),
      says: 'k8s-work-1/1 began after k8s-ctrl-2 had failed',
    },
  ],
  both,
);

check(
  'I14',
  [
    {
      title: 'fires when a protected pod came back between install and reboot',
      change: ({ pods }) => pods.push(pod(16, 'web-9', 'k8s-ctrl-2')),
      says: 'Reboot of k8s-ctrl-2 while web/web-9 ran on it',
    },
    {
      title: 'fires when the answer of that reboot was lost',
      change: (evidence) => {
        Object.assign(rebootOf(evidence), { code: 14 });
        evidence.pods.push(pod(16, 'web-9', 'k8s-ctrl-2'));
      },
      says: 'Reboot of k8s-ctrl-2 while web/web-9 ran on it',
    },
    {
      title: 'reports nothing about one that was evicted after the install',
      change: ({ pods }) =>
        pods.push(pod(12, 'web-9', 'k8s-ctrl-2'), pod(16.5, 'web-9', 'k8s-ctrl-2', { gone: true })),
    },
  ],
  both,
);

check(
  'I16',
  [
    {
      title: 'fires when the reboot was sent through the node itself',
      change: (evidence) => (rebootOf(evidence).endpoint = 'k8s-ctrl-2'),
      says: 'Reboot of k8s-ctrl-2 was sent through k8s-ctrl-2 itself',
    },
    {
      title: 'fires when the install was',
      change: ({ requests }) => {
        for (const one of requests) if (one.service === 'LifecycleService') one.endpoint = 'k8s-ctrl-2';
      },
      says: 'install of k8s-ctrl-2 was sent through k8s-ctrl-2 itself',
    },
    {
      title: 'reports nothing about what goes through the node between install and reboot',
      change: ({ requests }) =>
        requests.push(request(16, 'k8s-ctrl-1', 'Version', { endpoint: 'k8s-ctrl-2' })),
    },
    {
      title: 'fires when something goes through it after the reboot request',
      change: ({ requests }) =>
        requests.push(request(17.05, 'k8s-ctrl-1', 'Version', { endpoint: 'k8s-ctrl-2' })),
      says: 'Version for k8s-ctrl-1 went through k8s-ctrl-2, which was being disrupted',
    },
  ],
  both,
);

check(
  'I5',
  [
    {
      title: 'accepts an armed node that stays cordoned and is reported as such',
      change: (evidence) => {
        evidence.changes = [cordon(11, 'k8s-ctrl-2')];
        evidence.nodes = evidence.nodes.filter(({ node, at }) => node !== 'k8s-ctrl-2' || at < second(17));
        record(evidence, RUN).result = {
          outcome: 'aborted',
          notDone: [{ node: 'k8s-ctrl-2', outcome: 'halted', state: 'armed', to: 'v1.13.2' }],
        };
      },
    },
  ],
  both,
);
