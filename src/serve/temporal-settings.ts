/**
 * Temporal's dynamic configuration, where it differs from the defaults. `docker-compose.yml` repeats it.
 *
 * `enableActivityEagerExecution`: a worker with a free slot gets the activity that its workflow schedules in the same response. That
 * saves one round trip through the task queue. Off by default in servers before 1.32.
 *
 * `longPollExpirationInterval`: how long a worker's poll stays open. A frozen worker gets tasks for as long as its last polls are open:
 * a minute by default. It has to be shorter than the heartbeat timeout of an activity less the time between two heartbeats
 * (`workflows/activity-options.ts`, `worker/worker-limits.ts`), so that the next attempt finds no poll of a frozen worker (decision 7).
 */
export const temporalSettings: readonly string[] = [
  '--dynamic-config-value=system.enableActivityEagerExecution=true',
  '--dynamic-config-value=matching.longPollExpirationInterval="3s"',
];
