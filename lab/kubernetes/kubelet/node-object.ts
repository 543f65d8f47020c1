import type { V1Node, V1NodeCondition, V1NodeStatus, V1Pod } from '@kubernetes/client-node';
import { kubernetesTime, type Stamped } from './kubernetes-time.js';

/** A machine's description for its kubelet in this boot. */
export interface NodeFacts {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  /** True address, the Node's InternalIP: `10.20.67.4`. */
  readonly address: string;
  readonly bootId: string;
  readonly machineId: string;
  readonly systemUuid: string;
  /** Running Talos version: `v1.12.1`. */
  readonly talosVersion: string;
  readonly schematic: string;
  /** System extensions of the running image: `siderolabs/qemu-guest-agent`. */
  readonly extensions: readonly string[];
  /** The reported kubelet version: `v1.35.0`. */
  readonly kubernetesVersion: string;
  /** The device in the machine; it is allocatable only when the extensions drive it. */
  readonly gpu?: { readonly resource: string; readonly count: number };
  /** Kubernetes' quantities; default: the size of prox-ops' machines. */
  readonly size?: { readonly cpu: string; readonly memory: string };
  /** The VLANs of its network interfaces, in their order. They are invisible inside the machine; only reachability depends on them. */
  readonly cards?: readonly ('untagged' | number)[];
  /** A control plane without its taint: ordinary pods run there. */
  readonly untainted?: true;
}

/** The kubelet's own conditions. */
export interface Readiness {
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
}

export const kubeletReady: Readiness = {
  ready: true,
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
};
export const kubeletStarting: Readiness = {
  ready: false,
  reason: 'KubeletNotReady',
  message: 'container runtime status check may not have completed yet',
};
export const kubeletShuttingDown: Readiness = {
  ready: false,
  reason: 'KubeletNotReady',
  message: 'node is shutting down',
};
/** The condition under the fault `kubelet-not-ready`. */
export const kubeletFaulty: Readiness = {
  ready: false,
  reason: 'KubeletNotReady',
  message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady',
};

const CONTROL_PLANE_ROLE = 'node-role.kubernetes.io/control-plane';

/** The requirements of a device, and the labels that node-feature-discovery or similar sets while it works. */
const DEVICES: Readonly<Record<string, { readonly extension: string; readonly label: string }>> = {
  'nvidia.com/gpu': { extension: 'nvidia', label: 'nvidia.com/gpu.present' },
  'gpu.intel.com/i915': { extension: 'siderolabs/i915', label: 'intel.feature.node.kubernetes.io/gpu' },
};

/** The Node that a kubelet registers when none has its name. */
export function newNode(facts: NodeFacts, readiness: Readiness, now: Date): Stamped<V1Node> {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: facts.name, labels: nodeLabels(facts), annotations: nodeAnnotations(facts) },
    spec:
      facts.role === 'control-plane' && !facts.untainted
        ? { taints: [{ key: CONTROL_PLANE_ROLE, effect: 'NoSchedule' }] }
        : {},
    status: nodeStatus(facts, readiness, now),
  };
}

/** The labels of a Talos node with this role. */
export function nodeLabels(facts: NodeFacts): Record<string, string> {
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': facts.name,
    'kubernetes.io/os': 'linux',
    ...(facts.role === 'control-plane' ? { [CONTROL_PLANE_ROLE]: '' } : {}),
    ...deviceLabel(facts),
  };
}

/** `false` rather than absent: labels are merged into existing ones, and an old one would stay. */
function deviceLabel(facts: NodeFacts): Record<string, string> {
  const device = facts.gpu && DEVICES[facts.gpu.resource];
  if (!facts.gpu || !device) return {};
  return { [device.label]: devicesOffered(facts) > 0 ? 'true' : 'false' };
}

/** Allocatable devices of the machine: none where no extension drives them. */
export function devicesOffered(facts: NodeFacts): number {
  if (!facts.gpu) return 0;
  const needed = DEVICES[facts.gpu.resource]?.extension;
  const isDriven = !needed || facts.extensions.some((extension) => extension.includes(needed));
  return isDriven ? facts.gpu.count : 0;
}

/** Why the kubelet fails a pod at once: `status.reason` and its message. */
export interface AdmissionRefusal {
  readonly reason: string;
  readonly message: string;
}

