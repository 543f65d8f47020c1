import type { Notice } from './notice.js';
import { characters, fitLines, fitText, type Writing } from './text.js';

type PlainText = { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };

type Block =
  | {
      readonly type: 'context';
      readonly elements: readonly [{ readonly type: 'mrkdwn'; readonly text: string }];
    }
  | { readonly type: 'header' | 'section'; readonly text: PlainText }
  | {
      readonly type: 'rich_text';
      readonly elements: readonly [
        {
          readonly type: 'rich_text_preformatted';
          readonly elements: readonly [{ readonly type: 'text'; readonly text: string }];
        },
      ];
    };

/**
 * Payload of Slack, for an incoming webhook as for `chat.postMessage`. Text from elsewhere is always of type plain text, in which Slack
 * interprets nothing (https://docs.slack.dev/reference/block-kit/composition-objects/text-object); `text` is what notifications show.
 */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly mrkdwn: false;
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/**
 * Limits of Slack: 150 characters in a header, 3,000 in a section, 50 blocks; `text` is cut at 40,000, and best below 4,000
 * (https://docs.slack.dev/reference/block-kit/blocks/header-block, …/section-block, https://docs.slack.dev/reference/methods/chat.postMessage).
 */
const limits = { header: 150, section: 3000, commands: 2000, text: 3000 } as const;

const asItIs: Writing = { write: (text) => text, size: characters };
const escaped: Writing = { write: slackText, size: characters };

/** A rendered message as Slack shows it. */
export function slackMessage({ title, lines, commands, link }: Notice): SlackMessage {
  const prose = fitLines(lines, limits.section, asItIs);
  const header = fitText(title, limits.header, asItIs);
  // A header has one short line; a longer title is repeated in full below it.
  const whole = header === title ? [] : [section(fitText(title, limits.section, asItIs))];
  return {
    text: fitText(title, limits.text, escaped),
    blocks: [
      { type: 'header', text: plainText(header) },
      ...whole,
      ...(prose === '' ? [] : [section(prose)]),
      ...(commands.length === 0 ? [] : [preformatted(fitLines(commands, limits.commands, asItIs))]),
      ...(link === undefined ? [] : [linked(link)]),
    ],
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

/**
 * Text in which Slack sees no mention, channel or link: these three characters make them
 * (https://docs.slack.dev/messaging/formatting-message-text).
 */
export function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function plainText(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}

function section(text: string): Block {
  return { type: 'section', text: plainText(text) };
}

/** The only interpreted text: an escaped address. */
function linked(link: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: `<${slackText(link)}|Details>` }] };
}

function preformatted(text: string): Block {
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text }] }],
  };
}
