import type {
  ApiChange,
  EtcdRound,
  Evidence,
  MachineEvent,
  Moment,
  NodeObserved,
  PodObservation,
  TalosRequest,
  WaitObservation,
  WorkflowRecord,
} from '../../../lab/watcher/evidence.js';
import type { Finding } from '../../../lab/watcher/finding.js';

/** Synthetic evidence of a run that kept every promise; tests change one thing in it. */

export type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

export type MadeEvidence = Mutable<Evidence>;

const BEGIN = Date.parse('2026-03-01T12:00:00.000Z');
export const CLUSTER = 'prox-ops';
export const RUN = `run/${CLUSTER}/1`;
export const SCHEMATIC = { controlPlane: '366fd689', worker: '99073176' };
const MACHINES = ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3', 'k8s-work-1', 'k8s-work-2'] as const;
export type Name = (typeof MACHINES)[number];

/** A moment, in seconds since the watch began. */
export function second(seconds: number): Moment {
  return BEGIN + seconds * 1000;
}

/** Sentences of the violations, for short expectations. */
export function broken(findings: readonly Finding[]): string[] {
  return findings.filter(({ kind }) => kind === 'violation').map(({ what }) => what);
}

/** k8s-ctrl-2 upgraded from second 10 to 30, k8s-work-1 from 35 to 55. The run lasts from 1 to 60, the watch from 0 to 70. */
export function goodEvidence(): MadeEvidence {
  const first = upgraded('k8s-ctrl-2', 10);
  const second_ = upgraded('k8s-work-1', 35);
  return {
    cluster: CLUSTER,
    watched: { from: second(0), to: second(70) },
    machines: MACHINES.map((name) => ({
      name,
      role: name.startsWith('k8s-ctrl') ? 'control-plane' : 'worker',
    })),
    slipwayUser: 'slipway',
    requests: [
      request(2, 'k8s-ctrl-1', 'EtcdSnapshot', { took: 300 }),
      ...etcdLook(14, 'k8s-ctrl-2'),
      ...first.requests,
      ...second_.requests,
    ],
    machineEvents: [
      ...MACHINES.map((name) => event(-5, name, 'ready')),
      ...first.machineEvents,
      ...second_.machineEvents,
    ],
    commands: [
      { at: second(14), command: 'talosctl upgrade', endpoint: 'k8s-ctrl-1', nodes: ['k8s-ctrl-2'] },
    ],
    connections: [
      { at: second(3), front: 'k8s-ctrl-1', event: 'open' },
      { at: second(4), front: 'k8s-ctrl-1', event: 'close' },
    ],
    changes: [...first.changes, eviction(37, 'web', 'web-1'), ...second_.changes].toSorted(
      (a, b) => a.at - b.at,
    ),
    nodes: [...MACHINES.map((name) => node(0, name)), ...first.nodes, ...second_.nodes],
    pods: [
      pod(0, 'web-1', 'k8s-work-1'),
      pod(0, 'proxy-1', 'k8s-work-1', { belongsToNode: true, labels: { app: 'web' } }),
      pod(37, 'web-2', 'k8s-work-2'),
      pod(38, 'web-1', 'k8s-work-1', { gone: true }),
    ],
    budgets: [
      {
        at: second(0),
        namespace: 'web',
        name: 'web',
        gone: false,
        selector: { matchLabels: { app: 'web' } },
      },
    ],
    seen: {
      nodes: [{ from: second(0), to: second(70) }],
      pods: [{ from: second(0), to: second(70) }],
      budgets: [{ from: second(0), to: second(70) }],
    },
    etcd: Array.from({ length: 70 }, (_, index) =>
      etcdRound(index, index >= 17 && index <= 20 ? ['k8s-ctrl-2'] : []),
    ),
    workflows: [queue(), run(), attempt('k8s-ctrl-2', 10), attempt('k8s-work-1', 35)],
    waits: Array.from({ length: 59 }, (_, index) => wait(index + 1)),
    snapshots: [
      {
        folder: '/lab/snapshots',
        file: 'one.etcd.age',
        mode: 0o600,
        writtenAt: second(4),
        encrypted: true,
        sha256: 'abc',
      },
    ],
    exposures: [],
    searched: { secrets: 5, processes: 100, texts: 500, files: 2 },
    unreadable: { requests: 0, machines: 0, fronts: 0, audit: 0 },
  };
}

