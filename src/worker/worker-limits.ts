import type { WorkerOptions } from '@temporalio/worker';

/** Cancels and heartbeats reach an activity at least this often. */
const heartbeatThrottle = '2 seconds';

/** What a worker takes on at once, and how long Temporal waits for it. */
export const workerLimits = {
  /** Waiting activities cost no processor; processes are limited where they start (`run-command`). */
  maxConcurrentActivityTaskExecutions: 500,
  /**
   * Each open poll of a worker that freezes may take one attempt of a step with it, which is missed only after a heartbeat's time. How
   * long a poll stays open is up to Temporal (`serve/temporal-settings.ts`).
   */
  maxConcurrentActivityTaskPolls: 2,
  maxHeartbeatThrottleInterval: heartbeatThrottle,
  defaultHeartbeatThrottleInterval: heartbeatThrottle,
  /** A workflow's next decision waits this long for the worker that knows it, then any other takes it: the first may be dead. */
  stickyQueueScheduleToStartTimeout: '2 seconds',
} as const satisfies Partial<WorkerOptions>;
