/** The fake GitHub's limits. Tests may lower them. */
export interface GitHubLimits {
  /** Requests an hour, by person or installation: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#primary-rate-limit-for-authenticated-users */
  readonly perHour: number;
  /** Requests an hour without a token, by address (same page). */
  readonly perHourWithoutToken: number;
  /** Requests at the same time (same page, "About secondary rate limits"). */
  readonly atOnce: number;
  /** Points a minute, where reading is 1 and writing is 5 (same page, "Calculating points"). */
  readonly pointsPerMinute: number;
  /** Write requests per minute that people see (same page). */
  readonly writesPerMinute: number;
  /** The same per hour (same page). */
  readonly writesPerHour: number;
  /**
   * How long a webhook waits for its answer, in ms:
   * https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#respond-within-10-seconds
   */
  readonly hookAnswerMs: number;
  /** A larger payload is not sent, in bytes: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
  readonly hookPayloadBytes: number;
}

/** GitHub's own. */
export const GITHUB_LIMITS: GitHubLimits = {
  perHour: 5000,
  perHourWithoutToken: 60,
  atOnce: 100,
  pointsPerMinute: 900,
  writesPerMinute: 80,
  writesPerHour: 500,
  hookAnswerMs: 10_000,
  hookPayloadBytes: 25 * 1024 * 1024,
};
