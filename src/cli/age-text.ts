import { span } from '../planning/text/phrases.js';

const dayMs = 86_400_000;
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Formats an age or a remaining time, given in milliseconds: `47s`, `3h05m`, `12 days`. */
export function ageText(milliseconds: number): string {
  if (milliseconds < 2 * dayMs) return span(milliseconds);
  return `${Math.floor(milliseconds / dayMs)} days`;
}

/** A size: `980 bytes`, `1.4 MiB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const number = bytes / 1024 ** power;
  return `${power === 0 ? number : number.toFixed(1)} ${units[power]}`;
}
