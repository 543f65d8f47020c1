import { describe, expect, test } from '@jest/globals';
import { withoutFlood } from '../../src/starter/refusal-flood.js';
import type { WebhookAnswer } from '../../src/starter/webhook-server.js';
import type { StarterEvent } from '../../src/starter/starter.js';
import { starterJson, starterText } from '../../src/starter/starter-texts.js';

const at = new Date('2026-11-23T12:00:00.000Z');
const refused: WebhookAnswer = {
  status: 401,
  verdict: 'refused',
  why: 'it is not signed',
  from: '192.0.2.7',
};

describe('what a starter reports', () => {
  test.each<[StarterEvent, string]>([
    [
      { kind: 'listening', address: '127.0.0.1', port: 8800 },
      'webhooks are heard at http://127.0.0.1:8800/webhooks/github',
    ],
    [{ kind: 'listening', address: '::1', port: 1 }, 'webhooks are heard at http://[::1]:1/webhooks/github'],
    [{ kind: 'polling', repository: 'acme/lab', everyMs: 60_000 }, 'acme/lab is asked every 60 s'],
    [{ kind: 'request', ...refused }, '401 refused from 192.0.2.7: it is not signed'],
    [
      {
        kind: 'request',
        status: 202,
        verdict: 'accepted',
        from: '192.0.2.7',
        delivery: 'd',
        event: 'push',
        repository: 'acme/lab',
      },
      '202 accepted push acme/lab delivery d from 192.0.2.7',
    ],
    [
      { kind: 'found', verdict: 'accepted', repository: 'acme/lab', delivery: 'd', what: 'push to main' },
      'accepted acme/lab push to main (polled, delivery d)',
    ],
    [
      { kind: 'poll-failed', repository: 'acme/lab', why: 'no answer', againMs: 60_000 },
      'acme/lab could not be polled: no answer; asked again in 60 s',
    ],
    [{ kind: 'flood', refused: 12 }, '12 more requests were refused in a minute, and are not listed'],
    [{ kind: 'stopped', why: 'SIGTERM' }, 'stopped (SIGTERM)'],
  ])('%j', (event, expected) => {
    expect(starterText(event, at)).toBe(`2026-11-23T12:00:00.000Z ${expected}`);
    expect(JSON.parse(starterJson(event, at))).toEqual({ at: at.toISOString(), ...event });
  });

  test('is one line, whatever stands in it', () => {
    const event: StarterEvent = { kind: 'request', ...refused, repository: 'a\nb\u001b[2J\u202Ec' };
    expect(starterText(event, at)).toMatch(/^[^\p{Cc}\p{Cf}]+$/u);
    expect(starterJson(event, at)).not.toContain('\n');
  });

  test('is no more than somebody reads, however many come', () => {
    let now = at.getTime();
    const reported: WebhookAnswer[] = [];
    const counts: number[] = [];
    const report = withoutFlood({
      tell: (answer) => reported.push(answer),
      tellCount: (count) => counts.push(count),
      now: () => new Date(now),
    });
    for (let count = 0; count < 1_000; count += 1) report(refused);
    report({ ...refused, verdict: 'accepted', status: 202 });
    expect(reported).toHaveLength(61);
    now += 60_000;
    report(refused);
    expect(counts).toEqual([940]);
    expect(reported).toHaveLength(62);
  });
});
