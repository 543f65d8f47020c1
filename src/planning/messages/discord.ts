import type { Notice } from './notice.js';
import type { Severity } from './kinds.js';
import { characters, fitLines, fitText, type Writing } from './text.js';

/**
 * Payload of a Discord webhook (https://docs.discord.com/developers/resources/webhook#execute-webhook): the title as content, where phones
 * show it, the rest as an embed.
 */
export interface DiscordMessage {
  readonly content: string;
  readonly embeds: readonly [
    {
      /** Discord shows a link only on an embed with a title. */
      readonly title?: string;
      readonly url?: string;
      readonly description: string;
      readonly color: number;
      readonly footer: { readonly text: string };
      readonly timestamp: string;
    },
  ];
  /** No text mentions anybody. */
  readonly allowed_mentions: { readonly parse: readonly [] };
}

/**
 * Limits of Discord: 2,000 characters of content, 4,096 of an embed's description, 2,048 of its footer, 6,000 of all embeds together
 * (https://docs.discord.com/developers/resources/message#embed-object-embed-limits).
 */
const limits = { content: 2000, description: 4096, commands: 1200, footer: 200 } as const;

const colours: Readonly<Record<Severity, number>> = { info: 0x3b82f6, warning: 0xf59e0b, critical: 0xdc2626 };

/** Discord counts UTF-16 units or fewer. */
const prose: Writing = { write: discordText, size: characters };
/** In a code block only the fence has a meaning. */
const block: Writing = { write: (text) => text.replaceAll('`', 'ˋ'), size: characters };

/** A rendered message as Discord shows it. */
export function discordMessage({ title, lines, commands, severity, link, at }: Notice): DiscordMessage {
  const typed =
    commands.length === 0 ? '' : `\n\`\`\`\n${fitLines(commands, limits.commands, block)}\n\`\`\``;
  const prosaic = fitLines(lines, limits.description - typed.length, prose);
  return {
    content: `**${fitText(title, limits.content - 4, prose)}**`,
    embeds: [
      {
        ...(link === undefined ? {} : { title: 'Details', url: link }),
        description: `${prosaic}${typed}`.trim(),
        color: colours[severity],
        footer: { text: `Slipway · ${severity}`.slice(0, limits.footer) },
        timestamp: at,
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

/**
 * Text that Discord shows verbatim. A backslash escapes any character but a letter or a digit: Markdown, mentions and channels (`<@1>`,
 * `@everyone`), masked links, timestamps, and the colon that makes an address a link. At the start of a line also lists, headings and
 * quotes.
 */
export function discordText(text: string): string {
  return text
    .replaceAll(/[\\*_~`|<>[\]()@#]/g, (sign) => `\\${sign}`)
    .replaceAll('://', '\\://')
    .replace(/^(\s*)([-+])/, '$1\\$2')
    .replace(/^(\s*\d+)([.])/, '$1\\$2');
}
