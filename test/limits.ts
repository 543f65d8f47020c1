/**
 * The only deadlines of tests. They are no measure of anything: each is far beyond what a busy machine needs, and ends
 * a test that would otherwise wait for ever. Milliseconds.
 */
export const limits = {
  /** One test, or one hook. */
  test: 180_000,
  /** One test on a lab, or one hook. What waits in it says more, and sooner. */
  scenario: 1_800_000,
  /** One wait inside a test: shorter than the test, so that the wait says what it waited for. */
  wait: 120_000,
} as const;
