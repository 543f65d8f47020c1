/**
 * How long tests and the lab wait for something that happens, in milliseconds. None of them says how long it should take: each is far more
 * than a busy machine needs, and ends a wait that would last for ever.
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
  /** A command of a person. */
  commandMs: 300_000,
  /** A run, to its end: longer than all its short limits together, met one after the other. */
  runMs: 900_000,
} as const;
