import { check } from './check-promise.js';
import {
  RUN,
  attempt,
  cordon,
  ends,
  event,
  eviction,
  node,
  plans,
  pod,
  record,
  request,
  second,
  uncordon,
  type MadeEvidence,
} from './made-evidence.js';

check('I4', [
  {
    title: 'fires when a second request comes while the machine is at work',
    change: ({ requests }) => requests.push(request(18, 'k8s-ctrl-2', 'Upgrade')),
    says: 'while an earlier Upgrade was still under way',
  },
  {
    title: 'fires when two requests wait for their answers',
    change: ({ requests }) => requests.push(request(15.1, 'k8s-ctrl-2', 'Reboot')),
    says: 'while an earlier Upgrade was still under way',
  },
  {
    title: 'reports nothing about another one once the machine runs again',
    change: ({ requests }) => requests.push(request(28, 'k8s-ctrl-2', 'Reboot')),
  },
  {
    title: 'fires when a pod is evicted long after somebody uncordoned the node',
    change: ({ changes, pods }) => {
      changes.push(uncordon(36.5, 'k8s-work-1', { user: 'admin' }), eviction(44, 'web', 'web-3'));
      pods.push(pod(20, 'web-3', 'k8s-work-1'));
    },
    says: 'web/web-3 was evicted from k8s-work-1 7.5 s after somebody had uncordoned it',
  },
  {
    title: 'reports nothing when the drain stops within five seconds',
    change: ({ changes, pods }) => {
      changes.push(uncordon(36.5, 'k8s-work-1', { user: 'admin' }), eviction(40, 'web', 'web-3'));
      pods.push(pod(20, 'web-3', 'k8s-work-1'));
    },
  },
  {
    title: "fires when kubectl's own cordon stays",
    change: (evidence) => {
      evidence.changes = [
        uncordon(36.5, 'k8s-work-1', { user: 'admin' }),
        cordon(36.8, 'k8s-work-1', { marks: {} }),
      ];
    },
    says: "cordoned without Slipway's mark",
  },
  {
    title: "reports nothing when kubectl's own cordon is undone",
    change: (evidence) => {
      evidence.changes = [
        uncordon(36.5, 'k8s-work-1', { user: 'admin' }),
        cordon(36.8, 'k8s-work-1', { marks: {} }),
        uncordon(37.5, 'k8s-work-1'),
      ];
    },
  },
]);

const stillCordoned = (evidence: MadeEvidence): void => {
  evidence.changes = evidence.changes.filter(
    ({ name, unschedulable }) => name !== 'k8s-work-1' || unschedulable !== false,
  );
  evidence.nodes = evidence.nodes.filter(({ node: name, at }) => name !== 'k8s-work-1' || at < second(50));
};
const cordonedByHand = (evidence: MadeEvidence): void => {
  evidence.nodes = evidence.nodes.map((one) =>
    one.node === 'k8s-work-1' ? { ...one, unschedulable: true, marks: {} } : one,
  );
  evidence.changes = evidence.changes.filter(({ name }) => name !== 'k8s-work-1');
};

check('I5', [
  {
    title: 'fires when a node stays cordoned though the run is done',
    change: stillCordoned,
    says: 'k8s-work-1 is still cordoned',
  },
  {
    title: 'reports nothing when the result names its state',
    change: (evidence) => {
      stillCordoned(evidence);
      ends(evidence, 'halted', [{ node: 'k8s-work-1', outcome: 'halted', state: 'back-on-old' }]);
    },
  },
  {
    title: 'fires when the result says it was undone',
    change: (evidence) => {
      stillCordoned(evidence);
      ends(evidence, 'halted', [{ node: 'k8s-work-1', outcome: 'undone', state: 'undone' }]);
    },
    says: 'names no state of it',
  },
  {
    title: 'reports nothing when the run was terminated and its annotation is on the Node',
    change: (evidence) => {
      stillCordoned(evidence);
      Object.assign(record(evidence, RUN), { status: 'terminated', result: undefined });
    },
  },
  {
    title: 'reports nothing when a cordon of a person stays',
    change: cordonedByHand,
  },
  {
    title: 'fires when Slipway takes off the cordon of a person',
    change: (evidence) => {
      cordonedByHand(evidence);
      evidence.changes.push(uncordon(50, 'k8s-work-1'));
    },
    says: 'Slipway uncordoned k8s-work-1, which somebody else had cordoned',
  },
  {
    title: 'fires when a node is touched though a control plane was cordoned by a person',
    change: ({ changes }) => changes.push(cordon(0.5, 'k8s-ctrl-3', { user: 'admin' })),
    says: 'though somebody had cordoned k8s-ctrl-3',
  },
]);

