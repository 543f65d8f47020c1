import { describe, expect, test } from '@jest/globals';
import type { Receiver } from '../../../src/inventory/notify.js';
import { isWanted, namedReceivers, wantedKinds } from '../../../src/planning/messages/receivers.js';

const env = { env: 'X', encoding: 'plain' } as const;
const discord: Receiver = { discord: { webhook: env } };
const ntfy: Receiver = { ntfy: { topic: env } };
const channel: Receiver = { slack: { token: env, channel: 'C1' } };
const incoming: Receiver = { slack: { webhook: env } };
const webhook: Receiver = { webhook: { url: env, secret: env } };

const wanted = (receiver: Receiver): string[] => namedReceivers([receiver]).flatMap(wantedKinds);

describe('receivers', () => {
  test('are named by their service, and by their position where it has several', () => {
    const names = namedReceivers([discord, ntfy, discord, channel, incoming, webhook]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['discord', 'ntfy', 'discord 2', 'slack', 'slack 2', 'webhook']);
  });

  test.each<[string, Receiver, boolean]>([
    ['Discord', discord, true],
    ['a channel of Slack', channel, true],
    ['an incoming webhook of Slack, which cannot edit', incoming, false],
    ['an incoming webhook of Slack, even if asked for', { ...incoming, tell: ['board', 'info'] }, false],
    ['ntfy, which rings at each change', ntfy, false],
    ['ntfy, if asked for', { ...ntfy, tell: ['board'] }, true],
    ['a webhook', webhook, false],
    ['Discord, if it wants something else', { ...discord, tell: ['info'] }, false],
  ])('have the status message or not: %s', (_name, receiver, has) => {
    expect(wanted(receiver).includes('board')).toBe(has);
  });

  test('without a list get the whole record', () => {
    expect(wanted(ntfy)).toHaveLength(15);
  });

  test('with a severity get that and anything worse', () => {
    expect(wanted({ ...ntfy, tell: ['critical'] })).toEqual(['rollback-failed']);
    const grave = wanted({ ...ntfy, tell: ['warning'] });
    expect(grave).toEqual(
      expect.arrayContaining(['halt', 'approval', 'waiting', 'rollback', 'rollback-failed']),
    );
    expect(grave).not.toEqual(expect.arrayContaining(['start']));
    expect(grave).not.toContain('node-done');
  });

  test('with event types get those alone', () => {
    expect(wanted({ ...ntfy, tell: ['done', 'start'] })).toEqual(['start', 'done']);
  });

  test('get a test whatever they list', () => {
    const [receiver] = namedReceivers([{ ...ntfy, tell: ['critical'] }]);
    expect(receiver && isWanted(receiver, { kind: 'test' })).toBe(true);
  });
});