/** The complete evidence of one good node upgrade; it takes 20 s. */
function upgraded(name: Name, from: number) {
  const after = { bootId: `${name}-boot-2`, version: 'v1.12.2', slot: 'B' };
  const cordoned = { unschedulable: true, marks: { 'slipway.dev/cordoned-by': RUN } };
  return {
    requests: [
      request(from + 5, name, 'Upgrade', {
        took: 200,
        image: 'factory.talos.dev/nocloud-installer/x:v1.12.2',
      }),
    ],
    machineEvents: [
      event(from + 5.2, name, 'upgrade-accepted'),
      event(from + 5.5, name, 'install-started'),
      event(from + 6.5, name, 'install-finished', { detail: 'image into slot B' }),
      event(from + 7, name, 'rebooting'),
      event(from + 7.1, name, 'down'),
      event(from + 9, name, 'booting', after),
      event(from + 10, name, 'running', after),
      event(from + 12, name, 'ready', after),
    ],
    changes: [cordon(from + 1, name), uncordon(from + 15, name)],
    nodes: [
      node(from + 1, name, cordoned),
      node(from + 7, name, { ...cordoned, ready: false }),
      node(from + 12, name, { ...cordoned, bootId: after.bootId }),
      node(from + 15, name, { bootId: after.bootId }),
    ],
  };
}

export function request(
  at: number,
  name: string,
  method: string,
  more: Partial<Mutable<TalosRequest>> & { image?: string } = {},
): Mutable<TalosRequest> {
  const { image, ...rest } = more;
  const endpoint = name === 'k8s-ctrl-1' ? 'k8s-ctrl-3' : 'k8s-ctrl-1';
  return {
    at: second(at),
    endpoint,
    node: name,
    service: 'MachineService',
    method,
    args: image === undefined ? {} : { image },
    code: 0,
    took: 10,
    ...rest,
  };
}

/** The etcd reads right before a control plane is disrupted. */
export function etcdLook(at: number, name: Name): Mutable<TalosRequest>[] {
  const others = MEMBERS.filter((member) => member !== name);
  return [
    ...others.map((member) => request(at, member, 'EtcdStatus')),
    request(at, others[0] ?? '', 'EtcdMemberList'),
    request(at, others[0] ?? '', 'EtcdAlarmList'),
  ];
}

export function event(
  at: number,
  machine: Name,
  name: string,
  more: Partial<MachineEvent> = {},
): Mutable<MachineEvent> {
  const schematic = machine.startsWith('k8s-ctrl') ? SCHEMATIC.controlPlane : SCHEMATIC.worker;
  return {
    at: second(at),
    machine,
    event: name,
    bootId: `${machine}-boot-1`,
    version: 'v1.12.1',
    schematic,
    slot: 'A',
    ...more,
  };
}

export function change(at: number, name: string, more: Partial<ApiChange> = {}): Mutable<ApiChange> {
  return {
    at: second(at),
    user: 'slipway',
    verb: 'patch',
    resource: 'nodes',
    subresource: '',
    namespace: '',
    name,
    code: 200,
    ...more,
  };
}

export function cordon(at: number, name: string, more: Partial<ApiChange> = {}): Mutable<ApiChange> {
  return change(at, name, {
    unschedulable: true,
    marks: { 'slipway.dev/cordoned-by': RUN, 'slipway.dev/run': RUN },
    ...more,
  });
}

export function uncordon(at: number, name: string, more: Partial<ApiChange> = {}): Mutable<ApiChange> {
  return change(at, name, { unschedulable: false, ...more });
}

export function eviction(at: number, namespace: string, name: string): Mutable<ApiChange> {
  return change(at, name, {
    verb: 'create',
    resource: 'pods',
    subresource: 'eviction',
    namespace,
    code: 201,
  });
}

export function node(at: number, name: string, more: Partial<NodeObserved> = {}): Mutable<NodeObserved> {
  return {
    at: second(at),
    node: name,
    gone: false,
    unschedulable: false,
    ready: true,
    bootId: `${name}-boot-1`,
    kubelet: 'v1.35.0',
    marks: {},
    ...more,
  };
}

export function pod(
  at: number,
  name: string,
  on: string,
  more: Partial<PodObservation> = {},
): Mutable<PodObservation> {
  const labels = { app: 'web' };
  return {
    at: second(at),
    uid: name,
    namespace: 'web',
    name,
    node: on,
    phase: 'Running',
    labels,
    belongsToNode: false,
    gone: false,
    ...more,
  };
}

const MEMBERS = ['k8s-ctrl-1', 'k8s-ctrl-2', 'k8s-ctrl-3'];

/** k8s-ctrl-1 leads. */
export function etcdRound(
  at: number,
  silent: readonly string[] = [],
  leader = 'k8s-ctrl-1',
): Mutable<EtcdRound> {
  return {
    at: second(at),
    members: MEMBERS.map((name) => ({ id: name, name, learner: false })),
    statuses: MEMBERS.map((name) =>
      silent.includes(name)
        ? { node: name }
        : {
            node: name,
            said: { memberId: name, leader, raftIndex: 1000 + at, appliedIndex: 1000 + at, errors: [] },
          },
    ),
  };
}

