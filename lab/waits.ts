/**
 * How long tests and the lab wait for a condition, in milliseconds. None is an expected duration: each is far more than a busy machine
 * needs, and ends a wait that would otherwise never end.
 */
export const waits = {
  /** Anything a scenario waits for. */
  conditionMs: 300_000,
  labStartMs: 600_000,
  labStopMs: 60_000,
  /** Of a worker, or the watcher. */
  programStartMs: 300_000,
  /** The watcher reads all histories before it judges. */
  watcherStopMs: 120_000,
  /** A person's command. */
  commandMs: 300_000,
  /** A run, to its end: longer than all its short limits together, reached one after the other. */
  runMs: 900_000,
} as const;
