import { lostExtensions, type RecordedFacts } from './classify-node.js';
import type { NodeObject, NodeObservation } from './observation.js';
import type { Reason } from '../reasons/reason.js';

/**
 * Compares an upgraded node with its recorded state: extensions, labels, taints and annotations it lost, and labels whose value changed.
 * Additions are ignored.
 */
export function compareNode(facts: RecordedFacts, seen: NodeObservation): Reason | undefined {
  const { node } = facts;
  if (seen.talos.kind === 'unreachable') {
    return { kind: 'talos-unreachable', node, endpoint: seen.address, why: seen.talos.why };
  }
  if (seen.kubernetes.kind === 'unreachable') {
    return { kind: 'kubernetes-unreachable', endpoints: [], why: seen.kubernetes.why };
  }
  if (!seen.kubernetes.value) return { kind: 'node-missing', node };
  const { stage, ready, unmet } = seen.talos.value;
  // Until then Talos keeps its own rollback open, and may still roll back.
  if (stage !== 'running' || !ready) return { kind: 'talos-not-ready', node, stage, unmet };
  const extensions = lostExtensions(facts, seen.talos.value);
  if (extensions) return extensions;
  const lost = [
    ...lostLabels(facts, seen.kubernetes.value),
    ...lostTaints(facts, seen.kubernetes.value),
    ...lostAnnotations(facts, seen.kubernetes.value),
  ];
  return lost.length > 0 ? { kind: 'node-changed', node, lost } : undefined;
}

/** What a Node lost that a user or a program had set on it: a replaced machine does not bring it along. */
export interface LostMetadata {
  readonly labels: Readonly<Record<string, string>>;
  /** `key=value:effect`. */
  readonly taints: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * What a Node lost and can be restored. A label with another value now was set by somebody since. A label about devices is set by whatever
 * detects them, and would be untrue of a machine that lacks them.
 */
export function lostMetadata(facts: RecordedFacts, seen: NodeObject): LostMetadata {
  const gone = (
    before: Readonly<Record<string, string>>,
    now: Readonly<Record<string, string>>,
  ): Record<string, string> =>
    Object.fromEntries(
      Object.entries(before).filter(
        ([key]) => !startsWithAny(key, [...volatile, ...valueMayChange]) && now[key] === undefined,
      ),
    );
  return {
    labels: gone(facts.labels, seen.labels),
    taints: missingTaints(facts, seen),
    annotations: gone(facts.annotations, seen.annotations),
  };
}

/** A service as `talosctl service` lists it. */
export interface ServiceSeen {
  readonly name: string;
  readonly state: string;
  readonly health: string;
}

/** Whether a service runs and no health check fails; most services have no health check. */
export function isWell({ state, health }: ServiceSeen): boolean {
  return state === 'Running' && health !== 'Fail';
}

/** Services that are unhealthy, or that ran before and do not now, with what they report. */
export function illServices(facts: RecordedFacts, seen: readonly ServiceSeen[]): string[] {
  const ill = seen.filter((service) => service.state === 'Running' && !isWell(service));
  const before = new Set(facts.services);
  const stopped = seen.filter((service) => service.state !== 'Running' && before.has(service.name));
  const gone = [...before].filter((name) => !seen.some((service) => service.name === name));
  return [
    ...ill.map(({ name }) => `service ${name}: unhealthy`),
    ...stopped.map(({ name, state }) => `service ${name}: ${state}`),
    ...gone.map((name) => `service ${name}: gone`),
  ];
}

/** Set and removed by their owners as the node goes down, comes up and runs another version. */
const volatile = [
  'slipway.dev/', // Slipway's own annotations
  'talos.dev/', // Talos' cordon, and the labels it owns
  'networking.talos.dev/',
  'extensions.talos.dev/', // names versions of extensions
  'feature.node.kubernetes.io/', // node-feature-discovery: kernel version, CPU flags
  'nfd.node.kubernetes.io/',
  'node.alpha.kubernetes.io/',
  'volumes.kubernetes.io/', // controller-managed-attach-detach
  'csi.volume.kubernetes.io/', // written as each driver registers
  'flannel.alpha.coreos.com/',
  'network.cilium.io/',
  'cilium.io/',
  'node.cilium.io/',
  'projectcalico.org/',
  'kubevirt.io/heartbeat',
  'beta.kubernetes.io/',
] as const;

/** Their value follows the hardware, driver or kernel; only their presence is compared. */
const valueMayChange = ['nvidia.com/', 'gpu.intel.com/', 'amd.com/'] as const;

/** Kubernetes sets and lifts these automatically: not-ready, unreachable, unschedulable, memory-pressure, uninitialized. */
const kubernetesTaints = ['node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/'] as const;

function lostTaints(facts: RecordedFacts, seen: NodeObject): string[] {
  return missingTaints(facts, seen).map((taint) => `taint ${taint}`);
}

function missingTaints(facts: RecordedFacts, seen: NodeObject): string[] {
  return facts.taints.filter(
    (taint) => !startsWithAny(taint, [...volatile, ...kubernetesTaints]) && !seen.taints.includes(taint),
  );
}

function lostLabels(facts: RecordedFacts, seen: NodeObject): string[] {
  return Object.entries(facts.labels).flatMap(([key, value]) => {
    if (startsWithAny(key, volatile)) return [];
    const now = seen.labels[key];
    if (now === undefined) return [`label ${key}=${value}`];
    return now === value || startsWithAny(key, valueMayChange) ? [] : [`label ${key}=${value} (now ${now})`];
  });
}

/** Annotations belong to other programs: values change, so only missing ones are named. */
function lostAnnotations(facts: RecordedFacts, seen: NodeObject): string[] {
  const missing = Object.keys(facts.annotations).filter(
    (key) => !startsWithAny(key, volatile) && !(key in seen.annotations),
  );
  return missing.map((key) => `annotation ${key}`);
}

function startsWithAny(key: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => key.startsWith(prefix));
}
