import { describe, expect, it } from '@jest/globals';
import { check, judged } from './check-promise.js';
import {
  CLUSTER,
  RUN,
  change,
  ends,
  goodEvidence,
  pod,
  record,
  second,
  secondRun,
  wait,
  type MadeEvidence,
  onlyActivity,
  pendingActivity,
} from './made-evidence.js';

const failedFirst = (evidence: MadeEvidence): void => {
  record(evidence, `${RUN}/1/k8s-ctrl-2/1`).result = {
    node: 'k8s-ctrl-2',
    outcome: 'halted',
    state: 'back-on-old',
    to: 'v1.12.2',
  };
};
/** The first node of the run is returned to service, and others follow. */
function undrained(role: string, does: 'skip' | 'halt') {
  return (evidence: MadeEvidence): void => {
    const first = record(evidence, `${RUN}/1/k8s-ctrl-2/1`);
    first.input = { ...(first.input as object), node: { role } };
    first.result = { node: 'k8s-ctrl-2', outcome: 'undone', state: 'undone', to: 'v1.12.2' };
    const run = record(evidence, RUN);
    run.input = { inventory: { upgrade: { workers: { undrained: does } } } };
  };
}
const released = { name: 'release', acceptedAt: second(62), input: {}, result: { verdict: 'released' } };

check('I9', [
  {
    title: 'fires when another node is touched after one failed',
    change: failedFirst,
    says: 'cordon of k8s-work-1 after k8s-ctrl-2 had failed',
  },
  {
    title: 'fires when another node is begun after one failed, touched or not',
    change: (evidence) => {
      failedFirst(evidence);
      evidence.changes = [];
      evidence.requests = evidence.requests.filter(({ node }) => node !== 'k8s-work-1');
    },
    says: `${RUN}/1/k8s-work-1/1 began after k8s-ctrl-2 had failed`,
  },
  {
    title: 'reports nothing when nodes in progress are completed after another failed',
    change: (evidence) => {
      failedFirst(evidence);
      record(evidence, `${RUN}/1/k8s-work-1/1`).startedAt = second(12);
    },
  },
  {
    title: 'reports nothing when a person continued it',
    change: (evidence) => {
      failedFirst(evidence);
      record(evidence, RUN).updates.push({ name: 'skip', acceptedAt: second(32), input: {} });
    },
  },
  {
    title:
      'reports nothing when a worker could not be drained, and slipway.yaml lets the run continue without it',
    change: undrained('worker', 'skip'),
  },
  {
    title: 'fires when slipway.yaml does not say that',
    change: undrained('worker', 'halt'),
    says: 'after k8s-ctrl-2 had failed',
  },
  {
    title: 'fires when a control plane is left out like that',
    change: undrained('control-plane', 'skip'),
    says: 'after k8s-ctrl-2 had failed',
  },
  {
    title: 'fires when a node is touched that no workflow had begun for',
    change: (evidence) => {
      failedFirst(evidence);
      evidence.workflows = evidence.workflows.filter(({ id }) => !id.includes('k8s-work-1'));
    },
    says: 'Upgrade of k8s-work-1 after k8s-ctrl-2 had failed',
  },
  {
    title: 'fires when a run starts over a hold',
    change: (evidence) => {
      ends(evidence, 'halted', []);
      evidence.workflows.push(secondRun(63, 66));
    },
    says: 'nobody released the cluster',
  },
  {
    title: 'reports nothing when a person released it in between',
    change: (evidence) => {
      ends(evidence, 'aborted', []);
      evidence.workflows.push(secondRun(63, 66));
      record(evidence, `cluster/${CLUSTER}`).updates.push(released);
    },
  },
  {
    title: 'fires after a terminated run too',
    change: (evidence) => {
      Object.assign(record(evidence, RUN), { status: 'terminated', result: undefined });
      evidence.workflows.push(secondRun(63, 66));
    },
    says: 'had ended terminated',
  },
  {
    title: 'reports nothing about a second run after a clean one',
    change: ({ workflows }) => workflows.push(secondRun(63, 66)),
  },
  {
    title: 'fires when two runs are open at a time',
    change: ({ workflows }) => workflows.push(secondRun(50, 66)),
    says: `started while ${RUN} was open`,
  },
]);

check('I10', [
  {
    title: 'fires for every secret that was found',
    change: ({ exposures }) =>
      exposures.push({
        at: second(5),
        secret: 'the age identity',
        where: 'arguments of process 12 (talosctl)',
      }),
    says: 'the age identity stands in arguments of process 12',
  },
]);

