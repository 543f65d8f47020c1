import { reportOf, type RunReport } from '../../planning/report/run-report.js';
import type { RunView } from './run-view.js';
import { storyOfRun } from './story-of-run.js';

/** A report is read elsewhere, by others. */
export const reportTimeZone = 'UTC';

/** The report of a run as a value: what `slipway report --json` prints, and the page gives. `now` in milliseconds. */
export function reportOfView(view: RunView, now: number): RunReport {
  return reportOf(storyOfRun(view, { now, timeZone: reportTimeZone }));
}
