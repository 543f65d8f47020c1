import type { Moment } from './moment.js';

/** The status of a workflow execution. */
export type WorkflowStatus =
  | 'running'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'terminated'
  | 'timed-out'
  | 'continued-as-new'
  | 'unknown';

/** One execution of a workflow, from its history. */
export interface WorkflowRecord {
  readonly id: string;
  readonly runId: string;
  readonly type: string;
  readonly startedAt: Moment;
  readonly endedAt?: Moment;
  readonly status: WorkflowStatus;
  readonly input: unknown;
  /** Of a completed one. */
  readonly result?: unknown;
  readonly activities: readonly ActivityRecord[];
  readonly updates: readonly UpdateRecord[];
}

export interface ActivityRecord {
  readonly type: string;
  readonly scheduledAt: Moment;
  /** Milliseconds for all its attempts together; 0: unlimited. */
  readonly limit: number;
  readonly endedAt?: Moment;
  readonly outcome?: 'completed' | 'failed' | 'timed-out' | 'canceled';
  readonly result?: unknown;
}

export interface UpdateRecord {
  readonly name: string;
  readonly acceptedAt: Moment;
  readonly input: unknown;
  readonly result?: unknown;
}

/** Temporal's view of one open run. */
export interface WaitObservation {
  readonly at: Moment;
  readonly run: number;
  /** False: Temporal did not respond. */
  readonly answered: boolean;
  /** A workflow task waits for a worker, in the run or in one of its nodes. */
  readonly workflowTaskWaits: boolean;
  readonly activities: readonly PendingActivity[];
}

export interface PendingActivity {
  readonly workflowId: string;
  readonly type: string;
  readonly state: 'scheduled' | 'started' | 'cancel-requested' | 'other';
  /** When this attempt began, or was scheduled where it has not begun. */
  readonly since: Moment;
  readonly attempt: number;
  /** The heartbeat's sentence, and the begin and end of that wait. */
  readonly shown?: { readonly waitingFor: string; readonly since: Moment; readonly until: Moment };
  readonly lastFailure?: string;
}
