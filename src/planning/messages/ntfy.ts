import type { Severity } from './kinds.js';
import { kinds } from './kinds.js';
import type { Notice } from './notice.js';
import { fitLines, fitText, utf8Bytes, type Writing } from './text.js';

/**
 * Payload of ntfy as JSON (https://docs.ntfy.sh/publish/#publish-as-json): no text gets into a header, so none can inject one. The topic is
 * a secret, and is added when the message is sent.
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
 * as long; quotes double in JSON, so they count for more. Titles are shown in one line.
 */
const limits = { title: 250, message: 4096, commands: 1500 } as const;
/** Of 8,192, what is left for the message: the rest is title, tags, address and names. */
const jsonMax = 6144;

const priorities: Readonly<Record<Severity, 3 | 4 | 5>> = { info: 3, warning: 4, critical: 5 };

const asItIs: Writing = { write: (text) => text, size: sizeOf };

/** Two line breaks, each two characters in JSON. */
const blankLine = 4;

/** A rendered message as ntfy shows it: plain text, Markdown off. */
export function ntfyMessage({ kind, title, lines, commands, severity, link }: Notice): NtfyMessage {
  // ntfy shows the tag as an emoji.
  const bare = title.startsWith(`${kinds[kind].sign} `) ? title.slice(kinds[kind].sign.length + 1) : title;
  const typed = commands.length === 0 ? '' : fitLines(commands, limits.commands, asItIs);
  const available = limits.message - (typed === '' ? 0 : sizeOf(typed) + blankLine);
  const prose = fitLines(lines, available, asItIs);
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
