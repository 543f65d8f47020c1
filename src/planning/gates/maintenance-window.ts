import { Cron } from 'croner';
import type { Windows } from '../../inventory/windows.js';

/** How the maintenance windows stand at some time. ISO times. */
export type WindowState =
  /** `until`: nodes are begun no longer than that. */
  | { readonly open: true; readonly until: string }
  /** `opens` undefined: never again, as slipway.yaml stands. */
  | { readonly open: false; readonly opens?: string };

/** More openings than one day excepted after the other would leave out. */
const lookedAtMax = 2_000;

/** Whether a node may be begun at that time, in milliseconds; and when that changes. */
export function windowAt(windows: Windows, now: number): WindowState {
  const ends = windows.open.flatMap((window) => openEnds(windows, window, now));
  if (ends.length > 0) return { open: true, until: new Date(Math.max(...ends)).toISOString() };
  const next = windows.open.flatMap((window) => nextOpening(windows, window, now));
  return next.length > 0
    ? { open: false, opens: new Date(Math.min(...next)).toISOString() }
    : { open: false };
}

type Window = Windows['open'][number];

/** Until when nodes are begun in the openings of that window that have begun and are not over. */
function openEnds(windows: Windows, window: Window, now: number): number[] {
  const begin = window.lasts - windows.lastStart;
  const cron = cronOf(windows, window);
  const ends: number[] = [];
  let start = cron.nextRun(new Date(now - begin));
  for (let looked = 0; start && start.getTime() <= now && looked < lookedAtMax; looked += 1) {
    if (!isExcepted(windows, start)) ends.push(start.getTime() + begin);
    start = cron.nextRun(start);
  }
  return ends;
}

function nextOpening(windows: Windows, window: Window, now: number): number[] {
  if (window.lasts <= windows.lastStart) return [];
  const cron = cronOf(windows, window);
  let start = cron.nextRun(new Date(now));
  for (let looked = 0; start && looked < lookedAtMax; looked += 1) {
    if (!isExcepted(windows, start)) return [start.getTime()];
    start = cron.nextRun(start);
  }
  return [];
}

function cronOf({ zone }: Windows, { at }: Window): Cron {
  return new Cron(at, { mode: '5-part', timezone: zone });
}

function isExcepted({ zone, except }: Windows, start: Date): boolean {
  // Sweden writes days as ISO does.
  return except.includes(
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(start),
  );
}
