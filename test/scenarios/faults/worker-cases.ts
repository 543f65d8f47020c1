import type { FaultName } from '../../../lab/faults/catalogue.js';
import type { World } from '../../../lab/world.js';
import { nodeId } from '../../../src/workflows/messages.js';
import type { FaultCase } from './fault-case.js';
import { startWorkerOnSmallDisk } from './small-disk.js';

const done = { outcome: 'done', node: 'done', state: 'on-target', installs: 1, boots: 1 } as const;
const full = {
  outcome: 'refused',
  kind: 'snapshot-failed',
  says: /no space left on device/,
  advises: 'slipway inventory check',
  installs: 0,
  boots: 0,
} as const;

/** The worker dies and comes back, or has no disk space to write. */
export const workerCases: readonly FaultCase[] = [
  {
    name: 'the worker dies between the install and the reboot',
    // The reboot waits for the time to be synced: the worker has all the time it needs to die before it.
    faults: [{ name: 'time-not-synced', after: 'lifecycle:armed' }],
    // Its limit counts from its first attempt: on a busy machine another worker takes its time to start.
    limits: { reboot: '120s' },
    during: async (at, run, node) => {
      await at.until('the node is armed', () => isArmed(at, 'time-not-synced'));
      await at.until('the reboot says what it waits for', () => saysWhy(at, run, node, 'rebootNode'));
      await anotherWorker(at);
      await at.control('DELETE', '/faults');
    },
    ends: { lifecycle: done },
  },
  {
    name: 'the worker dies while the installer it started is at work',
    faults: [{ name: 'slow-install' }],
    // From 1.13 on nothing shows when an installer ends that lost its client: it is given all of that time.
    limits: { install: '15s' },
    during: async (at) => {
      await at.until('the installer is at work', async () => !(await isArmed(at, 'slow-install')));
      await anotherWorker(at);
    },
    ends: { both: done },
  },
  {
    name: 'the worker dies while an eviction is granted and not carried out',
    faults: [{ name: 'eviction-left-undone' }],
    prepare: webEverywhere,
    during: async (at) => {
      await at.until('the drain says so', () => saysUndone(at));
      await anotherWorker(at);
    },
    // Kubernetes forgets it after two minutes: that time is in its code.
    ends: { both: done },
  },
  {
    name: 'the disk is full where snapshots are kept',
    limits: { snapshot: '20s' },
    prepare: (at) => workerOnSmallDisk(at, 'snapshots'),
    cleanUp: anotherWorker,
    ends: { both: full },
  },
  {
    name: 'the disk is full where steps keep their files',
    limits: { snapshot: '20s' },
    prepare: (at) => workerOnSmallDisk(at, 'steps'),
    cleanUp: anotherWorker,
    ends: { both: full },
  },
];

/** Whether a fault would fire now; a sleeping one would not. */
async function isArmed(at: World, name: FaultName): Promise<boolean> {
  const { faults } = (await at.control('GET', '/state')) as { faults: { armed: { name: string }[] } };
  return faults.armed.some((fault) => fault.name === name);
}

/** Whether an activity that is pending shows what it waits for. */
async function saysWhy(at: World, run: number, node: string, activity: string): Promise<boolean> {
  const handle = (await at.client()).workflow.getHandle(nodeId(at.lab.cluster, run, 1, node, 1));
  const { raw } = await handle.describe();
  const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name === activity);
  return (pending?.heartbeatDetails?.payloads?.length ?? 0) > 0;
}

/** Has a pod of `web` on each worker again, as at the lab's start: those that an earlier case drained away stay where they went. */
async function webEverywhere(at: World): Promise<void> {
  const web = ['--namespace=default', 'deployment/web'];
  await at.kubectl('scale', ...web, '--replicas=0');
  await at.until('the pods of web are gone', async () => {
    const left = await at.kubectl(
      'get',
      'pods',
      '--namespace=default',
      '--selector=app=web',
      '--output=name',
    );
    return left.trim() === '';
  });
  await at.kubectl('scale', ...web, '--replicas=3');
  await at.kubectl('rollout', 'status', ...web, '--timeout=60s');
}

/** What a person reads who asks what the run waits for. */
async function saysUndone(at: World): Promise<boolean> {
  const stdout = await at.says();
  return /granted the eviction of \S+ at [\d:]{8} UTC and did not carry it out/.test(
    stdout.replaceAll(/\s+/g, ' '),
  );
}

/** The worker dies, and its service starts it again. */
export async function anotherWorker(at: World): Promise<void> {
  await at.killWorker();
  await at.startWorker();
}

async function workerOnSmallDisk(at: World, what: 'snapshots' | 'steps'): Promise<void> {
  await at.killWorker();
  await startWorkerOnSmallDisk(at, what);
}
