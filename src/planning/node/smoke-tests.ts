import type { V1Pod } from '@kubernetes/client-node';
import type { Probe } from '../../inventory/probes.js';
import type { Inventory, InventoryNode } from '../../inventory/schema.js';
import { quote, seconds } from '../plan/manual-node-commands.js';
import type { PlannedProbe } from '../plan/plan.js';

/** Labels and annotations of Slipway's own Pods. */
export const probeMarks = {
  probe: 'slipway.dev/probe',
  run: 'slipway.dev/run',
  by: 'slipway.dev/by',
} as const;

/** The smoke tests of slipway.yaml for a node, in their order. */
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

/** The plan's entry for them; empty where there are none. */
export function plannedProbes(
  inventory: Pick<Inventory, 'probes'>,
  node: InventoryNode,
): { probes?: readonly PlannedProbe[] } {
  const probes = probesFor(inventory, node).map(({ name, limit }) => ({ name, limit }));
  return probes.length > 0 ? { probes } : {};
}

/** Owner of the Pod. */
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

/** The same name in every attempt at a step, so that two attempts never have two Pods. */
export function probePodName({ name }: Pick<Probe, 'name'>, { by, sha256 }: ProbeOwner): string {
  return `slipway-${name}-${sha256(`${by} ${name}`).slice(0, 10)}`;
}

/**
 * The Pod of a smoke test. It names its node itself: the scheduler is not asked, and the node is still cordoned. It runs once, and its
 * deadline ends it even if Slipway is gone. It has no rights in the cluster, and none on the node unless slipway.yaml grants them.
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
    // The cordon is a taint too; no taint may keep this Pod away.
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
        // The kubelet puts the end of the output into the status, so nobody has to read logs.
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

/** The kubectl arguments to run the same smoke test from a terminal: attached, and its Pod deleted at the end. */
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
