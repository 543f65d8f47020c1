import type { Moment } from './moment.js';

/** How an execution of a workflow ended, or that it has not. */
export type WorkflowStatus =
  | 'running'
  | 'completed'
  | 'failed'
  | 'canceled'
  | 'terminated'
  | 'timed-out'
  | 'continued-as-new'
  | 'unknown';

/** One execution of a workflow, read out of its history. */
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
  /** Milliseconds all its attempts may take together; 0: no end. */
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

/** What Temporal showed of one open run, when it was asked. */
export interface WaitSighting {
  readonly at: Moment;
  readonly run: number;
  /** False: Temporal did not answer. */
  readonly answered: boolean;
  /** A workflow task waits for a worker, in the run or in one of its nodes. */
  readonly workflowTaskWaits: boolean;
  readonly activities: readonly PendingActivity[];
}

export interface PendingActivity {
  readonly workflowId: string;
  readonly type: string;
  readonly state: 'scheduled' | 'started' | 'cancel-requested' | 'other';
  /** When this attempt began, or was scheduled where it did not begin yet. */
  readonly since: Moment;
  readonly attempt: number;
  /** The heartbeat's sentence, and when that wait began and ends. */
  readonly shown?: { readonly waitingFor: string; readonly since: Moment; readonly until: Moment };
  readonly lastFailure?: string;
}
