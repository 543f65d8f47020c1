/**
 * Signs that have no shape of their own: controls, and those that turn the direction of what follows, hide in it, or join it. A name from
 * a pull request may hold any of them.
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const unseenEverywhere = new RegExp(unseen.source, 'gu');
const hiding = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;

/** Text from anywhere as one line, with nothing in it that cannot be seen. */
export function oneLine(text: string): string {
  return text.replaceAll(hiding, '').replaceAll(unseenEverywhere, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** The same for what a person may type: its blanks stay, for they set the comment apart. */
export function commandLine(text: string): string {
  return text.replaceAll(hiding, '').replaceAll(unseenEverywhere, ' ').trimEnd();
}

/** How a service writes a line, and how it counts what was written. */
export interface Writing {
  /** Makes text harmless for the service: it shows the text, and nothing else. */
  readonly write: (text: string) => string;
  /** How much of its limit the written text takes. */
  readonly size: (written: string) => number;
}

export const characters = (written: string): number => written.length;
export const utf8Bytes = (written: string): number => new TextEncoder().encode(written).length;

const cutSign = ' …';
/** What a person takes for one sign: an emoji may be several characters. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The longest beginning of a text that fits once it is written; never half a character. */
export function fitText(text: string, max: number, { write, size }: Writing): string {
  const whole = write(text);
  if (size(whole) <= max) return whole;
  // What is written is never shorter than the text, so no more of it can fit.
  const parts = Array.from(graphemes.segment(text.slice(0, max)), ({ segment }) => segment);
  let [fits, over] = [0, parts.length];
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (size(write(parts.slice(0, middle).join('')) + cutSign) <= max) fits = middle;
    else over = middle;
  }
  const cut = write(parts.slice(0, fits).join('').trimEnd()) + cutSign;
  return size(cut) <= max ? cut : '';
}

/** As many lines as fit, and how many there are besides; what is cut says so. */
export function fitLines(lines: readonly string[], max: number, writing: Writing): string {
  const { write, size } = writing;
  const all = lines.map(write).join('\n');
  if (size(all) <= max) return all;
  const written: string[] = [];
  for (const [index, line] of lines.entries()) {
    const rest = lines.length - index - 1;
    const room = rest === 0 ? max : max - size(`\n${more(rest)}`);
    if (size([...written, write(line)].join('\n')) > room) {
      if (index > 0) return [...written, more(lines.length - index)].join('\n');
      const begun = fitText(line, room, writing);
      return rest === 0 ? begun : [begun, more(rest)].join('\n');
    }
    written.push(write(line));
  }
  return written.join('\n');
}

function more(count: number): string {
  return `… ${count} more`;
}

/** An address that may be clicked, written so that it cannot end early; undefined where it is none of HTTP. */
export function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { protocol, href } = new URL(link);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return href.replaceAll(/[|<>"'\\\s]/g, (sign) => encodeURIComponent(sign).replace("'", '%27'));
}