export function wait(at: number, more: Partial<Mutable<WaitObservation>> = {}): Mutable<WaitObservation> {
  return {
    at: second(at),
    run: 1,
    answered: true,
    workflowTaskWaits: false,
    activities: [
      {
        workflowId: `${RUN}/1/k8s-ctrl-2/1`,
        type: 'awaitReady',
        state: 'started',
        since: second(0),
        attempt: 1,
        shown: { waitingFor: 'k8s-ctrl-2 to be Ready', since: second(0), until: second(600) },
      },
    ],
    ...more,
  };
}

const input = { base: '/lab', inventory: { snapshot: { directory: 'snapshots', maxAge: 3_600_000 } } };

function run(): Mutable<WorkflowRecord> {
  const snapshot = {
    file: 'one.etcd.age',
    takenAt: new Date(second(3)).toISOString(),
    sha256: 'abc',
    proven: true,
  };
  return {
    id: RUN,
    runId: 'r1',
    type: 'upgradeCluster',
    startedAt: second(1),
    endedAt: second(60),
    status: 'completed',
    input,
    result: { outcome: 'done', notDone: [] },
    activities: [
      {
        type: 'takeSnapshot',
        scheduledAt: second(2),
        endedAt: second(5),
        limit: 60_000,
        outcome: 'completed',
        result: snapshot,
      },
    ],
    updates: [],
  };
}

export function attempt(
  name: Name,
  from: number,
  more: Partial<Mutable<WorkflowRecord>> = {},
): Mutable<WorkflowRecord> {
  const schematic = name.startsWith('k8s-ctrl') ? SCHEMATIC.controlPlane : SCHEMATIC.worker;
  return {
    id: `${RUN}/1/${name}/1`,
    runId: `${name}-1`,
    type: 'upgradeNode',
    startedAt: second(from),
    endedAt: second(from + 20),
    status: 'completed',
    input: { to: 'v1.12.2', node: { schematic } },
    result: { node: name, outcome: 'done', state: 'on-target', to: 'v1.12.2' },
    activities: [],
    updates: [],
    ...more,
  };
}

function queue(): Mutable<WorkflowRecord> {
  return {
    id: `cluster/${CLUSTER}`,
    runId: 'q1',
    type: 'clusterQueue',
    startedAt: second(0),
    status: 'running',
    input: {},
    activities: [],
    updates: [{ name: 'enqueue', acceptedAt: second(1), input: {}, result: { verdict: 'started', run: 1 } }],
  };
}

/** The record of a workflow, to be changed. */
export function record(evidence: MadeEvidence, id: string): MadeEvidence['workflows'][number] {
  const found = evidence.workflows.find((workflow) => workflow.id === id);
  if (!found) throw new Error(`no ${id} in the evidence`);
  return found;
}

/** Ends the run with this outcome, with these nodes not done. */
export function ends(
  evidence: MadeEvidence,
  outcome: string,
  notDone: readonly { node: string; outcome: string; state: string }[],
): void {
  record(evidence, RUN).result = { outcome, notDone: notDone.map((one) => ({ ...one, to: 'v1.12.2' })) };
}

/** Sets the hops of the run's plan, each with a node that it skips or touches. */
export function plans(
  evidence: MadeEvidence,
  hops: Readonly<Record<string, { readonly skips: string } | { readonly touches: string }>>,
): void {
  const planned = Object.entries(hops).map(([to, one]) => ({
    to,
    nodes: ['skips' in one ? { name: one.skips, skip: 'already-on-target' } : { name: one.touches }],
  }));
  record(evidence, RUN).activities.push({
    type: 'planUpgrade',
    scheduledAt: second(1),
    endedAt: second(1.5),
    limit: 60_000,
    outcome: 'completed',
    result: { verdict: 'planned', plan: { hops: planned } },
  });
}

/** A second run, from one second to another. */
export function secondRun(from: number, to: number): Mutable<WorkflowRecord> {
  return {
    ...run(),
    id: `run/${CLUSTER}/2`,
    runId: 'r2',
    startedAt: second(from),
    endedAt: second(to),
    activities: [],
  };
}

/** The one activity of the run: it takes the snapshot. */
export function onlyActivity(
  evidence: MadeEvidence,
): MadeEvidence['workflows'][number]['activities'][number] {
  return theFirst(record(evidence, RUN).activities);
}

/** The one activity that `wait` shows. */
export function pendingActivity(): MadeEvidence['waits'][number]['activities'][number] {
  return theFirst(wait(0).activities);
}

export function onlySnapshot({
  snapshots,
}: Pick<MadeEvidence, 'snapshots'>): MadeEvidence['snapshots'][number] {
  return theFirst(snapshots);
}

function theFirst<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new Error('there is none');
  return first;
}