/** The number of a machine's devices that a pod requests. */
export function devicesAsked(facts: NodeFacts, pod: V1Pod): number {
  const resource = facts.gpu?.resource;
  if (resource === undefined) return 0;
  const asked = (pod.spec?.containers ?? []).map(({ resources }) =>
    Number(resources?.limits?.[resource] ?? 0),
  );
  return asked.reduce((sum, one) => sum + one, 0);
}

/**
 * Why the kubelet rejects a pod that was bound to it: its devices are missing, or in use. Else undefined. A resource that the machine never
 * had is not checked.
 *
 * @param used devices that other pods of the machine have
 */
export function admissionRefusal(facts: NodeFacts, pod: V1Pod, used: number): AdmissionRefusal | undefined {
  const resource = facts.gpu?.resource ?? '';
  const requested = devicesAsked(facts, pod);
  const capacity = devicesOffered(facts);
  if (requested === 0 || requested <= capacity - used) return undefined;
  if (capacity === 0) {
    const message = `Allocate failed due to no healthy devices present; cannot allocate unhealthy devices ${resource}, which is unexpected`;
    return { reason: 'UnexpectedAdmissionError', message };
  }
  const amounts = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${amounts}` };
}

/** Talos' annotations on its Node: addresses, schematic and extensions. */
export function nodeAnnotations(facts: NodeFacts): Record<string, string> {
  return {
    'extensions.talos.dev/schematic': facts.schematic,
    'networking.talos.dev/self-ips': facts.address,
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  };
}

/** The whole status that a kubelet posts; `before` keeps the time of unchanged conditions. */
export function nodeStatus(
  facts: NodeFacts,
  readiness: Readiness,
  now: Date,
  before?: V1NodeStatus,
  volumesInUse: readonly string[] = [],
): Stamped<V1NodeStatus> {
  const resources = nodeResources(facts);
  return {
    addresses: [
      { type: 'InternalIP', address: facts.address },
      { type: 'Hostname', address: facts.name },
    ],
    allocatable: resources,
    capacity: resources,
    conditions: nodeConditions(readiness, now, before),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: facts.bootId,
      containerRuntimeVersion: 'containerd://2.1.6',
      kernelVersion: '6.18.2-talos',
      kubeProxyVersion: '',
      kubeletVersion: facts.kubernetesVersion,
      machineID: facts.machineId,
      operatingSystem: 'linux',
      osImage: `Talos (${facts.talosVersion})`,
      systemUUID: facts.systemUuid,
    },
    volumesInUse: [...volumesInUse],
  };
}

/** True when the Node object matches the kubelet's status. */
export function showsReadiness(node: V1Node, facts: NodeFacts, readiness: Readiness): boolean {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  return (
    node.status?.nodeInfo?.bootID === facts.bootId &&
    node.status.nodeInfo.systemUUID === facts.systemUuid &&
    ready?.status === (readiness.ready ? 'True' : 'False') &&
    ready.message === readiness.message
  );
}

function nodeConditions(readiness: Readiness, now: Date, before?: V1NodeStatus): Stamped<V1NodeCondition>[] {
  const condition = (
    type: string,
    status: 'True' | 'False',
    reason: string,
    message: string,
  ): Stamped<V1NodeCondition> => {
    const last = before?.conditions?.find((each) => each.type === type);
    const since = last?.status === status ? last.lastTransitionTime : undefined;
    return {
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: kubernetesTime(now),
      lastTransitionTime: since === undefined ? kubernetesTime(now) : String(since),
    };
  };
  const { ready, reason, message } = readiness;
  return [
    condition(
      'MemoryPressure',
      'False',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', ready ? 'True' : 'False', reason, message),
  ];
}

function nodeResources(facts: NodeFacts): Record<string, string> {
  const usual = facts.role === 'control-plane' ? { cpu: '4', memory: '16Gi' } : { cpu: '16', memory: '32Gi' };
  const size = { ...(facts.size ?? usual), pods: '110' };
  // Zero, not absent: the status is merged, and an earlier device would stay.
  return facts.gpu ? { ...size, [facts.gpu.resource]: String(devicesOffered(facts)) } : size;
}
