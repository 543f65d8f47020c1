import { describe, expect, test } from '@jest/globals';
import type { DeclaredChange } from '../../../src/planning/merge/declared-change.js';
import { describe as describeReason } from '../../../src/planning/reasons/describe.js';
import { mergeText, overtakenText } from '../../../src/planning/merge/merge-outcome.js';
import type { EnqueueMergeAnswer } from '../../../src/workflows/messages.js';

const upgrade: DeclaredChange = {
  kind: 'upgrade',
  cluster: 'prox-ops',
  what: 'talos',
  talos: { from: 'v1.12.6', to: 'v1.12.7', delta: 'patch' },
  images: [],
  labels: { kind: 'none' },
};
const head = '**prox-ops: Talos v1.12.6 → v1.12.7 (patch).**';
const text = (change: DeclaredChange, answer?: EnqueueMergeAnswer, cancelled?: string): string =>
  mergeText(change, { ...(answer ? { answer } : {}), ...(cancelled ? { cancelled } : {}) }, describeReason);

describe('the outcome of a merge in its pull request', () => {
  test.each<[string, EnqueueMergeAnswer, string]>([
    [
      'a run began',
      { verdict: 'started', run: 7 },
      'Run 7 of prox-ops has begun: `slipway watch prox-ops/7`.',
    ],
    [
      'it waits behind a run, and an older one is not brought',
      {
        verdict: 'waits',
        reason: { kind: 'run-open', cluster: 'prox-ops', run: 6, target: 'v1.12.5' },
        instead: 'v1.12.6',
      },
      'It waits, and begins automatically: run 6 is upgrading prox-ops to Talos v1.12.5, and one run at a time is all a cluster takes. ' +
        'Talos v1.12.6, which waited there, is not brought any more. `slipway queue prox-ops` shows it.',
    ],
    [
      'it waits behind a run to its own version',
      { verdict: 'waits', reason: { kind: 'run-open', cluster: 'prox-ops', run: 6, target: 'v1.12.7' } },
      'It waits, and begins automatically: run 6 is upgrading prox-ops to Talos v1.12.7, and one run at a time is all a cluster takes. ' +
        'Should that run roll back, it waits for a person. `slipway queue prox-ops` shows it.',
    ],
    [
      'it waits behind a rollback',
      {
        verdict: 'waits',
        reason: { kind: 'run-open', cluster: 'prox-ops', run: 6, target: 'v1.12.1', back: true },
      },
      'It waits, and begins automatically: run 6 takes prox-ops back to Talos v1.12.1, and one run at a time is all a cluster takes. ' +
        'Once that run has taken anything back, it waits for a person. `slipway queue prox-ops` shows it.',
    ],
    [
      'its version was rolled back',
      {
        verdict: 'waits',
        reason: {
          kind: 'version-blocked',
          cluster: 'prox-ops',
          talos: 'v1.12.7',
          run: 6,
          since: '2026-11-21T14:32:00.000Z',
          wentBack: 'k8s-work-2',
        },
      },
      'It waits for a person: prox-ops turned back from Talos v1.12.7 at k8s-work-2 in run 6, on 2026-11-21 14:32 UTC, so no merge brings ' +
        'that again automatically. `slipway upgrade` brings it all the same, once nothing else keeps the cluster. `slipway queue prox-ops` shows it.',
    ],
    [
      'it is refused',
      { verdict: 'refused', reason: { kind: 'superseded', target: 'v1.12.8', commit: 'c'.repeat(40) } },
      `It is not begun: a newer merge, ${'c'.repeat(12)}, wants Talos v1.12.8, and nothing was touched yet.`,
    ],
    ['it was submitted before', { verdict: 'known' }, 'It was submitted before.'],
  ])('%s', (_, answer, expected) => {
    expect(text(upgrade, answer)).toBe(`${head}\n\n${expected}`);
  });

  test('a merge without a run says what an operator does', () => {
    const kubernetes = { from: 'v1.35.0', to: 'v1.35.1', delta: 'patch' } as const;
    const { talos: _, ...rest } = upgrade;
    expect(text({ ...rest, what: 'kubernetes', kubernetes })).toMatch(
      /\n\nNothing begins: .*talosctl upgrade-k8s/,
    );
    const versions = { talos: 'v1.12.7', kubernetes: 'v1.35.0' };
    expect(text({ kind: 'mended', cluster: 'prox-ops', versions })).toContain('`slipway upgrade` begins it');
    expect(text({ kind: 'nothing', cluster: 'prox-ops', versions })).not.toContain('\n');
  });

  test('a rollback says what it took with it', () => {
    const talos = { from: 'v1.12.7', to: 'v1.12.6', delta: 'downgrade' } as const;
    expect(text({ kind: 'downgrade', cluster: 'prox-ops', talos }, undefined, 'v1.12.7')).toMatch(
      /rolls back, and no merge takes a cluster to an older version.*\n\nTalos v1\.12\.7, which waited, is not brought any more\.$/,
    );
    expect(overtakenText('v1.12.7')).toContain('Talos v1.12.7 is not brought');
  });

  test('text of others stays text: no Markdown, no end of a block, no mention', () => {
    const mistakes = ['slipway.yaml:1 "```\n<img src=x> @acme/ops"', 'second'];
    const unreadable = text({ kind: 'unreadable', file: 'a_b/**slipway**.yaml', mistakes });
    const [sentence = '', block = ''] = unreadable.split(/\n\n(?=````)/);
    expect(sentence).toMatch(/^\*\*a\\_b\/\\\*\\\*slipway\\\*\\\*\.yaml cannot be used any more/);
    expect(sentence).not.toMatch(/@acme|[^\\]</);
    expect(block).toBe('````text\n' + mistakes.join('\n') + '\n````');
  });
});
