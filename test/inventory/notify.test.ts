import { describe, expect, test } from '@jest/globals';
import { mistakeLine, parseInventory } from '../../src/inventory/load.js';
import { changedText, mistakesOf } from './an-inventory.js';

const env = (name: string) => ({ env: name });
const withNotify = (...notify: unknown[]): string => changedText((draft) => draft.setIn(['notify'], notify));
const lines = (text: string): string => mistakesOf(text).map(mistakeLine).join('\n');

describe('receivers of messages', () => {
  test.each([
    ['Discord', { discord: { webhook: env('D') } }],
    ['ntfy.sh by its topic', { ntfy: { topic: env('T') } }],
    [
      'an ntfy server with a token',
      { ntfy: { server: 'http://ntfy.lan:8080', topic: { file: 't' }, token: { file: 'tk' } } },
    ],
    ['ntfy by one address', { ntfy: { webhook: env('NTFY_TOPIC_URL') } }],
    ['ntfy by one address, with a token', { ntfy: { webhook: env('A'), token: env('T') } }],
    ["Slack's incoming webhook", { slack: { webhook: { exec: ['op', 'read', 'x'] } } }],
    ['a channel of Slack', { slack: { token: env('S'), channel: 'C0123456789' } }],
    ['a webhook', { webhook: { url: env('U'), secret: env('S') } }],
    ['a choice of messages', { discord: { webhook: env('D') }, tell: ['warning', 'done', 'board'] }],
  ])('may be %s', (_name, receiver) => {
    expect(lines(withNotify(receiver))).toBe('');
  });

  test.each<[string, unknown, RegExp]>([
    ['no service', { tell: ['halt'] }, /notify\[0\].*one service/s],
    [
      'two services in one',
      { discord: { webhook: env('D') }, ntfy: { topic: env('T') } },
      /notify\[0\].*one service/s,
    ],
    ['ntfy without a topic', { ntfy: { server: 'https://ntfy.sh' } }, /notify\[0\]\.ntfy.*topic/s],
    ['ntfy twice over', { ntfy: { webhook: env('A'), topic: env('T') } }, /notify\[0\]\.ntfy/],
    [
      'a server with credentials',
      { ntfy: { server: 'https://me:hunter2@ntfy.sh', topic: env('T') } },
      /notify\[0\]\.ntfy\.server/,
    ],
    ['a server that is none', { ntfy: { server: 'ftp://ntfy.sh', topic: env('T') } }, /https:\/\/ntfy/],
    ['a token without a channel', { slack: { token: env('S') } }, /notify\[0\]\.slack.*channel/s],
    [
      'a channel with a line end',
      { slack: { token: env('S'), channel: 'a\nb' } },
      /notify\[0\]\.slack\.channel/,
    ],
    ['a webhook that signs nothing', { webhook: { url: env('U') } }, /notify\[0\]\.webhook\.secret.*missing/],
    [
      'a kind that nobody knows',
      { discord: { webhook: env('D') }, tell: ['hault'] },
      /tell\[0\].*rollback-failed/s,
    ],
    ['an empty choice', { discord: { webhook: env('D') }, tell: [] }, /notify\[0\]\.tell/],
    ['a mistyped setting', { discord: { webhok: env('D') } }, /"webhok" is no setting.*webhook/s],
    [
      'an address by value',
      { slack: { webhook: 'https://hooks.slack.com/services/hunter2' } },
      /notify\[0\]\.slack\.webhook/,
    ],
    ['a token by value', { ntfy: { topic: 'hunter2' } }, /notify\[0\]\.ntfy\.topic.*env: NAME/s],
  ])('is not %s, and no secret is quoted', (_name, receiver, words) => {
    const said = lines(withNotify(receiver));
    expect(said).toMatch(words);
    expect(said).not.toContain('hunter2');
  });

  test('are twenty at most', () => {
    const many = Array.from({ length: 21 }, () => ({ discord: { webhook: env('D') } }));
    expect(lines(withNotify(...many))).toMatch(/notify/);
    expect(parseInventory(withNotify(...many.slice(1)), 'slipway.yaml').ok).toBe(true);
  });
});
