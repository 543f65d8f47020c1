import { describe as group, expect, test } from '@jest/globals';
import type { Inventory } from '../../src/inventory/schema.js';
import { describe } from '../../src/planning/reasons/describe.js';
import type { RunRollback } from '../../src/planning/plan/plan.js';
import type { Hold, NodeEnding, RunResult } from '../../src/planning/report/run-result.js';
import { carriedOver } from '../../src/starter/queue-start.js';
import type { EnqueueInput, EnqueueMerge } from '../../src/workflows/messages.js';
import { QueueState } from '../../src/workflows/queue-state.js';

const cluster = 'prox-ops';
const [old, bad, other] = ['v1.12.1', 'v1.12.6', 'v1.12.7'] as const;
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();

const asked = (talos: string, more: Partial<EnqueueInput['request']> = {}, only: string[] = []) => ({
  request: {
    schema: 1 as const,
    cluster,
    talos,
    declared: true,
    requestedBy: 'ada',
    requestedAt: at(1),
    ...more,
  },
  inventory: {} as Inventory,
  base: '/',
  only,
});
const merged = (talos: string, commit: string): EnqueueMerge => ({
  key: `${talos}@${commit}`,
  input: asked(talos, { commit, origin: { repository: 'acme/home-ops', commit, delivery: commit } }),
});
const back: RunRollback = {
  run: 7,
  why: 'it loses packets',
  target: bad,
  nodes: [{ name: 'k8s-work-2', version: old, schematic: 's', to: bad }],
};
const ending = (node: string, more: Partial<NodeEnding>): NodeEnding => ({
  node,
  outcome: 'undone',
  state: 'rolled-back',
  from: old,
  to: bad,
  attempt: 2,
  startedAt: at(2),
  endedAt: at(3),
  ...more,
});
const result = (outcome: RunResult['outcome'], more: Partial<RunResult> = {}): RunResult => ({
  cluster,
  run: 7,
  outcome,
  reasons: [],
  target: bad,
  declared: true,
  requestedBy: 'ada',
  startedAt: at(1),
  endedAt: at(5),
  counts: { done: 1, skipped: 0, undone: 0, halted: 0, notBegun: 0 },
  notDone: [],
  ...more,
});
const hold = (run: number, minute = 5): Hold => ({ run, since: at(minute), outcome: 'halted', reasons: [] });

/** A queue whose run 7, of a merge, ended with that node. */
const queueAfter = (...notDone: NodeEnding[]): QueueState => {
  const queue = new QueueState({ cluster, lastRun: 6, hold: null });
  queue.enqueueMerge(merged(bad, 'aaa'), at(1));
  queue.ended(hold(7), result('halted', { notDone }));
  return new QueueState(queue.state());
};
const wentBack = (): QueueState => queueAfter(ending('k8s-work-2', {}));
const reason = { kind: 'version-blocked', cluster, talos: bad, run: 7, since: at(5), wentBack: 'k8s-work-2' };
/** Ends the requested run well. */
const brings = (queue: QueueState, input: EnqueueInput, outcome: RunResult['outcome'] = 'done'): void => {
  expect(queue.enqueue(input, at(8)).verdict).toBe('started');
  queue.ended(outcome === 'halted' ? hold(8, 9) : null, result(outcome, { run: 8, endedAt: at(9) }));
};

