import { describe, expect, it } from '@jest/globals';
import { verdictOf } from '../../../lab/watcher/verdict.js';
import { judges } from '../../../lab/watcher/promises/judges.js';
import type { PromiseName } from '../../../lab/watcher/finding.js';
import { judged } from './check-promise.js';
import { goodEvidence, second, wait, pendingActivity } from './made-evidence.js';

const pending = pendingActivity();
const silentActivity = { ...pending, since: second(20) };
delete silentActivity.shown;

describe('a run that keeps every promise', () => {
  it.each(Object.keys(judges) as PromiseName[])('%s has nothing to say about it', (name) => {
    expect(judged(name, goodEvidence())).toEqual([]);
  });
});

describe('the verdict', () => {
  it('is good about a run that kept every promise, and has its figures', () => {
    const { ok, violations, unobserved, figures } = verdictOf(goodEvidence());
    expect({ ok, violations, unobserved }).toEqual({ ok: true, violations: [], unobserved: [] });
    expect(figures).toMatchObject({
      watched: 70,
      runs: 1,
      installs: { 'k8s-ctrl-1': 0, 'k8s-ctrl-2': 1, 'k8s-work-1': 1 },
      upgradeRequests: { 'k8s-ctrl-2': 1 },
      evictions: 1,
      reasonNotShown: 0,
    });
  });

  it('counts the seconds in which no reason was shown', () => {
    const evidence = goodEvidence();
    evidence.waits = [24, 25, 26].map((at) => wait(at, { activities: [silentActivity] }));
    expect(verdictOf(evidence).figures.reasonNotShown).toBe(2);
  });

  it('names the promises it cannot judge without a history', () => {
    const { ok, unobserved } = verdictOf({ ...goodEvidence(), historyMissing: 'Temporal did not answer' });
    expect(ok).toBe(true);
    expect(unobserved.map(({ promise }) => promise)).toEqual(['I3', 'I6', 'I7', 'I9', 'I10', 'I13']);
  });
});
