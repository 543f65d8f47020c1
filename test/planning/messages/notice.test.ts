import { describe, expect, test } from '@jest/globals';
import { notifiedKinds } from '../../../src/inventory/notify.js';
import { kinds } from '../../../src/planning/messages/kinds.js';
import { noticeOf } from '../../../src/planning/messages/notice.js';
import { renderMessage } from '../../../src/planning/messages/render.js';
import { everyReason } from '../reasons/every-reason.js';
import { everyMessage, messages } from './every-message.js';

const text = (kind: keyof typeof everyMessage): string => {
  const { title, lines, commands } = noticeOf(everyMessage[kind]);
  return [title, ...lines, ...commands].join('\n');
};

describe('a rendered message', () => {
  test('has a severity, a sign and a moment for every kind that slipway.yaml can name, and for the test', () => {
    expect(Object.keys(kinds).toSorted()).toEqual([...notifiedKinds, 'test'].toSorted());
    expect(new Set(Object.values(kinds).map(({ sign }) => sign)).size).toBe(Object.keys(kinds).length);
  });

  test.each<[keyof typeof everyMessage, readonly string[]]>([
    [
      'start',
      [
        'v1.12.1 → Talos v1.12.6',
        '15 nodes',
        'in place (patch: same minor)',
        'k8s-ctrl-1, k8s-work-1 and 13 more',
        'Estimate: 1h',
        'anna',
        'commit 0123456789ab',
      ],
    ],
    ['node-done', ['k8s-work-2 runs v1.12.6, after 3m12s (5 of 15)', 'v1.12.1 before']],
    [
      'waiting',
      [
        'waits: PodDisruptionBudget postgres/db allows 0',
        'k8s-work-2',
        'Since 2026-11-21 14:27 UTC',
        'at 2026-11-21 14:42 UTC',
        'slipway skip k8s-work-2 prox-ops/42 --why "…"  # go on',
      ],
    ],
    ['reminder', ["waits still, for 2h: a person's approval", 'slipway approve']],
    [
      'approval',
      [
        "a person's approval to Talos v2.0.0",
        'upgrade.approve names major',
        'Plan ffffffffffff: 15 nodes',
        'Nothing was touched',
        '2026-11-22 14:32 UTC',
        'slipway approve prox-ops/42',
      ],
    ],
    ['decided', ['Ada has it retry with k8s-work-2', 'Why: the disk was replaced']],
    ['halt', ['halted at k8s-work-2', 'runs the old version again', 'Ready', 'slipway ']],
    ['rollback', ['rolls back to v1.12.1', 'Failed on v1.12.6: ', 'Status: in progress']],
    ['rolled-back', ['runs v1.12.1 again', 'Failed on v1.12.6: ', 'Status: completed, after 1m30s']],
    [
      'rollback-failed',
      [
        'could not be rolled back to v1.12.1',
        'Status: failed',
        'its old slot',
        'does not answer',
        'needs a person',
      ],
    ],
    [
      'done',
      [
        'run 42 is done: Talos v1.12.6, 14 nodes in 58m20s',
        '14 upgraded, 1 left as they were',
        'Terraform: nothing left',
        'slipway report prox-ops/42',
      ],
    ],
    ['ended', ['ended as halted: the cluster is held', 'It took 15m', '1 halted']],
    ['queued', ['Talos v1.12.7 was merged, and waits', 'run 42', 'anna', 'slipway queue prox-ops']],
    ['superseded', ['v1.12.6 gave way to v1.12.7']],
    [
      'notifier-failing',
      ['ntfy cannot be notified', 'last 3 messages', 'it answered 403', 'slipway notify test'],
    ],
    [
      'board',
      [
        'in place: 4 of 15 nodes, about 31m left',
        '✓ k8s-ctrl-1 v1.12.6 3m12s',
        '● k8s-work-2 drain 47s',
        '○ k8s-work-3',
        'and 12 nodes more',
        'allows 0 disruptions',
      ],
    ],
    ['test', ['prox-ops', 'Somebody on vm']],
  ])('%s says what matters about it', (kind, parts) => {
    for (const part of parts) expect(text(kind)).toContain(part);
  });

  test('is critical only where a node could not be rolled back', () => {
    const grave = messages
      .filter((message) => noticeOf(message).severity === 'critical')
      .map(({ kind }) => kind);
    expect(grave).toEqual(['rollback-failed']);
  });

  test('leaves out commands that lift no hold where nothing is held', () => {
    const refused = noticeOf({ ...everyMessage.ended, outcome: 'refused' });
    expect(refused.title).toContain('nothing was touched');
    expect(refused.commands.join('\n')).not.toContain('slipway release');
  });

  test('names the skipped nodes of an incomplete run, and the command that upgrades them; nothing is held', () => {
    const { still: _, ...ended } = everyMessage.ended;
    const { title, lines, commands, severity } = noticeOf({
      ...ended,
      outcome: 'incomplete',
      reasons: [{ kind: 'nodes-skipped', nodes: ['k8s-work-2'], target: 'v1.12.6', declared: true }],
    });
    expect(title).toContain('run 42 ended incomplete: a skipped node does not run the target');
    expect(lines).toContain('k8s-work-2 was skipped and does not run Talos v1.12.6.');
    expect(commands[0]).toBe('slipway upgrade --only k8s-work-2  # upgrades the skipped node');
    expect(commands.join('\n')).not.toContain('slipway release');
    expect(severity).toBe('warning');
  });

  test('has the line that reverts in git last, however many commands there are', () => {
    const { ended, done } = everyMessage;
    const line = expect.stringMatching(/^git revert 0123456789ab {2}# .*home-ops\/pull\/12$/);
    expect(noticeOf(ended).commands.at(-1)).toEqual(line);
    const reasons = Object.values(everyReason).slice(0, 5);
    expect(noticeOf({ ...ended, reasons }).commands.at(-1)).toEqual(line);
    const { still } = ended;
    expect(noticeOf({ ...done, ...(still ? { still } : {}) }).commands.at(-1)).toEqual(line);
  });

  test('says how to decide while a halted run waits for that, and how to go on once it is over', () => {
    const { until, ...over } = everyMessage.halt;
    expect(until).toBeDefined();
    const [waits, ended] = [noticeOf(everyMessage.halt), noticeOf(over)].map(({ commands }) =>
      commands.join('\n'),
    );
    expect(waits).toMatch(
      /^slipway retry k8s-work-2 prox-ops\/42 .*\nslipway rollback .*\nslipway skip .*\nslipway abort /,
    );
    expect(waits).not.toContain('slipway release');
    expect(ended).toContain('slipway release prox-ops');
  });

  test('names no rollback for a node whose next boot takes the new version all the same', () => {
    const { commands } = noticeOf({ ...everyMessage.halt, state: 'armed' });
    expect(commands.join('\n')).toMatch(/^slipway retry .*\nslipway skip .*\nslipway abort /);
  });

  test('names a few reasons and says how many there are', () => {
    const [reason] = everyMessage.halt.reasons;
    if (!reason) throw new Error('the example has a reason');
    const { lines } = noticeOf({ ...everyMessage.halt, reasons: Array.from({ length: 9 }, () => reason) });
    expect(lines).toContain('And 4 more reasons.');
  });

  test('has links of HTTP alone', () => {
    const link = (address: string): string | undefined =>
      noticeOf({ ...everyMessage.test, link: address }).link;
    expect(link('https://temporal.lan/a|b>c')).toBe('https://temporal.lan/a%7Cb%3Ec');
    expect([link('javascript:alert(1)'), link('no address')]).toEqual([undefined, undefined]);
  });
});

describe('the key of a message', () => {
  test('is the same for the same message, and another one for any other', () => {
    const keys = messages.map((message) => renderMessage(message).key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(messages.map((message) => renderMessage({ ...message }).key)).toEqual(keys);
    const node = everyMessage['node-done'];
    expect(renderMessage({ ...node, node: 'other' }).key).not.toBe(renderMessage(node).key);
    expect(renderMessage({ ...node, part: '2' }).key).not.toBe(renderMessage(node).key);
  });

  test('of a status message changes with each edition, and its thread does not', () => {
    const [one, two] = [everyMessage.board, { ...everyMessage.board, part: '8' }].map(renderMessage);
    expect(one?.key).not.toBe(two?.key);
    expect(one?.thread).toBe(two?.thread);
    expect(one?.thread).not.toBe(renderMessage({ ...everyMessage.board, run: 43 }).thread);
  });

  test('of the record is its thread, too: nothing of it is ever edited', () => {
    for (const message of messages.filter(({ kind }) => kind !== 'board')) {
      const { key, thread, isStatusMessage } = renderMessage(message);
      expect([thread, isStatusMessage]).toEqual([key, false]);
    }
  });
});
