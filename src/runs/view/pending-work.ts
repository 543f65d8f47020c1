import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { Waiting } from '../../workflows/messages.js';
import { decoded, failureFact, isoTime, milliseconds, type FailureFact } from './history-values.js';

export type DescribeResponse = WorkflowExecutionDescription['raw'];
type PendingActivityInfo = NonNullable<DescribeResponse['pendingActivities']>[number];

/** A pending activity as Temporal's server describes it, without a worker. */
export interface PendingActivity {
  readonly id: string;
  /** The activity's type: `drainNode`. */
  readonly name: string;
  /** `queued`: no worker has taken this attempt yet. */
  readonly state: 'queued' | 'running' | 'cancelling' | 'paused';
  /** 1 at first. */
  readonly attempt: number;
  /** What it waits for, by its heartbeat. */
  readonly waiting: Waiting | undefined;
  /** ISO time of the last heartbeat of this attempt, or of its start. */
  readonly heardAt: string | undefined;
  /** Heartbeat timeout in milliseconds, after which Temporal retries on another worker; undefined: it has no heartbeat. */
  readonly heartbeatLimit: number | undefined;
  /** Why the previous attempt failed. */
  readonly lastFailure: FailureFact | undefined;
  /** ISO time of the next attempt, while it waits for one. */
  readonly nextAttemptAt: string | undefined;
  /** The worker that had it last. */
  readonly worker: string;
}

/** A workflow task that no worker has taken, or that fails repeatedly. */
export interface PendingWorkflowTask {
  readonly taken: boolean;
  /** ISO time. */
  readonly since: string;
  readonly attempt: number;
}

/** The pending work of an open execution. */
export interface PendingWork {
  readonly activities: readonly PendingActivity[];
  readonly workflowTask: PendingWorkflowTask | undefined;
}

const activityStates: Readonly<Record<number, PendingActivity['state']>> = {
  1: 'queued',
  2: 'running',
  3: 'cancelling',
  4: 'paused',
  5: 'paused',
};
/** PENDING_WORKFLOW_TASK_STATE_STARTED */
const taskStarted = 2;

/** Reads the answer of `DescribeWorkflowExecution`. */
export function pendingWork(description: DescribeResponse): PendingWork {
  const task = description.pendingWorkflowTask;
  return {
    activities: (description.pendingActivities ?? []).map(pendingActivity),
    workflowTask: task
      ? {
          taken: Number(task.state) === taskStarted,
          since: isoTime(task.originalScheduledTime ?? task.scheduledTime),
          attempt: task.attempt ?? 1,
        }
      : undefined,
  };
}

function pendingActivity(info: PendingActivityInfo): PendingActivity {
  const heardAt = latest(info.lastHeartbeatTime, info.lastStartedTime);
  const heartbeatLimit = milliseconds(info.activityOptions?.heartbeatTimeout);
  return {
    id: info.activityId ?? '',
    name: info.activityType?.name ?? '',
    state: activityStates[info.state ?? 0] ?? 'queued',
    attempt: info.attempt ?? 1,
    waiting: waitingOf(decoded(info.heartbeatDetails?.payloads?.[0])),
    heardAt,
    heartbeatLimit: heartbeatLimit > 0 ? heartbeatLimit : undefined,
    lastFailure: info.lastFailure ? failureFact(info.lastFailure) : undefined,
    nextAttemptAt: info.nextAttemptScheduleTime ? isoTime(info.nextAttemptScheduleTime) : undefined,
    worker: info.lastWorkerIdentity ?? '',
  };
}

function waitingOf(details: unknown): Waiting | undefined {
  const isWaiting =
    typeof details === 'object' &&
    details !== null &&
    'waitingFor' in details &&
    'since' in details &&
    'until' in details;
  return isWaiting ? (details as Waiting) : undefined;
}

function latest(...times: readonly Parameters<typeof isoTime>[0][]): string | undefined {
  const known = times.filter((time) => time !== null && time !== undefined).map(isoTime);
  return known.toSorted().at(-1);
}
