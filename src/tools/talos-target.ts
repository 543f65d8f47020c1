/** Which node a call is for, and through which other node's Talos API it goes (I16). */
export interface TalosTarget {
  /** The node's address in the inventory. */
  readonly node: string;
  /** The address to connect to: a healthy control plane that is not the node. */
  readonly endpoint: string;
}

/** Limits of one call. */
export interface CallLimits {
  /** Default: what a look may take. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch after which it is not started any more. */
  readonly startBefore?: number;
}

/** A call that only looks takes well under a second; a node that hangs is unreachable after this. */
export const lookMs = 15_000;
