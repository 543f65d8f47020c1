import { sentence } from '../../planning/text/sentence.js';
import { expiry } from './pause-text.js';
import type { PauseTime, RunView } from './run-view.js';
import { clockText, roughText } from './time-text.js';
import type { Clock } from './work-text.js';

/** The current wait for a maintenance window; undefined: none. */
export function openWindowWait({ windows, outcome, abort }: RunView): PauseTime | undefined {
  const last = windows.at(-1);
  return last && !outcome && !abort && last.endedAt === undefined ? last : undefined;
}

/** Says that no window is open, when the next opens, and what happens to the run without one. */
export function windowText(view: RunView, wait: PauseTime, { now, timeZone }: Clock): string {
  const at = (time: number): string => clockText(new Date(time).toISOString(), now, timeZone);
  const until = Date.parse(wait.until);
  const ends = waitEnds(view, wait);
  const closed = 'No maintenance window is open, so no node is begun';
  // A wait until the limit means that no window opens before it.
  if (ends !== undefined && until > ends - settlingMs)
    return sentence(`${closed}, and none opens by ${at(until)}; ${expiry(view)} then`);
  const left = until - now;
  const then =
    left > 0
      ? `the next one opens ${at(until)}, in ${roughText(left)}`
      : `one should be open since ${at(until)}`;
  const last = ends === undefined ? [] : [`If none has opened by ${at(ends)}, ${expiry(view)}`];
  return [`${closed}; ${then}`, ...last].map(sentence).join(' ');
}

/** Tolerance between two checks of the windows, and between the limit and its timer. Milliseconds. */
const settlingMs = 120_000;

/** When the run ends without a window, in milliseconds; undefined: the run's input cannot be read. */
function waitEnds({ windows, input }: RunView, wait: PauseTime): number | undefined {
  const limit = input?.inventory.limits.window;
  if (limit === undefined) return undefined;
  // If a window did not open after all, another timer continues the wait within the same limit.
  let began = Date.parse(wait.since);
  for (const { since, endedAt } of windows.slice(0, windows.indexOf(wait)).toReversed()) {
    if (endedAt === undefined || began - Date.parse(endedAt) > settlingMs) break;
    began = Date.parse(since);
  }
  return began + limit;
}

/** The command that starts nodes outside of the windows, ready to paste. */
export function startNowLine({ cluster, run }: Pick<RunView, 'cluster' | 'run'>): string {
  return `slipway start-now ${cluster}/${run} --why "…"  # begin although it is closed; it is kept in the record`;
}
