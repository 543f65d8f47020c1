import type { PatchReason } from '../../../src/planning/reasons/machine-patch.js';
import type { ReplacementReason } from '../../../src/planning/reasons/replacement.js';

const node = 'work-1';
const since = '2026-11-21T14:32:00.000Z';
const address = '10.20.68.1';
const uuid = 'e0ad8b3c-8b6d-2a3e-1c55-53cf6d7cf1a7';

type Either = ReplacementReason | PatchReason;

/** One of each kind. */
export const everyReplacementReason: {
  readonly [Kind in Either['kind']]: Extract<Either, { kind: Kind }>;
} = {
  'replacement-unprepared': { kind: 'replacement-unprepared', missing: ['terraform'] },
  'replacement-endpoint': {
    kind: 'replacement-endpoint',
    node: 'ctrl-1',
    endpoint: 'https://10.20.67.1:6443',
  },
  'replacement-loses-etcd': { kind: 'replacement-loses-etcd', node: 'ctrl-1', members: 1 },
  'replacement-kubernetes-mixed': {
    kind: 'replacement-kubernetes-mixed',
    variable: 'kubernetes_version',
    lowest: 'v1.34.2',
    highest: 'v1.35.0',
  },
  'replacement-unfinished': { kind: 'replacement-unfinished', nodes: ['ctrl-2'] },
  'replace-unknown': { kind: 'replace-unknown', node, since },
  'machine-identity-unknown': {
    kind: 'machine-identity-unknown',
    node,
    address: 'module.worker_nodes["work-1"]',
  },
  'machine-other': {
    kind: 'machine-other',
    node,
    what: 'system UUID',
    expected: uuid,
    found: '11111111-8b6d-2a3e-1c55-53cf6d7cf1a7',
  },
  'machine-unreachable': { kind: 'machine-unreachable', node, address, why: 'connection refused' },
  'machine-unconfigured': { kind: 'machine-unconfigured', node, address },
  'machine-wrong-version': {
    kind: 'machine-wrong-version',
    node,
    version: 'v1.12.1',
    wanted: 'v1.13.9',
  },
  'machine-not-replaced': { kind: 'machine-not-replaced', node, uuid },
  'machine-never-joined': { kind: 'machine-never-joined', node, since, last: 'does not answer: timeout' },
  'configuration-wrong': {
    kind: 'configuration-wrong',
    node,
    reference: 'file machines/work-1.yaml',
    why: 'it is that of work-2',
  },
  'configuration-refused': { kind: 'configuration-refused', node, why: 'machine instructions are required' },
  'network-interfaces-wrong': {
    kind: 'network-interfaces-wrong',
    node,
    of: 'machine',
    wanted: 3,
    found: 2,
    wrong: ['the machine shows 2 of 3, with bc:24:11:00:1f:44, bc:24:11:00:1f:45'],
  },
  'network-identity-lost': {
    kind: 'network-identity-lost',
    node,
    what: 'MAC',
    before: 'bc:24:11:00:1f:44',
    now: 'bc:24:11:00:1f:99',
  },
  'device-configuration-wrong': {
    kind: 'device-configuration-wrong',
    node,
    resource: 'nvidia.com/gpu',
    of: 'sent',
    wrong: ['no file under /var/cri'],
  },
  'device-not-offered': {
    kind: 'device-not-offered',
    node,
    resource: 'nvidia.com/gpu',
    wanted: 1,
    offered: 0,
    wrong: ['no pod of a DaemonSet nvidia-device-plugin runs on it'],
  },
  'patch-works-once': { kind: 'patch-works-once', node, why: 'unable to remove nonexistent key' },
  'patches-owed': { kind: 'patches-owed', node, version: 'v1.13.7', wanted: 'v1.13.9', patches: 2 },
  'patch-not-in-effect': { kind: 'patch-not-in-effect', node, since },
  'patch-unanswered': { kind: 'patch-unanswered', node, since },
  'patch-failed': { kind: 'patch-failed', node, why: 'error decoding patch' },
};
