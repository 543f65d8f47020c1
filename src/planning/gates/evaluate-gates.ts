import type { ClusterObservation } from '../node/observation.js';
import { budgetsCanBeMetGate } from './budgets-can-be-met-gate.js';
import { controlPlaneComponentsGate } from './control-plane-components-gate.js';
import { criticalNamespacesGate } from './critical-namespaces-gate.js';
import { etcdHealthyGate } from './etcd-healthy-gate.js';
import type { Gate, GateContext, GateMoment, GateName, GateReport } from './gates.js';
import { nodesReadyGate } from './nodes-ready-gate.js';

export type { GateContext, GateReport } from './gates.js';

/** One gate: its check, and when it is evaluated. */
export interface GateEntry {
  readonly question: string;
  readonly moments: readonly GateMoment[];
  readonly gate: Gate;
}

/** Every gate, in the order in which they are evaluated and shown. */
export const gateTable: Readonly<Record<GateName, GateEntry>> = {
  'nodes-ready': {
    question: 'Is every node Ready, and no control plane cordoned?',
    moments: ['before-node', 'soak'],
    gate: nodesReadyGate,
  },
  'control-plane-components': {
    question: 'Are API server, controller manager and scheduler ready on every control plane?',
    moments: ['before-node', 'soak'],
    gate: controlPlaneComponentsGate,
  },
  'etcd-healthy': {
    question: 'Is every etcd member there, healthy and caught up behind one leader?',
    moments: ['before-node', 'soak'],
    gate: etcdHealthyGate,
  },
  'critical-namespaces': {
    question: 'Is every pod of the critical namespaces well?',
    moments: ['before-node', 'soak'],
    gate: criticalNamespacesGate,
  },
  'budgets-can-be-met': {
    question: 'Can the node be drained without breaking a PodDisruptionBudget for good?',
    moments: ['before-node'],
    gate: budgetsCanBeMetGate,
  },
};

/** The names of all gates, in order. */
export const gateNames = Object.keys(gateTable) as readonly GateName[];

/** Evaluates every gate of that moment. Never throws: an unreachable API closes its gates. */
export function evaluateGates(observation: ClusterObservation, context: GateContext): GateReport[] {
  return gateNames
    .filter((name) => gateTable[name].moments.includes(context.moment))
    .map((name) => ({ name, verdict: gateTable[name].gate(observation, context) }));
}
