import { reportOf, type RunReport } from '../../planning/report/run-report.js';
import type { RunView } from './run-view.js';
import { storyOfRun } from './story-of-run.js';

/** UTC, because people in other time zones read reports. */
export const reportTimeZone = 'UTC';

/** The report of a run as a value, for `slipway report --json` and the page. `now` in milliseconds. */
export function reportOfView(view: RunView, now: number): RunReport {
  return reportOf(storyOfRun(view, { now, timeZone: reportTimeZone }));
}
