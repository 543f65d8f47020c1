import type { V1Pod } from '@kubernetes/client-node';
import type { Probe } from '../../inventory/probes.js';
import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import { quote, seconds } from '../plan/manual-node-commands.js';
import type { PlannedProbe } from '../plan/plan.js';

/** Labels and annotations of the Pods that are Slipway's own. */
export const probeMarks = {
  probe: 'slipway.dev/probe',
  run: 'slipway.dev/run',
  by: 'slipway.dev/by',
} as const;

/** The probes of slipway.yaml for a node, in their order. */
export function probesFor(
  { probes = [] }: Pick<Inventory, 'probes'>,
  { name, role, hardware = role, gpu }: Pick<InventoryNode, 'name' | 'role' | 'hardware' | 'gpu'>,
): Probe[] {
  return probes.filter(
    ({ for: wanted = {} }) =>
      (wanted.role === undefined || wanted.role === role) &&
      (wanted.hardware === undefined || wanted.hardware === hardware) &&
      (wanted.resource === undefined || wanted.resource === gpu?.resource) &&
      (wanted.nodes === undefined || wanted.nodes.includes(name)),
  );
}

/** What a plan says of them; nothing where there are none. */
export function plannedProbes(
  inventory: Pick<Inventory, 'probes'>,
  node: InventoryNode,
): { probes?: readonly PlannedProbe[] } {
  const probes = probesFor(inventory, node).map(({ name, limit }) => ({ name, limit }));
  return probes.length > 0 ? { probes } : {};
}

/** Whose Pod it is. */
export interface ProbeOwner {
  readonly cluster: string;
  readonly run: number;
  /** The node's workflow, which no other run, hop or attempt shares. */
  readonly by: string;
  /** SHA-256 in hex. */
  readonly sha256: (text: string) => string;
}

/** A label takes no slash: `prox-ops.42`. */
export function runLabel({ cluster, run }: Pick<ProbeOwner, 'cluster' | 'run'>): string {
  return `${cluster}.${run}`;
}

/** The same name in every attempt at a step, so that two of them never have two Pods. */
export function probePodName({ name }: Pick<Probe, 'name'>, { by, sha256 }: ProbeOwner): string {
  return `slipway-${name}-${sha256(`${by} ${name}`).slice(0, 10)}`;
}

/**
 * The Pod of a probe. It names its node itself: no scheduler is asked, and the node is still cordoned. It runs once, ends automatically at
 * its limit whatever becomes of Slipway, and has no rights: neither in the cluster nor, unless slipway.yaml says so, on the node.
 */
export function probePod(probe: Probe, node: string, owner: ProbeOwner): V1Pod {
  const { cluster, run, by } = owner;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: probePodName(probe, owner),
      namespace: probe.namespace,
      labels: {
        'app.kubernetes.io/managed-by': 'slipway',
        [probeMarks.probe]: probe.name,
        [probeMarks.run]: runLabel({ cluster, run }),
      },
      annotations: { ...probe.annotations, [probeMarks.by]: by },
    },
    spec: podSpec(probe, node),
  };
}

function podSpec(probe: Probe, node: string): NonNullable<V1Pod['spec']> {
  const { hostNetwork, runtimeClass, image, command, args, resources, capabilities } = probe;
  return {
    nodeName: node,
    restartPolicy: 'Never',
    activeDeadlineSeconds: seconds(probe.limit),
    terminationGracePeriodSeconds: 2,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // The cordon is a taint too, and whatever else keeps pods away is not to keep this one away.
    tolerations: [{ operator: 'Exists' }],
    ...(hostNetwork ? { hostNetwork } : {}),
    ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
    containers: [
      {
        name: 'probe',
        image,
        ...(command ? { command: [...command] } : {}),
        ...(args ? { args: [...args] } : {}),
        ...(resources ? { resources: { limits: limitsOf(resources) } } : {}),
        // The kubelet puts the end of what it wrote into its status, so nobody need read logs.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'], ...(capabilities ? { add: [...capabilities] } : {}) },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      },
    ],
  };
}

function limitsOf(resources: NonNullable<Probe['resources']>): Record<string, string> {
  return Object.fromEntries(Object.entries(resources).map(([name, amount]) => [name, String(amount)]));
}

/** What kubectl is told to run the same probe by hand: its end is seen on the terminal, and its Pod deleted. */
export function probeByHand(probe: Probe, node: string): string {
  const overrides = {
    apiVersion: 'v1',
    ...(probe.annotations ? { metadata: { annotations: probe.annotations } } : {}),
    spec: podSpec(probe, node),
  };
  return (
    `run slipway-${probe.name} --namespace=${probe.namespace} --image=${quote(probe.image)} --restart=Never --attach --rm ` +
    `--pod-running-timeout=${seconds(probe.limit)}s --overrides=${quote(JSON.stringify(overrides))}`
  );
}