const pending = pendingActivity();
const unresponsiveActivity = { ...pending, since: second(20) };
delete unresponsiveActivity.shown;
/** Its fourth attempt, after three without a heartbeat. */
const frozen = (since: number): typeof pending => ({
  ...pending,
  attempt: 4,
  since: second(since),
  lastFailure: 'activity Heartbeat timeout',
  shown: { waitingFor: 'x', since: second(1), until: second(20) },
});

check('I13', [
  {
    title: 'fires when an activity is pending for long and shows nothing',
    change: ({ waits }) => waits.push(wait(31, { activities: [unresponsiveActivity] })),
    says: 'and showed no reason',
  },
  {
    title: 'reports nothing about one whose worker may have died before its first heartbeat',
    change: ({ waits }) => waits.push(wait(29, { activities: [unresponsiveActivity] })),
  },
  {
    title: 'fires when the sentence is empty',
    change: ({ waits }) =>
      waits.push(
        wait(25, {
          activities: [{ ...pending, shown: { waitingFor: ' ', since: second(1), until: second(60) } }],
        }),
      ),
    says: 'showed no reason',
  },
  {
    title: 'reports nothing about a task that no worker has taken: status says that',
    change: ({ waits }) =>
      waits.push(wait(25, { activities: [{ ...unresponsiveActivity, state: 'scheduled' }] })),
  },
  {
    title: 'fires when a wait outlives the end it named',
    change: ({ waits }) =>
      waits.push(
        wait(60, {
          activities: [{ ...pending, shown: { waitingFor: 'x', since: second(1), until: second(20) } }],
        }),
      ),
    says: 'longer than it had said',
  },
  {
    title: 'reports nothing while attempts go to a frozen worker, one after the other',
    change: ({ waits }) => waits.push(wait(60, { activities: [frozen(55)] })),
  },
  {
    title: 'fires when the attempt after them is at it for longer than it could be unheard',
    change: ({ waits }) => waits.push(wait(60, { activities: [frozen(45)] })),
    says: 'longer than it had said',
  },
  {
    title: 'fires when Temporal has forgotten a frozen worker',
    change: ({ waits }) => waits.push(wait(120, { activities: [frozen(115)] })),
    says: 'longer than it had said',
  },
  {
    title: 'fires when an activity has no limit',
    change: (evidence) => (onlyActivity(evidence).limit = 0),
    says: 'may wait for ever',
  },
  {
    title: 'fires when an activity was left pending',
    change: (evidence) => delete onlyActivity(evidence).endedAt,
    says: 'still pending when',
  },
]);

check('I14', [
  {
    title: 'fires when Slipway deletes a pod',
    change: ({ changes }) =>
      changes.push(change(37, 'web-1', { resource: 'pods', verb: 'delete', namespace: 'web' })),
    says: 'Slipway deleted pod web/web-1',
  },
  {
    title: 'reports nothing when somebody else does',
    change: ({ changes }) =>
      changes.push(
        change(37, 'web-1', { resource: 'pods', verb: 'delete', namespace: 'web', user: 'admin' }),
      ),
  },
  {
    title: 'reports nothing when it made that pod itself',
    change: ({ changes }) =>
      changes.push(
        change(36, 'slipway-gpu', { resource: 'pods', verb: 'create', namespace: 'probes', code: 201 }),
        change(37, 'slipway-gpu', { resource: 'pods', verb: 'delete', namespace: 'probes' }),
      ),
  },
  {
    title: 'fires when somebody else made a pod of that name',
    change: ({ changes }) =>
      changes.push(
        change(36, 'web-1', {
          resource: 'pods',
          verb: 'create',
          namespace: 'web',
          code: 201,
          user: 'admin',
        }),
        change(37, 'web-1', { resource: 'pods', verb: 'delete', namespace: 'web' }),
      ),
    says: 'Slipway deleted pod web/web-1',
  },
  {
    title: 'fires when a protected pod is on the node',
    change: ({ pods }) => pods.push(pod(39, 'web-4', 'k8s-work-1')),
    says: 'while web/web-4 ran on it',
  },
  {
    title: 'reports nothing when no budget protects it',
    change: ({ pods }) => pods.push(pod(39, 'other', 'k8s-work-1', { labels: { app: 'other' } })),
  },
  {
    title: 'reports nothing when it is finished',
    change: ({ pods }) => pods.push(pod(39, 'web-4', 'k8s-work-1', { phase: 'Succeeded' })),
  },
]);

describe('I14 without observations of the Kubernetes API', () => {
  it('says that it cannot judge', () => {
    const evidence = goodEvidence();
    evidence.seen.pods = [{ from: second(0), to: second(30) }];
    expect(judged('I14', evidence)).toEqual([
      expect.objectContaining({ kind: 'unobserved', about: 'k8s-work-1' }),
    ]);
  });
});
