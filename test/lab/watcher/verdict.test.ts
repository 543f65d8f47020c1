import { describe, expect, it } from '@jest/globals';
import { timelineText, verdictText } from '../../../lab/watcher/verdict-text.js';
import { verdictOf } from '../../../lab/watcher/verdict.js';
import { judges } from '../../../lab/watcher/promises/judges.js';
import type { PromiseName } from '../../../lab/watcher/finding.js';
import { judged } from './check-promise.js';
import {
  CLUSTER,
  attempt,
  goodEvidence,
  onlyActivity,
  pendingActivity,
  second,
  secondRun,
  wait,
} from './made-evidence.js';

const pending = pendingActivity();
const unresponsiveActivity = { ...pending, since: second(20) };
delete unresponsiveActivity.shown;

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
    evidence.waits = [31, 32, 33].map((at) => wait(at, { activities: [unresponsiveActivity] }));
    expect(verdictOf(evidence).figures.reasonNotShown).toBe(2);
  });

  it('leaves runs alone that were over before the watch began: they were of another lab', () => {
    const evidence = goodEvidence();
    const snapshot = {
      ...onlyActivity(evidence),
      scheduledAt: second(-590),
      endedAt: second(-580),
      result: { file: 'gone.age' },
    };
    evidence.workflows.unshift({ ...secondRun(-600, -500), activities: [snapshot] });
    evidence.workflows.unshift(attempt('k8s-work-2', -550, { id: `run/${CLUSTER}/2/1/k8s-work-2/1` }));
    const { violations, figures } = verdictOf(evidence);
    expect({ violations, runs: figures.runs }).toEqual({ violations: [], runs: 1 });
  });

  it('complains of what broke, of what was not judged, and of a watch that saw no run', () => {
    expect(verdictOf(goodEvidence()).complaints).toEqual([]);
    const evidence = goodEvidence();
    evidence.connections.push({ at: second(2), front: 'vip', event: 'open' });
    evidence.etcd = evidence.etcd.filter(({ at }) => at < second(11));
    evidence.workflows = evidence.workflows.filter(({ id }) => !id.startsWith('run/'));
    const { complaints } = verdictOf(evidence);
    expect(complaints).toEqual(
      expect.arrayContaining([
        'I16 broken: a connection to the Kubernetes API through the virtual address',
        'I2 not judged: etcd was not seen within 3 s before Upgrade of k8s-ctrl-2',
        'no run was seen: a verdict on nothing says nothing',
      ]),
    );
  });

  it('names the promises that live on a log of which it could not read everything', () => {
    const { ok, unobserved } = verdictOf({ ...goodEvidence(), unreadable: { requests: 0, fronts: 1 } });
    expect(ok).toBe(true);
    expect(unobserved).toEqual([
      expect.objectContaining({ promise: 'I16', what: '1 line of fronts.jsonl could not be read' }),
    ]);
  });

  it('names the promises it cannot judge without a history', () => {
    const { ok, unobserved } = verdictOf({ ...goodEvidence(), historyMissing: 'Temporal did not answer' });
    expect(ok).toBe(true);
    expect(unobserved.map(({ promise }) => promise)).toEqual(['I3', 'I6', 'I7', 'I9', 'I10', 'I13']);
  });
});

describe('the verdict for a person', () => {
  it('says of each promise whether it held, and of a broken one how', () => {
    const evidence = goodEvidence();
    evidence.connections.push({ at: second(2), front: 'vip', event: 'open' });
    const text = verdictText(verdictOf(evidence));
    expect(text).toContain('the watcher saw 1 promise broken');
    expect(text).toMatch(/✓ I1 +one control plane at a time/);
    expect(text).toMatch(
      /✗ I16 .*\n +12:00:02.000 +a connection to the Kubernetes API through the virtual address/,
    );
    expect(text).toContain('installs: k8s-ctrl-2 1, k8s-work-1 1');
  });

  it('has the timeline in the order of time', () => {
    const lines = timelineText(verdictOf(goodEvidence())).trimEnd().split('\n');
    const offsets = lines.map((line) => Number(line.trim().split(' ')[0]));
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    for (const expected of [
      'run begins',
      'slipway cordons',
      'Talos MachineService/Upgrade of',
      'machine install-started',
      'etcd',
      'run ends: done',
    ]) {
      expect(lines.join('\n')).toContain(expected);
    }
  });
});