const retried = (evidence: MadeEvidence): void => {
  evidence.workflows.push(attempt('k8s-ctrl-2', 40, { id: `${RUN}/1/k8s-ctrl-2/2`, runId: 'again' }));
  evidence.requests.push(request(45, 'k8s-ctrl-2', 'Upgrade'));
};

check('I6', [
  {
    title: 'fires when an upgrade is sent twice in one attempt, whatever the first answer was',
    change: ({ requests }) => requests.push(request(14, 'k8s-ctrl-2', 'Upgrade', { code: 14 })),
    says: 'k8s-ctrl-2 was asked to install 2 times',
  },
  {
    title: 'fires when the machine installs twice in one attempt',
    change: ({ machineEvents }) => machineEvents.push(event(28, 'k8s-ctrl-2', 'install-started')),
    says: 'k8s-ctrl-2 was installed on 2 times',
  },
  {
    title: 'reports nothing about a second attempt that a person requested',
    change: (evidence) => {
      retried(evidence);
      record(evidence, RUN).updates.push({ name: 'retry', acceptedAt: second(38), input: {} });
    },
  },
  {
    title: 'fires at a second attempt without a decision',
    change: retried,
    says: 'nobody had said retry since run/prox-ops/1/1/k8s-ctrl-2/1',
  },
  {
    title: 'reports nothing about the next hop of the run',
    change: (evidence) => {
      evidence.workflows.push(attempt('k8s-ctrl-2', 40, { id: `${RUN}/2/k8s-ctrl-2/1`, runId: 'hop 2' }));
      evidence.requests.push(request(45, 'k8s-ctrl-2', 'Upgrade'));
    },
  },
  {
    title: 'fires when the legacy upgrade is followed by a reboot',
    change: ({ requests }) => requests.push(request(28, 'k8s-ctrl-2', 'Reboot')),
    says: 'k8s-ctrl-2 was asked to reboot 2 times in run/prox-ops/1/1/k8s-ctrl-2/1: Upgrade, Reboot',
  },
  {
    title: 'fires when an install goes over the slot that runs',
    change: ({ machineEvents }) =>
      machineEvents.push(
        event(28, 'k8s-ctrl-2', 'install-finished', { slot: 'B', detail: 'image into slot B' }),
      ),
    says: 'installed over slot B, which runs',
  },
  {
    title: 'fires when an install goes over the last good slot',
    change: ({ machineEvents }) => {
      const neverReady = { bootId: 'k8s-work-2-boot-2', slot: 'B' };
      machineEvents.push(event(61, 'k8s-work-2', 'running', neverReady));
      machineEvents.push(event(62, 'k8s-work-2', 'install-finished', { ...neverReady, target: 'A' }));
    },
    says: 'k8s-work-2 was installed over slot A, the last one that was good',
  },
  {
    title: 'fires when the machine itself says so',
    change: ({ machineEvents }) =>
      machineEvents.push(
        event(62, 'k8s-work-2', 'install-finished', { target: 'B', overwrites: 'last-good' }),
      ),
    says: 'k8s-work-2 was installed over slot B, the last one that was good',
  },
]);

