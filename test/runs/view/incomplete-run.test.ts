import { describe, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { runStanding } from '../../../src/page/run-standing.js';
import { runComment, deploymentState } from '../../../src/planning/messages/run-comment.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { advise } from '../../../src/planning/reasons/advise.js';
import { reportOf, runReportMarkdown } from '../../../src/planning/report/run-report.js';
import { storyOfRun } from '../../../src/runs/view/story-of-run.js';
import { aNode, aRunView, after, at, doneNode } from './a-run-view.js';

const skippedBy = 'ada@bench: its disk is replaced on Monday';
const reason = { kind: 'nodes-skipped', nodes: ['k8s-work-2'], target: 'v1.12.6', declared: true } as const;
const clock = { now: after(500), timeZone: 'UTC' };
const view = aRunView({
  outcome: 'incomplete',
  endedAt: at(400),
  reasons: [reason],
  nodes: [
    doneNode('k8s-work-1', 10, 200),
    aNode('k8s-work-2', { state: 'skipped', leftAs: 'untouched', skippedBy }),
  ],
});
const upgradeIt = 'slipway upgrade --only k8s-work-2  # upgrades the skipped node';
const sentence = 'k8s-work-2 was skipped and does not run Talos v1.12.6';

describe('a run that ended incomplete', () => {
  test('is called that by its report, with the skipped node, what it runs, and what to type', () => {
    const story = storyOfRun(view, clock);
    const text = runReportMarkdown(story);
    expect(text).toContain(
      '**Incomplete: a skipped node does not run the target. The cluster is not held.**',
    );
    expect(text).not.toMatch(/Done: every node|slipway release/);
    expect(text).toContain(`- ${sentence}.`);
    expect(text).toContain(upgradeIt);
    expect(text).toContain('- k8s-work-2: skipped, on Talos v1.12.1.');
    expect(reportOf(story).leftBehind).toEqual([{ node: 'k8s-work-2', why: 'skipped', runs: 'v1.12.1' }]);
  });

  test('is called that by its progress view, without a green tick', () => {
    const text = progressView(view, clock.now, { width: 120, colour: false });
    expect(text).toContain(`! run 42 incomplete: ${sentence}`);
    expect(text).toContain(upgradeIt);
    expect(text).not.toMatch(/✓ run 42|slipway release/);
  });

  test('waits for a person on the page', () => {
    expect(runStanding(view, clock)).toMatchObject({
      tone: 'asks',
      title: 'Incomplete',
      points: [{ text: `${sentence}.`, commands: [upgradeIt] }],
    });
  });

  test('is no success in the merged pull request, whose comment says what is left and asks for no revert', () => {
    const ended = {
      cluster: 'prox-ops',
      run: 42,
      at: at(400),
      kind: 'ended',
      outcome: 'incomplete',
      target: 'v1.12.6',
      reasons: [reason],
    } as const;
    expect(deploymentState(ended)).toBe('failure');
    const comment = runComment(ended, undefined, { commit: 'c0ffee' });
    expect(comment).toContain(sentence);
    expect(comment).toContain(upgradeIt);
    expect(comment).not.toMatch(/Revert|released/);
  });
});

test.each<[string, Partial<Extract<Reason, { kind: 'nodes-skipped' }>>, string]>([
  ['of a version on the command line', { declared: false }, 'upgrade --talos v1.12.6 --only k8s-work-2'],
  ['of an overridden strategy', { strategy: 'in-place' }, 'upgrade --strategy in-place --only k8s-work-2'],
  ['several', { nodes: ['k8s-work-2', 'k8s-work-3'] }, 'upgrade --only k8s-work-2 k8s-work-3'],
  ['of a run rollback', { rollsBack: 41 }, 'rollback --run prox-ops/41 --why "…" --only k8s-work-2'],
])('skipped nodes %s are taken with the command that their run came from', (_, more, command) => {
  const [first] = advise({ ...reason, ...more }, { cluster: 'prox-ops', run: 42 });
  expect(first).toMatch(new RegExp(`^slipway ${command}  # `));
});
