import { describe, expect, it } from '@jest/globals';
import { mergeMessages } from '../../../src/planning/messages/merges.js';
import type { EnqueueMergeAnswer } from '../../../src/workflows/messages.js';

const about = { cluster: 'prox-ops', at: '2026-11-21T14:32:00.000Z' };
const by = 'ada';
const target = 'v1.12.6';
const reason = { kind: 'run-open', cluster: 'prox-ops', run: 7, target: 'v1.12.5' } as const;
const waits: EnqueueMergeAnswer = { verdict: 'waits', reason };

describe('the notification of a merge says', () => {
  it('that it waits, and for what', () => {
    expect(mergeMessages({ by, target, answer: waits }, about)).toEqual([
      { ...about, part: target, kind: 'queued', target, reason, by },
    ]);
  });

  it('first what gave way to it', () => {
    const answer: EnqueueMergeAnswer = { ...waits, instead: 'v1.12.4' };
    expect(mergeMessages({ by, target, answer }, about)).toMatchObject([
      { kind: 'superseded', target: 'v1.12.4', newer: target },
      { kind: 'queued', target },
    ]);
  });

  it('that it gave way itself before its queue had it', () => {
    const answer: EnqueueMergeAnswer = {
      verdict: 'refused',
      reason: { kind: 'superseded', target: 'v1.12.7' },
    };
    expect(mergeMessages({ by, target, answer }, about)).toMatchObject([
      { kind: 'superseded', target, newer: 'v1.12.7' },
    ]);
  });

  it('that what waited is not declared any more', () => {
    expect(mergeMessages({ by, cancelled: 'v1.12.5' }, about)).toEqual([
      { ...about, part: 'v1.12.5', kind: 'superseded', target: 'v1.12.5', by },
    ]);
  });

  it.each<[string, EnqueueMergeAnswer | undefined]>([
    ['begins: its run sends its own notification', { verdict: 'started', run: 8 }],
    ['was notified before', { verdict: 'known' }],
    ['was refused: whoever merged it reads why at the pull request', { verdict: 'refused', reason }],
    ['was submitted to no queue', undefined],
  ])('nothing where it %s', (_what, answer) => {
    expect(mergeMessages({ by, target, ...(answer ? { answer } : {}) }, about)).toEqual([]);
  });
});