check('I7', [
  {
    title: 'fires when the machine runs another version',
    change: ({ machineEvents }) =>
      machineEvents.push(
        event(27, 'k8s-ctrl-2', 'ready', { bootId: 'k8s-ctrl-2-boot-2', version: 'v1.12.1' }),
      ),
    says: 'k8s-ctrl-2 runs v1.12.1, not v1.12.2',
  },
  {
    title: 'fires when it has another schematic',
    change: (evidence) =>
      (record(evidence, `${RUN}/1/k8s-ctrl-2/1`).input = { to: 'v1.12.2', node: { schematic: 'other' } }),
    says: 'runs schematic',
  },
  {
    title: 'fires when it has not booted',
    change: (evidence) =>
      (evidence.machineEvents = evidence.machineEvents.map((one) => ({
        ...one,
        bootId: `${one.machine}-boot-1`,
      }))),
    says: 'has not booted since',
  },
  {
    title: 'fires when its Node shows another boot',
    change: ({ nodes }) => nodes.push(node(29, 'k8s-ctrl-2')),
    says: 'its Node still shows the boot before',
  },
  {
    title: 'fires when its Node is not Ready',
    change: ({ nodes }) => nodes.push(node(29, 'k8s-ctrl-2', { ready: false, bootId: 'k8s-ctrl-2-boot-2' })),
    says: 'its Node is not Ready',
  },
  {
    title: 'fires when a node was skipped that is not on target',
    change: (evidence) => plans(evidence, { 'v1.12.2': { skips: 'k8s-work-2' } }),
    says: 'skipped k8s-work-2 as on target; it ran v1.12.1',
  },
  {
    title: 'reports nothing about a node that is skipped in one hop and touched in another',
    change: (evidence) =>
      plans(evidence, { 'v1.12.0': { skips: 'k8s-ctrl-2' }, 'v1.12.2': { touches: 'k8s-ctrl-2' } }),
  },
  {
    title: 'reports nothing about a node that ran it before, and was only returned to service',
    change: (evidence) => evidence.workflows.push(attempt('k8s-ctrl-2', 40, { id: `${RUN}/2/k8s-ctrl-2/1` })),
  },
  {
    title: 'fires when a node is called undone whose next boot takes what was installed',
    change: (evidence) => {
      evidence.machineEvents.push(event(50, 'k8s-work-2', 'install-finished', { target: 'B' }));
      ends(evidence, 'aborted', [{ node: 'k8s-work-2', outcome: 'undone', state: 'undone' }]);
    },
    says: 'says k8s-work-2 is undone, and its next boot takes slot B',
  },
  {
    title: 'reports nothing when that node is called armed',
    change: (evidence) => {
      evidence.machineEvents.push(event(50, 'k8s-work-2', 'install-finished', { target: 'B' }));
      ends(evidence, 'aborted', [{ node: 'k8s-work-2', outcome: 'halted', state: 'armed' }]);
    },
  },
  {
    title: 'fires when a run is done and a node of it is not',
    change: (evidence) =>
      ends(evidence, 'done', [{ node: 'k8s-work-1', outcome: 'halted', state: 'back-on-old' }]),
    says: 'k8s-work-1 ended halted',
  },
  {
    title: 'fires when it was returned to service, without a decision that the run continues without it',
    change: (evidence) =>
      ends(evidence, 'done', [{ node: 'k8s-work-1', outcome: 'undone', state: 'undone' }]),
    says: 'k8s-work-1 ended undone',
  },
  {
    title: 'fires when a run is done and went on without a node that does not run the target',
    change: withoutOne('done'),
    says: 'says done, and k8s-work-1 was skipped and runs v1.12.1, not v1.12.2',
  },
  { title: 'reports nothing when that run says incomplete', change: withoutOne('incomplete') },
]);

/** A person had the run skip a node of it, which still runs the previous version. */
function withoutOne(outcome: string) {
  return (evidence: MadeEvidence): void => {
    const skipped = { node: 'k8s-work-1', outcome: 'undone', state: 'undone', to: 'v1.12.2' };
    record(evidence, `${RUN}/1/k8s-work-1/1`).result = skipped;
    record(evidence, RUN).updates.push({
      name: 'skip',
      acceptedAt: second(32),
      input: { node: 'k8s-work-1' },
    });
    ends(evidence, outcome, [skipped]);
    evidence.machineEvents.push(event(50, 'k8s-work-1', 'running', { version: 'v1.12.1', bootId: 'one' }));
  };
}

