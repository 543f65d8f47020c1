import type { HypervisorRequest, StateLook } from '../../../lab/watcher/evidence.js';
import {
  RUN,
  SCHEMATIC,
  attempt,
  cordon,
  etcdLook,
  etcdRound,
  event,
  eviction,
  goodEvidence,
  node,
  record,
  request,
  second,
  uncordon,
  type MadeEvidence,
  type Mutable,
  type Name,
} from './made-evidence.js';

/** Evidence of a run that replaced machines and kept every promise; tests change one thing in it. */

export const SLIPWAY = 'terraform@pve!slipway';
export const TO = 'v1.13.2';

const VMS = [
  { node: 'k8s-ctrl-1', vmid: 8001 },
  { node: 'k8s-ctrl-2', vmid: 8002 },
  { node: 'k8s-ctrl-3', vmid: 8003 },
  { node: 'k8s-work-1', vmid: 8004 },
  { node: 'k8s-work-2', vmid: 8005 },
] as const;
const TEMPLATES = [
  { name: 'heimdall-control-plane', id: 9002 },
  { name: 'heimdall-worker', id: 9003 },
  { name: 'baldar-worker', id: 9001 },
];

/** k8s-ctrl-2 replaced from second 10 to 30, k8s-work-1 from 35 to 55, their templates from second 8 on. */
export function replacementEvidence(): MadeEvidence {
  const evidence = goodEvidence();
  const first = replaced('k8s-ctrl-2', 10);
  const second_ = replaced('k8s-work-1', 35);
  const names = VMS.map((vm) => vm.node);
  Object.assign(evidence, {
    requests: [
      request(2, 'k8s-ctrl-1', 'EtcdSnapshot', { took: 300 }),
      ...etcdLook(14, 'k8s-ctrl-2'),
      request(21, 'k8s-ctrl-1', 'EtcdRemoveMemberByID', { args: { member_id: 'k8s-ctrl-2' } }),
      ...first.requests,
      ...second_.requests,
    ].toSorted((a, b) => a.at - b.at),
    machineEvents: [
      ...names.map((name) => event(-5, name, 'ready')),
      ...first.machineEvents,
      ...second_.machineEvents,
    ],
    changes: [...first.changes, eviction(37, 'web', 'web-1'), ...second_.changes].toSorted(
      (a, b) => a.at - b.at,
    ),
    nodes: [...names.map((name) => node(0, name)), ...first.nodes, ...second_.nodes],
    commands: [],
    etcd: Array.from({ length: 70 }, (_, at) => etcdRound(at, at >= 15 && at <= 23 ? ['k8s-ctrl-2'] : [])),
    workflows: [
      ...evidence.workflows.filter(({ id }) => id === RUN || id.startsWith('cluster/')),
      replacementAttempt('k8s-ctrl-2', 10),
      replacementAttempt('k8s-work-1', 35),
    ],
    hypervisor: {
      slipway: SLIPWAY,
      vms: [...VMS],
      templates: TEMPLATES,
      requests: [
        ...VMS.map(({ vmid }) => made(-20, vmid, { by: 'owner@pve!lab' })),
        ...ofTemplate(8, 9002),
        ...ofTemplate(8.2, 9001),
        ...first.hypervisor,
        ...second_.hypervisor,
      ].toSorted((a, b) => a.at - b.at),
      states: Array.from({ length: 280 }, (_, index) => stateLook(index / 4)),
    },
  } satisfies Partial<MadeEvidence>);
  planOf(evidence, ['k8s-ctrl-2', 'k8s-work-1'], ['heimdall-control-plane', 'baldar-worker']);
  return evidence;
}

