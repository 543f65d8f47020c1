import { Cron } from 'croner';
import type { Windows } from '../../inventory/windows.js';

/** Whether the maintenance windows are open at some time. ISO times. */
export type WindowState =
  /** `until`: no node starts after that. */
  | { readonly open: true; readonly until: string }
  /** `opens` undefined: never again, with this slipway.yaml. */
  | { readonly open: false; readonly opens?: string };

/** More openings than a list of consecutive excepted days would leave out. */
const lookedAtMax = 2_000;

/** Whether a node may start at that time, in milliseconds; and when that changes. */
export function windowAt(windows: Windows, now: number): WindowState {
  const ends = windows.open.flatMap((window) => openEnds(windows, window, now));
  if (ends.length > 0) return { open: true, until: new Date(Math.max(...ends)).toISOString() };
  const next = windows.open.flatMap((window) => nextOpening(windows, window, now));
  return next.length > 0
    ? { open: false, opens: new Date(Math.min(...next)).toISOString() }
    : { open: false };
}

type Window = Windows['open'][number];

/** Until when nodes may start, over the current openings of that window. */
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
  // The Swedish locale writes days as ISO does.
  return except.includes(
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(start),
  );
}