group('a version from which a node rolled back', () => {
  test('is not brought again by a delivery that comes again, nor by the release', () => {
    const queue = wentBack();
    expect(queue.enqueueMerge({ ...merged(bad, 'aaa') }, at(6))).toEqual({ verdict: 'started', run: 7 });
    expect(queue.open).toBeUndefined();
    expect(queue.release(undefined, at(7))).toEqual({ verdict: 'released', hold: hold(7) });
  });

  test('is not by a change of its image, merged at that version: before the release, or after it', () => {
    const queue = wentBack();
    expect(queue.enqueueMerge(merged(bad, 'bbb'), at(6))).toEqual({ verdict: 'waits', reason });
    expect(queue.memo().waiting).toMatchObject({ target: bad, blockedVersion: { run: 7 } });
    expect(queue.release(undefined, at(7))).toEqual({
      verdict: 'released',
      hold: hold(7),
      stays: { target: bad, reason },
    });
    expect(queue.enqueueMerge(merged(bad, 'ccc'), at(8))).toMatchObject({
      verdict: 'waits',
      reason,
      instead: bad,
    });
    expect(new QueueState(queue.state()).beginWaiting(at(9))).toEqual({ stays: { target: bad, reason } });
    expect(queue.open).toBeUndefined();
  });

  test('is not by what had come to wait behind that run', () => {
    const queue = new QueueState({ cluster, lastRun: 6, hold: null });
    queue.enqueueMerge(merged(bad, 'aaa'), at(1));
    expect(queue.enqueueMerge(merged(bad, 'bbb'), at(2))).toMatchObject({ reason: { kind: 'run-open' } });
    queue.ended(hold(7), result('halted', { notDone: [ending('k8s-work-2', {})] }));
    expect(queue.release(undefined, at(7))).toMatchObject({ stays: { target: bad } });
    expect(queue.open).toBeUndefined();
  });

  test('is not when the freeze is lifted', () => {
    const queue = wentBack();
    queue.freeze({ by: 'ada', why: 'the fair' }, at(6));
    queue.enqueueMerge(merged(bad, 'bbb'), at(6));
    queue.release(undefined, at(7));
    expect(queue.unfreeze(undefined, at(8))).toMatchObject({
      verdict: 'unfrozen',
      stays: { target: bad, reason },
    });
  });

  test('is not after git was reverted and forth', () => {
    const queue = wentBack();
    queue.release(undefined, at(6));
    queue.cancelPending({ talos: old, commit: 'bbb' });
    queue.enqueueMerge(merged(old, 'ccc'), at(7));
    queue.ended(null, result('done', { target: old, endedAt: at(8) }));
    expect(queue.enqueueMerge(merged(bad, 'ddd'), at(9))).toEqual({ verdict: 'waits', reason });
  });

  test('says since when, by which run, and where', () => {
    expect(describe(reason as Parameters<typeof describe>[0])).toBe(
      'prox-ops turned back from Talos v1.12.6 at k8s-work-2 in run 7, on 2026-11-21 12:05 UTC, so no merge brings that again automatically',
    );
  });

  test.each<[string, Partial<NodeEnding>]>([
    [
      'was not well on the old one either',
      { reason: { kind: 'rollback-failed' } as never, outcome: 'halted' },
    ],
    ['rolled back automatically, as Talos does', { state: 'back-on-old', outcome: 'halted' }],
    ['was left out after it', { skippedBy: 'Ada: its disk', state: 'back-on-old', outcome: 'halted' }],
  ])('is one of which a node %s', (_, more) => {
    const queue = queueAfter(ending('k8s-work-2', { state: 'on-target', ...more }));
    expect(queue.enqueueMerge(merged(bad, 'bbb'), at(6))).toMatchObject({
      reason: { kind: 'version-blocked' },
    });
  });

  test('is none where nodes halted otherwise', () => {
    const queue = queueAfter(ending('k8s-work-2', { state: 'unreachable', outcome: 'halted' }));
    expect(queue.enqueueMerge(merged(bad, 'bbb'), at(6))).toMatchObject({ reason: { kind: 'held' } });
    expect(queue.release(undefined, at(7))).toMatchObject({ started: { target: bad } });
  });

  test('is the target as well as the hop in which it was', () => {
    const queue = queueAfter(ending('k8s-work-2', { to: 'v1.12.5' }));
    expect(queue.memo().blockedVersions?.map(({ talos }) => talos)).toEqual(['v1.12.5', bad]);
  });
});

group('what a person brings again', () => {
  test('begins, and is forgotten once it ended well: what was merged at that version goes on then', () => {
    const queue = wentBack();
    queue.enqueueMerge(merged(bad, 'bbb'), at(6));
    queue.release(undefined, at(7));
    expect(queue.enqueue(asked(bad), at(8))).toMatchObject({ verdict: 'started', run: 8 });
    expect(queue.memo().waiting).not.toHaveProperty('blockedVersion');
    queue.ended(null, result('done', { run: 8, endedAt: at(9) }));
    expect(queue.beginWaiting(at(10))).toEqual({ started: { run: 9, target: bad } });
    expect(queue.state()).not.toHaveProperty('blockedVersions');
  });

  test('to one node alone says nothing of the others', () => {
    const queue = wentBack();
    queue.release(undefined, at(7));
    brings(queue, asked(bad, {}, ['k8s-work-1']));
    expect(queue.enqueueMerge(merged(bad, 'bbb'), at(10))).toMatchObject({ reason });
  });

  test.each(['refused', 'halted', 'incomplete'] as const)(
    'is not forgotten where that run ends as %s',
    (outcome) => {
      const queue = wentBack();
      queue.release(undefined, at(7));
      brings(queue, asked(bad), outcome);
      expect(queue.enqueueMerge(merged(bad, 'bbb'), at(10))).toMatchObject({ reason });
    },
  );
});