/** Makes the run's plan replace those nodes, from those templates. */
export function planOf(
  evidence: MadeEvidence,
  nodes: readonly string[],
  templates: readonly string[],
  accepts?: readonly object[],
): void {
  const hop = {
    to: TO,
    strategy: 'replace',
    templates: templates.map((name) => `module.templates["${name}"]`),
    nodes: nodes.map((name) => ({
      name,
      replacement: { address: `module.nodes["${name}"]`, ...(accepts ? { accepts } : {}) },
    })),
  };
  const run = record(evidence, RUN);
  run.activities = run.activities.filter(({ type }) => type !== 'planUpgrade');
  run.activities.push({
    type: 'planUpgrade',
    scheduledAt: second(1),
    endedAt: second(2),
    limit: 30_000,
    outcome: 'completed',
    result: { plan: { hops: [hop] } },
  });
}

export function hypervisorRequest(
  at: number,
  method: string,
  path: string,
  more: Partial<HypervisorRequest> = {},
): Mutable<HypervisorRequest> {
  return { at: second(at), method, path, by: SLIPWAY, status: 200, took: 100, ...more };
}

export function destroyed(at: number, vmid: number, more: Partial<HypervisorRequest> = {}) {
  return hypervisorRequest(at, 'DELETE', `/vms/${vmid}`, { vmid, ...more });
}

export function made(at: number, vmid: number, more: Partial<HypervisorRequest> = {}) {
  const asks = {
    vmid,
    cpu: 16,
    memoryMb: 32768,
    pci: [],
    template: 9001,
    nics: [{ mac: `bc:24:11:00:00:${vmid % 100}`, vlan: 'untagged' }],
  };
  return hypervisorRequest(at, 'POST', '/vms', { vmid, asks, took: 500, ...more });
}

/** The complete evidence of one good replacement; it takes 20 s. */
function replaced(name: Name, from: number) {
  const vmid = VMS.find((vm) => vm.node === name)?.vmid ?? 0;
  const after = { bootId: `${name}-boot-2`, version: TO };
  const cordoned = { unschedulable: true, marks: { 'slipway.dev/cordoned-by': RUN } };
  return {
    hypervisor: [destroyed(from + 5, vmid), made(from + 5.5, vmid)],
    requests: [request(from + 11.4, name, 'ApplyConfiguration', { endpoint: name })],
    machineEvents: [
      event(from + 5.05, name, 'power-off'),
      event(from + 5.1, name, 'destroyed'),
      event(from + 6, name, 'created', { version: TO }),
      event(from + 6.1, name, 'power-on', after),
      event(from + 7, name, 'maintenance', after),
      event(from + 11.5, name, 'configured', { ...after, detail: 'in maintenance mode' }),
      event(from + 13, name, 'running', after),
      event(from + 15, name, 'ready', after),
    ],
    changes: [cordon(from + 1, name), uncordon(from + 18, name)],
    nodes: [
      node(from + 1, name, cordoned),
      node(from + 6, name, { ...cordoned, ready: false }),
      node(from + 15, name, { ...cordoned, bootId: after.bootId }),
      node(from + 18, name, { bootId: after.bootId }),
    ],
  };
}

function replacementAttempt(name: Name, from: number) {
  const schematic = name.startsWith('k8s-ctrl') ? SCHEMATIC.controlPlane : SCHEMATIC.worker;
  return attempt(name, from, {
    input: { to: TO, node: { schematic, replacement: { address: `module.nodes["${name}"]` } } },
    result: { node: name, outcome: 'done', state: 'on-target', to: TO },
  });
}

function ofTemplate(at: number, template: number) {
  return [
    hypervisorRequest(at, 'DELETE', `/templates/${template}`, { template }),
    hypervisorRequest(at + 0.3, 'POST', '/templates', { template, took: 500 }),
  ];
}

/** Terraform holds the lock from a second before its first request until after its last answer, and writes then. */
function stateLook(at: number): Mutable<StateLook> {
  const runs: readonly (readonly [number, number])[] = [
    [7, 9.5],
    [14, 17],
    [39, 42],
  ];
  const held = runs.findIndex(([from, to]) => at >= from && at <= to);
  const serial = 10 + runs.filter(([, to]) => at > to).length;
  return {
    at: second(at),
    ...(held < 0 ? {} : { lock: `lock-${held}` }),
    state: { lineage: 'one', serial, sha256: `state ${serial}` },
  };
}
