import { sentence } from '../../planning/sentence.js';
import type { PauseTime, RunView } from './run-view.js';
import { clockText, roughText } from './time-text.js';
import type { Clock } from './work-text.js';

/** The wait for a maintenance window that goes on; undefined: none does. */
export function openWindowWait({ windows, outcome, abort }: RunView): PauseTime | undefined {
  const last = windows.at(-1);
  return last && !outcome && !abort && last.endedAt === undefined ? last : undefined;
}

/** That no window is open, and when one opens. */
export function windowText({ until }: PauseTime, { now, timeZone }: Clock): string {
  const opens = clockText(until, now, timeZone);
  const left = Date.parse(until) - now;
  const then =
    left > 0 ? `the next one opens ${opens}, in ${roughText(left)}` : `one should be open since ${opens}`;
  return sentence(`No maintenance window is open, so no node is begun; ${then}`);
}

/** The line that begins nodes all the same, fit to be pasted. */
export function startNowLine({ cluster, run }: Pick<RunView, 'cluster' | 'run'>): string {
  return `slipway start-now ${cluster}/${run} --why "…"  # begin although it is closed; it is kept in the record`;
}