group('a merge of another version', () => {
  test('begins as ever, and what was rolled back is forgotten once it is there', () => {
    const queue = wentBack();
    expect(queue.enqueueMerge(merged(other, 'bbb'), at(6))).toMatchObject({ reason: { kind: 'held' } });
    expect(queue.release(undefined, at(7))).toMatchObject({ started: { run: 8, target: other } });
    queue.ended(null, result('done', { run: 8, target: other, endedAt: at(9) }));
    expect(queue.state()).not.toHaveProperty('blockedVersions');
  });

  test('that rolls back as well leaves both', () => {
    const queue = wentBack();
    queue.release(undefined, at(6));
    queue.enqueueMerge(merged(other, 'bbb'), at(7));
    queue.ended(hold(8, 9), result('halted', { notDone: [ending('k8s-work-1', { to: other })] }));
    expect(queue.enqueueMerge(merged(bad, 'ccc'), at(10))).toMatchObject({ reason });
    expect(queue.enqueueMerge(merged(other, 'ddd'), at(10))).toMatchObject({
      reason: { run: 8, talos: other },
    });
  });

  test('is not ended before it began by one that does not begin automatically', () => {
    const queue = wentBack();
    queue.release(undefined, at(6));
    queue.enqueue(asked(other), at(7));
    queue.enqueueMerge(merged(bad, 'bbb'), at(8));
    expect(queue.superseded).toBeUndefined();
  });
});

group('a whole run that is rolled back', () => {
  /** Run 7 ended well, the given merges wait, and run 8 rolls run 7 back. */
  const blockedVersions = (outcome: RunResult['outcome'], ...waiting: EnqueueMerge[]): QueueState => {
    const queue = new QueueState({ cluster, lastRun: 6, hold: null });
    queue.enqueueMerge(merged(bad, 'aaa'), at(1));
    queue.ended(null, result('done'));
    queue.enqueue(asked(old, { back }), at(6));
    for (const offer of waiting) queue.enqueueMerge(offer, at(7));
    const counts = { done: outcome === 'refused' ? 0 : 1, skipped: 0, undone: 0, halted: 0, notBegun: 0 };
    queue.ended(null, result(outcome, { run: 8, target: old, endedAt: at(8), counts }));
    return new QueueState(queue.state());
  };
  const whole = { kind: 'version-blocked', cluster, talos: bad, run: 8, since: at(8) };

  test('leaves what waits for that version waiting, though nothing holds the cluster', () => {
    expect(blockedVersions('done', merged(bad, 'bbb')).beginWaiting(at(9))).toEqual({
      stays: { target: bad, reason: whole },
    });
    expect(blockedVersions('done').enqueueMerge(merged(bad, 'bbb'), at(9))).toEqual({
      verdict: 'waits',
      reason: whole,
    });
  });

  test('leaves another version that had been merged by then waiting, and takes what is merged after it', () => {
    const queue = blockedVersions('done', merged(other, 'bbb'));
    expect(queue.beginWaiting(at(9))).toEqual({ stays: { target: other, reason: whole } });
    expect(queue.enqueueMerge(merged('v1.12.8', 'ccc'), at(10))).toMatchObject({ verdict: 'started' });
  });

  test('rolls back nothing where it was refused', () => {
    expect(blockedVersions('refused', merged(other, 'bbb')).beginWaiting(at(9))).toMatchObject({
      started: { target: other },
    });
  });

  test('is remembered where it ended without a result', () => {
    const queue = new QueueState({ cluster, lastRun: 7, hold: null });
    queue.enqueue(asked(old, { back }), at(6));
    queue.ended(hold(8));
    expect(queue.memo().blockedVersions).toEqual([{ talos: bad, run: 8, since: at(5) }]);
  });
});

test('what is remembered is bounded, and outlives a queue that somebody ended', () => {
  const queue = new QueueState({ cluster, lastRun: 0, hold: null });
  for (let patch = 1; patch <= 25; patch += 1) {
    const talos = `v1.12.${patch}`;
    queue.enqueue(asked(talos), at(1));
    queue.ended(hold(patch), result('halted', { notDone: [ending('k8s-work-2', { to: talos })] }));
    queue.release(undefined, at(6));
  }
  const { blockedVersions } = carriedOver(queue.memo(), at(9));
  expect(blockedVersions).toHaveLength(20);
  expect(blockedVersions?.at(-1)).toMatchObject({ talos: 'v1.12.25', run: 25 });
});
