import { Cron } from 'croner';
import { z } from 'zod';
import { duration } from './duration.js';

/** A schedule as cron writes it, of minutes and coarser: `0 22 * * SAT`. */
const schedule = z
  .string()
  .max(100)
  .refine(comesRound, 'a schedule is written as for cron, in five parts that come round: 0 22 * * SAT');

/** A name of the IANA time zone database. */
const zone = z.string().max(64).refine(isZone, 'a time zone is named like Europe/Berlin or UTC');

/** When nodes may be worked on. Left out: always. */
export const Windows = z
  .strictObject({
    /** In which the schedules, and the days of `except`, are read. A window that a clock change falls into lasts as long as it says. */
    zone,
    open: z
      .array(
        z.strictObject({
          /** When it opens. */
          at: schedule,
          /** How long it stays open. */
          lasts: duration('4h'),
        }),
      )
      .min(1)
      .max(20),
    /** Days, 2026-12-24, on which no window opens. */
    except: z.array(z.iso.date('a day is written 2026-12-24')).max(400).default([]),
    /** In the last minutes of a window no node is begun. One that was begun is finished. */
    lastStart: duration('15m'),
  })
  .refine(({ open, lastStart }) => open.every(({ lasts }) => lasts > lastStart), {
    path: ['lastStart'],
    error: 'a window that is no longer than lastStart would let no node begin',
  });
export type Windows = z.infer<typeof Windows>;

function comesRound(text: string): boolean {
  try {
    return new Cron(text, { mode: '5-part', timezone: 'UTC' }).nextRun() !== null;
  } catch {
    return false;
  }
}

function isZone(name: string): boolean {
  // Offsets are taken, too; they know no summer.
  if (/^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
