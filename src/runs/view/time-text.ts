/** A duration in the progress view: `0m47s`, `3m12s`, `1h02m`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
  return `${minutes}m${twoDigits(seconds % 60)}s`;
}

/** A rough duration for estimates: `about 31 min`, `about 1 h 20 min`, `less than a minute`. */
export function roughText(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `about ${minutes} min`;
  return `about ${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/**
 * A clock time, with the date where it is not today.
 *
 * @param iso the moment.
 * @param now in milliseconds: decides what today is.
 * @param timeZone an IANA name; default the machine's own.
 */
export function clockText(iso: string, now: number, timeZone?: string): string {
  const day = (at: number): string =>
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
  const at = Date.parse(iso);
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'medium' }).format(at);
  return day(at) === day(now) ? time : `${day(at)} ${time}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
