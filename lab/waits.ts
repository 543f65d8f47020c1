/**
 * How long tests and the lab wait for something that happens, in milliseconds. None of them says how long it should take: each is far more
 * than a busy machine needs, and ends a wait that would last for ever.
 */
export const waits = {
  /** Anything a scenario waits for. */
  conditionMs: 180_000,
  labStartMs: 180_000,
  labStopMs: 20_000,
  /** Of a worker, or the watcher. */
  programStartMs: 60_000,
  /** The watcher reads all histories before it judges. */
  watcherStopMs: 60_000,
  /** A command of a person. */
  commandMs: 120_000,
} as const;
