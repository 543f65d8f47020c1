import { Cron } from 'croner';
import { z } from 'zod';
import { duration } from './duration.js';

/** A cron schedule without seconds: `0 22 * * SAT`. */
const schedule = z
  .string()
  .max(100)
  .refine(comesRound, 'a schedule is written as for cron, in five parts that come round: 0 22 * * SAT');

/** A name of the IANA time zone database. */
const zone = z.string().max(64).refine(isZone, 'a time zone is named like Europe/Berlin or UTC');

/** When a run may start nodes. Left out: always. */
export const Windows = z
  .strictObject({
    /** The time zone of the schedules and of `except`. A change to or from summer time does not change the length of a window. */
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
    /** In this last part of a window no node is started. A node that was started is finished. */
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
  // Fixed offsets are rejected, because they ignore summer time.
  if (/^[+-]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format();
    return true;
  } catch {
    return false;
  }
}
