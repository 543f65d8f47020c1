/** `47s`, `3m12s`, `1h05m` of milliseconds. */
export function span(milliseconds: number): string {
  if (milliseconds <= 0) return '0s';
  if (Math.round(milliseconds) < 1000) return `${Math.round(milliseconds)}ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${twoDigits(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours}h` : `${hours}h${twoDigits(minutes % 60)}m`;
}

/** `2026-11-21 14:32 UTC` of an ISO time; an invalid time is shown as it is. */
export function moment(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `14:32:05 UTC` of an ISO time, for events of the last minutes; an invalid time is shown as it is. */
export function timeOfDay(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : `${time.toISOString().slice(11, 19)} UTC`;
}

/** `1 node`, `3 nodes`; `plural` for an irregular plural. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** `a, b and c`; beyond `most`, `a, b, c and 4 more`. */
export function listed(items: readonly string[], most = 5): string {
  if (items.length === 0) return 'none';
  if (items.length === 1) return items[0] ?? '';
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Text from elsewhere at the end of a sentence: one line, no full stop of its own. */
export function quoted(text: string): string {
  return (
    text
      .replaceAll(/\s+/g, ' ')
      .trim()
      .replace(/[.!]+$/, '') || 'no reason was given'
  );
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
