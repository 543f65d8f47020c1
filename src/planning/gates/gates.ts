import type { ClusterObservation } from '../node/observation.js';
import type { Reason } from '../reasons/reason.js';

/** A gate's verdict. An unreachable API closes the gate; it never counts as healthy. */
export type GateVerdict =
  | {
      readonly verdict: 'open';
      /** What was observed, with its numbers, and what the operator should know although the gate is open. */
      readonly note: string;
    }
  | { readonly verdict: 'closed'; readonly reason: Reason }
  | { readonly verdict: 'not-applicable'; readonly why: string };

export type GateName =
  | 'nodes-ready'
  | 'control-plane-components'
  | 'etcd-healthy'
  | 'critical-namespaces'
  | 'budgets-can-be-met';

/** When a gate is evaluated: before a node is touched, or while workloads are watched afterwards. */
export type GateMoment = 'before-node' | 'soak';

/** What a gate needs besides the observation. */
export interface GateContext {
  /** Namespaces in which every pod must be healthy. */
  readonly criticalNamespaces: readonly string[];
  readonly moment: GateMoment;
  /** ISO time. */
  readonly now: string;
  /** Nodes this run works on now: their cordon and their reboot close no gate of other nodes. */
  readonly underWork?: readonly string[];
  /** The node the gates are evaluated for: it must be Ready itself. */
  readonly judged?: string;
  /** Nodes that are about to be drained; left out: all. */
  readonly toDrain?: readonly string[];
}

/** A gate. Pure. */
export type Gate = (observation: ClusterObservation, context: GateContext) => GateVerdict;

/** One gate's verdict, with its name. */
export interface GateReport {
  readonly name: GateName;
  readonly verdict: GateVerdict;
}

export function open(note: string): GateVerdict {
  return { verdict: 'open', note };
}

export function closed(reason: Reason): GateVerdict {
  return { verdict: 'closed', reason };
}

export function notApplicable(why: string): GateVerdict {
  return { verdict: 'not-applicable', why };
}
