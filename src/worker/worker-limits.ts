import type { WorkerOptions } from '@temporalio/worker';

/** Cancels and heartbeats reach an activity at least this often. */
const heartbeatThrottle = '2 seconds';

/** How much a worker takes on at once, and how long Temporal waits for it. */
export const workerLimits = {
  /** Waiting activities cost no CPU; processes are limited where they start (`run-command`). */
  maxConcurrentActivityTaskExecutions: 500,
  /**
   * If a worker freezes, each of its open polls may take one attempt of a step, which is missed only after a heartbeat timeout. Temporal
   * decides how long a poll stays open (`serve/temporal-settings.ts`).
   */
  maxConcurrentActivityTaskPolls: 2,
  maxHeartbeatThrottleInterval: heartbeatThrottle,
  defaultHeartbeatThrottleInterval: heartbeatThrottle,
  /** How long a workflow task waits for the worker that has it cached; then any other takes it, since the first may be dead. */
  stickyQueueScheduleToStartTimeout: '2 seconds',
} as const satisfies Partial<WorkerOptions>;