const image = (version: string): { image: string } => ({
  image: `factory.talos.dev/nocloud-installer/x:${version}`,
});

/** Its run is one that takes an earlier one back, of that node. */
function takesBack(evidence: MadeEvidence, name: string): void {
  record(evidence, RUN).input = { request: { back: { run: 1, why: 'slow', nodes: [{ name }] } } };
}

check('I8', [
  {
    title: 'fires when a minor is skipped',
    change: ({ requests }) => requests.push(request(66, 'k8s-ctrl-3', 'Upgrade', image('v1.14.0'))),
    says: 'a minor is skipped',
  },
  {
    title: 'reports nothing about the next minor',
    change: ({ requests }) => requests.push(request(66, 'k8s-ctrl-3', 'Upgrade', image('v1.13.0'))),
  },
  {
    title: 'fires when a downgrade is asked for',
    change: ({ requests }) => requests.push(request(66, 'k8s-ctrl-2', 'Upgrade', image('v1.12.1'))),
    says: 'that is down',
  },
  {
    title:
      'reports nothing when a run rolls an earlier one back, by an install of a version that no slot holds',
    change: (evidence) => {
      takesBack(evidence, 'k8s-ctrl-2');
      evidence.requests.push(request(66, 'k8s-ctrl-2', 'Upgrade', image('v1.12.1')));
      evidence.machineEvents.push(
        event(66, 'k8s-ctrl-2', 'upgrade-accepted', { version: 'v1.12.2' }),
        event(67, 'k8s-ctrl-2', 'running', { version: 'v1.12.1', bootId: 'three' }),
      );
    },
  },
  {
    title: 'fires when that is about another node',
    change: (evidence) => {
      takesBack(evidence, 'k8s-ctrl-3');
      evidence.requests.push(request(66, 'k8s-ctrl-2', 'Upgrade', image('v1.12.1')));
    },
    says: 'that is down',
  },
  {
    title: 'fires when a minor is skipped during the rollback',
    change: (evidence) => {
      takesBack(evidence, 'k8s-ctrl-2');
      evidence.requests.push(request(66, 'k8s-ctrl-2', 'Upgrade', image('v1.10.9')));
    },
    says: 'a minor is skipped',
  },
  {
    title: 'fires when an installer is pulled that skips a minor',
    change: ({ requests }) =>
      requests.push(
        request(66, 'k8s-ctrl-3', 'Pull', {
          service: 'ImageService',
          args: { image_ref: 'factory.talos.dev/nocloud-installer/x:v1.14.1' },
        }),
      ),
    says: 'asked to pull what takes it from v1.12.1 to v1.14.1: a minor is skipped',
  },
  {
    title: 'reports nothing about other images that are pulled',
    change: ({ requests }) =>
      requests.push(
        request(66, 'k8s-ctrl-3', 'ImagePull', { args: { reference: 'registry.k8s.io/etcd:v3.6.5' } }),
      ),
  },
  {
    title: 'fires when a machine goes down automatically',
    change: ({ machineEvents }) =>
      machineEvents.push(event(65, 'k8s-ctrl-2', 'running', { version: 'v1.12.1', bootId: 'three' })),
    says: 'k8s-ctrl-2 went from v1.12.2 to v1.12.1',
  },
  {
    title: 'reports nothing when the boot loader reverted',
    change: ({ machineEvents }) =>
      machineEvents.push(
        event(64, 'k8s-ctrl-2', 'reverted', { version: 'v1.12.2' }),
        event(65, 'k8s-ctrl-2', 'running', { version: 'v1.12.1', bootId: 'three' }),
      ),
  },
  {
    title: 'fires when Talos does not support the Kubernetes that runs',
    change: ({ nodes }) => nodes.push(node(5, 'k8s-work-2', { kubelet: 'v1.36.1' })),
    says: 'Talos v1.12.2 supports 1.30 to 1.35',
  },
]);
