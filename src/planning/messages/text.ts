/**
 * Invisible characters: controls, and characters that reverse the text direction, hide in the text or join it. A name from a pull request
 * may hold any of them.
 */
const unseen = /[\p{Cc}\p{Zl}\p{Zp}]/u;
const unseenEverywhere = new RegExp(unseen.source, 'gu');
const hiding = /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;

/** Text from anywhere as one line, without invisible characters. */
export function oneLine(text: string): string {
  return text.replaceAll(hiding, '').replaceAll(unseenEverywhere, ' ').replaceAll(/\s+/g, ' ').trim();
}

/** Like `oneLine`, for what a person may type: runs of blanks stay, since they separate the comment. */
export function commandLine(text: string): string {
  return text.replaceAll(hiding, '').replaceAll(unseenEverywhere, ' ').trimEnd();
}

/** How a service escapes a line, and how it measures what was written. */
export interface Writing {
  /** Escapes text for the service, so that it is shown verbatim. */
  readonly write: (text: string) => string;
  /** How much of its limit the escaped text takes. */
  readonly size: (written: string) => number;
}

export const characters = (written: string): number => written.length;
export const utf8Bytes = (written: string): number => new TextEncoder().encode(written).length;

const cutSign = ' …';
/** Grapheme clusters: an emoji may be several characters. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The longest beginning of a text that fits once it is escaped; never half a character. */
export function fitText(text: string, max: number, { write, size }: Writing): string {
  const whole = write(text);
  if (size(whole) <= max) return whole;
  // Escaped text is never shorter than the text, so no more of it can fit.
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

/** As many lines as fit, and how many more there are; a cut line says so. */
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

/** An address as a link, written so that it cannot end early; undefined where it is not HTTP. */
export function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined;
  const { protocol, href } = new URL(link);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return href.replaceAll(/[|<>"'\\\s]/g, (sign) => encodeURIComponent(sign).replace("'", '%27'));
}
