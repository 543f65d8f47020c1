import { describe, expect, test } from '@jest/globals';
import { discordText } from '../../../src/planning/messages/discord.js';
import { renderMessage } from '../../../src/planning/messages/render.js';
import type { SlackMessage } from '../../../src/planning/messages/slack.js';
import { messages, withTexts } from './every-message.js';

/** What a branch, a title or an error may hold. */
const hostile: readonly (readonly [string, string])[] = [
  ['mentions', '@everyone @here <@123> <@&456> <#789> <!channel> <!here|x>'],
  ['links', '[click](https://evil.example) <https://evil.example|safe> https://evil.example'],
  ['Markdown', '**b** _i_ ~~s~~ ||sp|| `c` ```\nblock``` # h\n> q\n- l\n1. n'],
  ['headers', 'a\r\nX-Evil: 1\r\n\r\nbody'],
  ['invisible characters', 'a\u202Eb\u200Bc\u0000d\u001B[31me\u2066f\u{E0041}g'],
  ['quotes', '"\\'.repeat(3000)],
  ['a long word', 'x'.repeat(20_000)],
  ['many lines', 'line\n'.repeat(5000)],
  ['half characters', '🛑'.repeat(3000)],
  ['backslashes', '\\'.repeat(5000)],
  ['nothing', ''],
];
const cases = hostile.flatMap(([name, text]) =>
  messages.map((message) => [name, message.kind, renderMessage(withTexts(message, text))] as const),
);

const wholeCharacters = (text: string): boolean => !/\p{Cs}/u.test(text);
/** Controls except the line end, and characters that hide or reverse the direction. */
const unseen = /(?!\n)\p{Cc}|[\u200B-\u200F\u202A-\u202E\u2066-\u2069\u{E0000}-\u{E007F}]/u;

/** Of the text of a block. */
function lengthOf(block: SlackMessage['blocks'][number] | undefined): number {
  if (block === undefined) return 0;
  if ('text' in block) return block.text.text.length;
  return block.type === 'context' ? block.elements[0].text.length : block.elements[0].elements[0].text.length;
}

describe.each(cases)('%s in %s', (_name, _kind, { discord, ntfy, slack, webhook }) => {
  test('stay within the limits of Discord, mention nobody, and have no markup', () => {
    const [embed] = discord.embeds;
    expect(discord.content.length).toBeLessThanOrEqual(2000);
    expect(embed.description.length).toBeLessThanOrEqual(4096);
    expect(discord.allowed_mentions).toEqual({ parse: [] });
    const [prose = '', block = '', ...rest] = embed.description.split('```');
    expect(rest).toEqual(block === '' ? [] : ['']);
    expect(block).not.toContain('`');
    for (const part of [discord.content.slice(2, -2), prose]) {
      // Each sign that means something stands behind a backslash that is not itself behind one.
      const bare = part.replaceAll(/\\[^0-9A-Za-z\s]/g, '');
      expect(bare).not.toMatch(/[*_~`|<>[\]()@#\\]|:\/\//);
      expect(wholeCharacters(part) && !unseen.test(part)).toBe(true);
    }
  });

  test('stay within the limits of ntfy', () => {
    expect(Buffer.byteLength(ntfy.message)).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(ntfy.title)).toBeLessThanOrEqual(250);
    const body = JSON.stringify({ topic: 't'.repeat(64), sequence_id: `slipway-${'f'.repeat(32)}`, ...ntfy });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(8192);
    expect(ntfy.message).not.toBe('');
    expect([ntfy.title, ntfy.message].every((text) => wholeCharacters(text) && !unseen.test(text))).toBe(
      true,
    );
    expect(ntfy.title).not.toMatch(/[\r\n]/);
  });

  test('stay within the limits of Slack, and stand in plain text', () => {
    expect(slack.text.length).toBeLessThanOrEqual(3000);
    expect(slack.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    expect(slack.blocks.length).toBeLessThanOrEqual(50);
    const shown = slack.blocks.flatMap((block) =>
      'text' in block ? [{ kind: block.text.type, emoji: block.text.emoji, text: block.text.text }] : [],
    );
    for (const { kind, emoji, text } of shown) {
      expect([kind, emoji]).toEqual(['plain_text', false]);
      expect(text).not.toBe('');
      expect(wholeCharacters(text) && !unseen.test(text)).toBe(true);
    }
    expect(slack.blocks.filter(({ type }) => type === 'header')).toHaveLength(1);
    expect(slack.blocks.map(lengthOf).filter((length) => length > 3000)).toEqual([]);
    expect(lengthOf(slack.blocks[0])).toBeLessThanOrEqual(150);
    const marked = slack.blocks.flatMap((block) => (block.type === 'context' ? block.elements : []));
    expect(marked.filter(({ text }) => text !== '<https://temporal.lan/run/42|Details>')).toEqual([]);
  });

  test('stay within what a webhook may hold', () => {
    expect(JSON.stringify(webhook).length).toBeLessThan(256 * 1024);
    expect(webhook.schema).toBe(1);
  });
});

describe('text for Discord', () => {
  test.each([
    ['k8s-work-2 runs v1.12.6', 'k8s-work-2 runs v1.12.6'],
    ['a_b*c', 'a\\_b\\*c'],
    ['- not a list', '\\- not a list'],
    ['1. not a list', '1\\. not a list'],
    ['https://evil.example', 'https\\://evil.example'],
    ['<@123> @everyone', '\\<\\@123\\> \\@everyone'],
    ['\\*', '\\\\\\*'],
  ])('%s is sent as %s', (text, sent) => expect(discordText(text)).toBe(sent));
});
