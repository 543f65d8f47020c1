/**
 * How Temporal's dev server is told what is not its default.
 *
 * A workflow that schedules a step is given it in the same answer, where its worker has room for it: one round trip through the
 * task queue less. Off by default in the servers before 1.32.
 */
export const temporalSettings: readonly string[] = [
  '--dynamic-config-value=system.enableActivityEagerExecution=true',
];
