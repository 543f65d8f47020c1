import type { LabLogs } from './lab-logs.js';
import type { NodeHistory } from './node-history.js';

/** One node's upgrade, as its history and the lab's logs tell it. */
export interface NodeEvidence {
  readonly node: string;
  readonly role: 'control-plane' | 'worker';
  /** Milliseconds the plan has it watched after the uncordon. */
  readonly soak: number;
  readonly history: NodeHistory;
  readonly logs: LabLogs;
}
