import type { LabLogs, LoggedMoment, LoggedRequest, PodLeft } from '../../../lab/bench/lab-logs.js';
import type { NodeEvidence } from '../../../lab/bench/node-evidence.js';
import type { ActivitySpan } from '../../../lab/bench/node-history.js';

export const node = 'k8s-work-1';

/** An activity that was scheduled 10 ms before it began. */
export function activity(type: string, startedAt: number, endedAt: number): ActivitySpan {
  return {
    type,
    scheduledAt: startedAt - 10,
    startedAt,
    endedAt,
    attempt: 1,
    worker: 'slipway-worker@host#7',
  };
}

/** A request for the node. `method` with its service and, after a blank, the type of a resource. */
export function request(at: number, fullText: string, more: Partial<LoggedRequest> = {}): LoggedRequest {
  const [fullMethod = '', type] = fullText.split(' ');
  const name = fullMethod.slice(fullMethod.lastIndexOf('/') + 1);
  const method = type === undefined ? name : `${name} ${type}`;
  return { at, endedAt: at, node, method, fullMethod, client: 'slipway', code: 0, ...more };
}

/** The same from a talosctl. */
export function talosctlRequest(
  at: number,
  fullText: string,
  more: Partial<LoggedRequest> = {},
): LoggedRequest {
  return request(at, fullText, { client: 'grpc-go/1.78.0', ...more });
}

export const requests = {
  version: 'machine.MachineService/Version',
  versions: 'cosi.resource.State/Get Versions.runtime.talos.dev',
  status: 'machine.MachineService/EtcdStatus',
  members: 'machine.MachineService/EtcdMemberList',
  forfeit: 'machine.MachineService/EtcdForfeitLeadership',
  pull: 'machine.MachineService/ImagePull',
  pull113: 'machine.ImageService/Pull',
  upgrade: 'machine.MachineService/Upgrade',
  upgrade113: 'machine.LifecycleService/Upgrade',
  reboot: 'machine.MachineService/Reboot',
} as const;

export function moment(at: number, event: LoggedMoment['event'], machine = node): LoggedMoment {
  return { at, machine, event };
}

export function gone(at: number, from = node): PodLeft {
  return { at, what: 'gone', node: from };
}

export function evicted(at: number): PodLeft {
  return { at, what: 'eviction-asked', node: '' };
}

const activities = [
  activity('prepareImage', 100, 300),
  activity('awaitGates', 400, 800),
  activity('drainNode', 900, 2_900),
  activity('installTalos', 3_000, 3_500),
  activity('awaitBoot', 3_600, 9_000),
  activity('awaitReady', 9_100, 9_200),
  activity('soakNode', 9_300, 11_800),
];

const logs: LabLogs = {
  requests: [
    talosctlRequest(200, requests.pull, { endedAt: 250 }),
    request(700, requests.members),
    talosctlRequest(3_400, requests.upgrade, { endedAt: 3_450 }),
    request(5_000, requests.versions, { code: 14 }),
    request(8_700, requests.versions),
    request(9_400, requests.members),
    request(11_700, requests.members),
  ],
  machines: [
    moment(3_450, 'upgrade-accepted'),
    moment(4_000, 'rebooting'),
    moment(6_000, 'booting'),
    moment(7_500, 'running'),
    moment(8_000, 'ready'),
  ],
  pods: [evicted(1_000), gone(1_500), gone(2_000)],
  terraform: [],
};

/** A worker's upgrade in the legacy flow, from 0 to 12,000, with invented round times. */
export const legacyUpgrade: NodeEvidence = {
  node,
  role: 'worker',
  soak: 2_000,
  history: { startedAt: 0, endedAt: 12_000, activities, started: [], events: 71 },
  logs,
};

/** The same with other logs. */
export function withLogs(change: Partial<LabLogs>): NodeEvidence {
  return { ...legacyUpgrade, logs: { ...logs, ...change } };
}

/** The same with other activities in place of those of the same type. */
export function withActivities(...changed: readonly ActivitySpan[]): NodeEvidence {
  const others = activities.filter(({ type }) => changed.every((one) => one.type !== type));
  const { history } = legacyUpgrade;
  const all = [...others, ...changed].toSorted((a, b) => a.startedAt - b.startedAt);
  return { ...legacyUpgrade, history: { ...history, activities: all } };
}

/** A control plane that Terraform replaces, from 0 to 12,000, with nothing to drain or to soak. */
export const replacedUpgrade: NodeEvidence = {
  node,
  role: 'control-plane',
  soak: 0,
  history: {
    startedAt: 0,
    endedAt: 12_000,
    activities: [
      activity('planReplacement', 100, 900),
      activity('replaceMachine', 1_000, 3_300),
      activity('configureMachine', 3_400, 4_600),
      activity('awaitBoot', 4_700, 7_000),
      activity('awaitReady', 7_100, 7_800),
      activity('awaitEtcdMember', 7_950, 10_050),
      activity('verifyNode', 10_100, 11_900),
    ],
    started: [],
    events: 95,
  },
  logs: {
    requests: [
      request(7_960, requests.status, { endedAt: 7_970, code: 14 }),
      request(8_100, requests.status, { endedAt: 10_000 }),
    ],
    machines: [
      moment(2_400, 'destroyed'),
      moment(2_900, 'created'),
      moment(3_200, 'maintenance'),
      moment(4_500, 'configured'),
      moment(7_500, 'ready'),
      moment(8_000, 'etcd-voter'),
    ],
    pods: [],
    terraform: [
      { from: 200, to: 500, command: 'init' },
      { from: 1_100, to: 1_600, command: 'plan' },
      { from: 2_000, to: 3_000, command: 'apply' },
      { from: 2_300, to: 2_600, command: 'plan' },
      { from: 3_050, to: 3_250, command: 'show' },
    ],
  },
};
