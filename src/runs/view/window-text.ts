import { sentence } from '../../planning/text/sentence.js';
import { expiry } from './pause-text.js';
import type { PauseTime, RunView } from './run-view.js';
import { clockText, roughText } from './time-text.js';
import type { Clock } from './work-text.js';

/** The wait for a maintenance window that goes on; undefined: none does. */
export function openWindowWait({ windows, outcome, abort }: RunView): PauseTime | undefined {
  const last = windows.at(-1);
  return last && !outcome && !abort && last.endedAt === undefined ? last : undefined;
}

/** That no window is open, when one opens, and what becomes of the run without. */
export function windowText(view: RunView, wait: PauseTime, { now, timeZone }: Clock): string {
  const at = (time: number): string => clockText(new Date(time).toISOString(), now, timeZone);
  const until = Date.parse(wait.until);
  const ends = waitEnds(view, wait);
  const closed = 'No maintenance window is open, so no node is begun';
  // A wait that lasts to its limit is for no window that is known.
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

/** Between two looks at the windows, and between the limit and the timer that ends with it. Milliseconds. */
const settlingMs = 120_000;

/** When the run ends without a window, in milliseconds; undefined: what it was started with cannot be read. */
function waitEnds({ windows, input }: RunView, wait: PauseTime): number | undefined {
  const limit = input?.inventory.limits.window;
  if (limit === undefined) return undefined;
  // A window that did not open after all is waited for by a timer of its own, within the same limit.
  let began = Date.parse(wait.since);
  for (const { since, endedAt } of windows.slice(0, windows.indexOf(wait)).toReversed()) {
    if (endedAt === undefined || began - Date.parse(endedAt) > settlingMs) break;
    began = Date.parse(since);
  }
  return began + limit;
}

/** The line that begins nodes all the same, fit to be pasted. */
export function startNowLine({ cluster, run }: Pick<RunView, 'cluster' | 'run'>): string {
  return `slipway start-now ${cluster}/${run} --why "…"  # begin although it is closed; it is kept in the record`;
}
