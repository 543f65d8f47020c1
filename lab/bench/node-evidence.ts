import type { LabLogs } from './lab-logs.js';
import type { NodeHistory } from './node-history.js';

/** One node's upgrade, from its history and the lab's logs. */
export interface NodeEvidence {
  readonly node: string;
  readonly role: 'control-plane' | 'worker';
  /** Milliseconds of soak in the plan. */
  readonly soak: number;
  readonly history: NodeHistory;
  readonly logs: LabLogs;
}
