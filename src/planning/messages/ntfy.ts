import type { Severity } from './kinds.js';
import { kinds } from './kinds.js';
import type { Notice } from './notice.js';
import { fitLines, fitText, utf8Bytes, type Writing } from './text.js';

/**
 * What ntfy is sent as JSON (https://docs.ntfy.sh/publish/#publish-as-json): no text gets into a header, so none can become one. Its topic
 * is a secret, and is added where it is sent.
 */
export interface NtfyMessage {
  readonly title: string;
  readonly message: string;
  readonly priority: 2 | 3 | 4 | 5;
  readonly tags: readonly string[];
  readonly click?: string;
}

/**
 * A message is 4,096 bytes; a longer one becomes an attachment (https://docs.ntfy.sh/publish/#limitations). The JSON around it may be twice
 * as long, so that quotes, which double in it, count for more. Titles are shown in one line.
 */
const limits = { title: 250, message: 4096, commands: 1500 } as const;
/** Of 8,192, what is left for the message: the rest is title, tags, address and names. */
const jsonMax = 6144;

const priorities: Readonly<Record<Severity, 3 | 4 | 5>> = { info: 3, warning: 4, critical: 5 };

const asItIs: Writing = { write: (text) => text, size: sizeOf };

/** Two line ends, each two signs in JSON. */
const blankLine = 4;

/** A notice as ntfy shows it: plain text, Markdown off. */
export function ntfyMessage({ kind, title, lines, commands, severity, link }: Notice): NtfyMessage {
  // The tag is shown as the sign.
  const bare = title.startsWith(`${kinds[kind].sign} `) ? title.slice(kinds[kind].sign.length + 1) : title;
  const typed = commands.length === 0 ? '' : fitLines(commands, limits.commands, asItIs);
  const room = limits.message - (typed === '' ? 0 : sizeOf(typed) + blankLine);
  const prose = fitLines(lines, room, asItIs);
  return {
    title: fitText(bare, limits.title, asItIs),
    message: [prose, typed].filter((part) => part !== '').join('\n\n') || fitText(bare, limits.title, asItIs),
    priority: kind === 'board' ? 2 : priorities[severity],
    tags: [kinds[kind].tag],
    ...(link === undefined ? {} : { click: link }),
  };
}

/** Bytes that a text takes of a message, or its share of the JSON if that is more. */
function sizeOf(text: string): number {
  return Math.max(utf8Bytes(text), Math.ceil((utf8Bytes(JSON.stringify(text)) * limits.message) / jsonMax));
}
