/** The node that a call is for, and the other node whose Talos API forwards it (I16). */
export interface TalosTarget {
  /** The node's address in the inventory. */
  readonly node: string;
  /** The address to connect to: a healthy control plane that is not the node. */
  readonly endpoint: string;
}

/** Limits of one call. */
export interface CallLimits {
  /** Default: the limit of a read. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch after which it is not started any more. */
  readonly startBefore?: number;
}

/** A read takes well under a second; a node that hangs counts as unreachable after this. */
export const lookMs = 15_000;
