import type { Json } from './terraform-json.js';

/** Stands for a value that may not be shown. */
export const hidden = '(sensitive)';

/** Stands for a value that is known after apply only. */
export const knownLater = 'known after apply';

/** Credentials in a URL that no provider marks as sensitive: a password, a token in the place of a name, a signature. */
const keysInUrls: readonly RegExp[] = [
  /(?<=:\/\/[^\s/?#:@]*:)[^\s/?#]+(?=@)/g,
  /(?<=https?:\/\/)[^\s/?#:@]+(?=@)/gi,
  /(?<=[?&][^\s?&=#]*(?:sig|token|key|secret|passw|credential)[^\s?&=#]*=)[^\s&#]+/gi,
];

/** How many characters of a value are shown; a longer value, or one with several lines, may hold anything. */
const longest = 80;

/** A value for people, short: `16`, `vms-ceph`, `none`, `a text of 3412 characters`. */
export function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') {
    if (value === '') return 'empty';
    if (value.length > longest || /[\r\n]/.test(value)) return `a text of ${value.length} characters`;
    return keysInUrls.reduce((text, key) => text.replaceAll(key, hidden), value);
  }
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? listText(value) : blockText(value as Readonly<Record<string, Json>>);
}

/** A line of visible characters: a reader misses nothing in it, as with a tab or a blank at the end. */
const oneLine = /^(?! )[\p{L}\p{M}\p{N}\p{P}\p{S} ]+(?<! )$/u;

/** Output of `shown` in place of a text: a text that reads like it would be ambiguous. */
const wordsOfOurs = new Set(['none', 'empty', 'true', 'false', hidden, knownLater]);

/**
 * Whether `shown` shows the whole value, and shows no other value the same way. Not so for abbreviated texts, and for lists and blocks that
 * are not empty: `shown` gives their number, or a few words.
 */
export function isShownWhole(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'object') return Array.isArray(value) && value.length === 0;
  if (typeof value !== 'string' || value === '') return true;
  return shown(value) === value && oneLine.test(value) && !wordsOfOurs.has(value);
}

function listText(items: readonly Json[]): string {
  if (items.length === 0) return 'none';
  const text = items.every((item) => typeof item !== 'object') ? items.map(shown).join(', ') : '';
  return text === '' || text.length > longest ? `a list of ${items.length}` : text;
}

/** The plain values of a block that identify it, never nested ones. */
function blockText(block: Readonly<Record<string, Json>>): string {
  const words = [
    'interface',
    'datastore_id',
    'size',
    'mapping',
    'device',
    'bridge',
    'vlan_id',
    'mac',
    'vlan',
  ].flatMap((name) => {
    const value = block[name];
    return value === undefined || value === null || value === '' || typeof value === 'object'
      ? []
      : [`${name} ${shown(value)}`];
  });
  return words.length === 0 ? 'a block' : words.join(', ');
}
