import { describe as group, expect, test } from '@jest/globals';
import type { Inventory } from '../../src/inventory/schema.js';
import type { Hold, RunResult } from '../../src/planning/report/run-result.js';
import type { EnqueueInput, EnqueueMerge } from '../../src/workflows/messages.js';
import { QueueState, type CarriedQueue } from '../../src/workflows/queue-state.js';

const cluster = 'prox-ops';
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();
const hold: Hold = { run: 6, since: at(0), outcome: 'halted', reasons: [{ kind: 'terminated' }] };
const ada = { by: 'ada@ops', why: 'the fair' };

/** The queue's state depends on the request alone. */
const asked = (talos: string, more: Partial<EnqueueInput['request']> = {}): EnqueueInput => ({
  request: {
    schema: 1,
    cluster,
    talos,
    declared: true,
    requestedBy: 'ada',
    requestedAt: at(1),
    ...more,
  },
  inventory: {} as Inventory,
  base: '/',
  only: [],
});
const merged = (talos: string, commit: string, delivery = 'one'): EnqueueMerge => ({
  key: `${talos}@${commit}`,
  input: asked(talos, { commit, origin: originOf(commit, delivery) }),
});
const originOf = (commit: string, delivery = 'one') => ({ repository: 'acme/home-ops', commit, delivery });
const book = (state: Partial<CarriedQueue> = {}): QueueState =>
  new QueueState({ cluster, lastRun: 6, hold: null, ...state });

group('a queue that is asked by a person', () => {
  test('begins a run, and refuses another while it is open', () => {
    const queue = book();
    expect(queue.enqueue(asked('v1.12.6'), at(1))).toEqual({
      verdict: 'started',
      run: 7,
      workflowId: 'run/prox-ops/7',
    });
    expect(queue.enqueue(asked('v1.12.7'), at(2))).toEqual({
      verdict: 'refused',
      reason: { kind: 'run-open', cluster, run: 7, target: 'v1.12.6' },
    });
    expect(queue.open?.input.request.talos).toBe('v1.12.6');
  });

  test('refuses while it is held, but for a rollback', () => {
    expect(book({ hold }).enqueue(asked('v1.12.6'), at(1))).toMatchObject({ reason: { kind: 'held' } });
    const back = { run: 6, why: 'it loses packets', nodes: [], target: 'v1.12.6' };
    expect(book({ hold }).enqueue(asked('v1.12.1', { back }), at(1))).toMatchObject({ run: 7 });
  });

  test.each([
    ['of a shape it does not know', { schema: 2 as never }, 'schema-unknown'],
    ['of ten minutes ago', { requestedAt: at(-10) }, 'request-too-old'],
  ])('refuses a request %s, and numbers nothing', (_, more, kind) => {
    const queue = book();
    expect(queue.enqueue(asked('v1.12.6', more), at(1))).toMatchObject({ reason: { kind } });
    expect(queue.memo()).toEqual({ hold: null, open: null, lastRun: 6 });
  });
});

group('a merge', () => {
  test('begins where nothing is in its way, however late a worker processes it', () => {
    const queue = book();
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(50))).toEqual({ verdict: 'started', run: 7 });
  });

  test('is enqueued once, whoever delivers it again, even after the queue has started over', () => {
    const queue = book();
    queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(1));
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa', 'two'), at(2))).toEqual({ verdict: 'known' });
    queue.ended(hold);
    const next = new QueueState(queue.state());
    expect(next.enqueueMerge(merged('v1.12.6', 'aaa', 'two'), at(3))).toEqual({ verdict: 'known' });
  });

  test('gets the number of its run again, by the delivery that brought it and got no response', () => {
    const queue = book({ hold });
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(1))).toMatchObject({ verdict: 'waits' });
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(2))).toEqual({ verdict: 'known' });
    queue.release(ada, at(3));
    queue.ended(null);
    const next = new QueueState(queue.state());
    expect(next.enqueueMerge(merged('v1.12.6', 'aaa'), at(4))).toEqual({ verdict: 'started', run: 7 });
    expect(next.open).toBeUndefined();
  });

  test('that another one rolled back does not begin', () => {
    const queue = book({ hold });
    queue.enqueueMerge(merged('v1.12.7', 'aaa'), at(1));
    expect(queue.cancelPending({ talos: 'v1.12.7', commit: 'bbb' })).toEqual({});
    expect(queue.cancelPending({ talos: 'v1.12.6', commit: 'bbb', delivery: 'd1' })).toEqual({
      cancelled: { target: 'v1.12.7', origin: originOf('aaa'), delivery: 'd1' },
    });
    expect(queue.cancelPending({ commit: 'ccc' })).toEqual({});
    expect(queue.release(ada, at(2))).toEqual({ verdict: 'released', hold });
    expect(queue.enqueueMerge(merged('v1.12.7', 'aaa', 'two'), at(3))).toEqual({ verdict: 'known' });
  });

  test('that is rolled back ends an open run that came by a merge, if it has touched nothing', () => {
    const back = { talos: 'v1.12.6', commit: 'bbb' };
    const queue = book();
    queue.enqueueMerge(merged('v1.12.7', 'aaa'), at(1));
    expect(queue.undeclared(back)).toEqual({ run: 7, target: 'v1.12.6', commit: 'bbb' });
    expect(queue.undeclared({ talos: 'v1.12.7', commit: 'bbb' })).toBeUndefined();
    const typed = book();
    typed.enqueue(asked('v1.12.7'), at(1));
    expect(typed.undeclared(back)).toBeUndefined();
  });

  test('is taken again as another commit: a person merged it again', () => {
    const queue = book({ taken: [{ key: 'v1.12.6@aaa' }] });
    expect(queue.enqueueMerge(merged('v1.12.6', 'bbb'), at(3))).toEqual({ verdict: 'started', run: 7 });
  });

  test('that waits names the pull request it came by', () => {
    const queue = book({ hold });
    const origin = { ...originOf('bbb'), pullRequest: 12 };
    queue.enqueueMerge({ key: 'v1.12.7@bbb', input: asked('v1.12.7', { origin }) }, at(2));
    expect(queue.memo().waiting).toMatchObject({ repository: 'acme/home-ops', pullRequest: 12 });
  });

  test('waits behind the open run, and begins when the queue starts over', () => {
    const queue = book();
    queue.enqueue(asked('v1.12.6'), at(1));
    expect(queue.enqueueMerge(merged('v1.12.7', 'bbb'), at(2))).toEqual({
      verdict: 'waits',
      reason: { kind: 'run-open', cluster, run: 7, target: 'v1.12.6' },
    });
    const repository = 'acme/home-ops';
    expect(queue.memo().waiting).toEqual({ target: 'v1.12.7', commit: 'bbb', repository, since: at(2) });
    queue.ended(null);
    expect(queue.open).toBeUndefined();
    const next = new QueueState(queue.state());
    expect(next.beginWaiting(at(9))).toEqual({ started: { run: 8, target: 'v1.12.7' } });
    expect(next.memo()).toEqual({
      hold: null,
      lastRun: 8,
      open: { run: 8, target: 'v1.12.7', since: at(9) },
    });
  });

  test('takes the place of an older one that waits', () => {
    const queue = book();
    queue.enqueue(asked('v1.12.6'), at(1));
    queue.enqueueMerge(merged('v1.12.7', 'bbb'), at(2));
    expect(queue.enqueueMerge(merged('v1.12.8', 'ccc'), at(3))).toMatchObject({
      verdict: 'waits',
      instead: 'v1.12.7',
      insteadOf: originOf('bbb'),
    });
    queue.ended(null);
    expect(queue.beginWaiting(at(9))).toEqual({ started: { run: 8, target: 'v1.12.8' } });
    expect(queue.beginWaiting(at(9))).toEqual({});
  });

  test('supersedes an open run to another version, and none to the same', () => {
    const queue = book();
    queue.enqueue(asked('v1.12.6'), at(1));
    expect(queue.superseded).toBeUndefined();
    queue.enqueueMerge(merged('v1.12.6', 'bbb'), at(2));
    expect(queue.superseded).toBeUndefined();
    queue.enqueueMerge(merged('v1.12.7', 'ccc'), at(3));
    expect(queue.superseded).toEqual({ run: 7, target: 'v1.12.7', commit: 'ccc' });
  });

  test('supersedes no rollback: it repairs', () => {
    const queue = book({ hold });
    const back = { run: 6, why: 'it loses packets', nodes: [], target: 'v1.12.6' };
    queue.enqueue(asked('v1.12.1', { back }), at(1));
    queue.enqueueMerge(merged('v1.12.7', 'ccc'), at(2));
    expect(queue.superseded).toBeUndefined();
  });

  test('waits for the release of a held cluster, and begins with it', () => {
    const queue = book({ hold });
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(1))).toMatchObject({
      verdict: 'waits',
      reason: { kind: 'held', run: 6 },
    });
    expect(queue.beginWaiting(at(2))).toEqual({});
    expect(queue.release(ada, at(3))).toEqual({
      verdict: 'released',
      hold,
      started: { run: 7, target: 'v1.12.6' },
    });
  });

  test('waits behind the run of a rollback that repairs a held cluster, and behind its hold', () => {
    const queue = book({ hold });
    queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(1));
    const back = { run: 6, why: 'it loses packets', nodes: [], target: 'v1.12.6' };
    expect(queue.enqueue(asked('v1.12.1', { back }), at(1)).verdict).toBe('started');
    queue.ended({ ...hold, run: 7 });
    expect(new QueueState(queue.state()).beginWaiting(at(2))).toEqual({});
  });

  test('is remembered for as long as a bot could send it again, and no longer', () => {
    const queue = book({ frozen: { ...ada, since: at(0) } });
    for (let n = 0; n <= 200; n += 1) queue.enqueueMerge(merged('v1.12.6', String(n)), at(1));
    expect(queue.state().taken).toHaveLength(200);
    expect(queue.enqueueMerge(merged('v1.12.6', '1', 'two'), at(1)).verdict).toBe('known');
    expect(queue.enqueueMerge(merged('v1.12.6', '0'), at(1)).verdict).toBe('waits');
  });
});

group('a frozen cluster', () => {
  test('begins no run, of a person or by a merge, until it is lifted', () => {
    const queue = book();
    expect(queue.freeze(ada, at(1))).toEqual({
      verdict: 'frozen',
      freeze: { ...ada, since: at(1) },
      open: null,
    });
    const reason = { kind: 'frozen', cluster, ...ada, since: at(1) };
    expect(queue.enqueue(asked('v1.12.6'), at(2))).toEqual({ verdict: 'refused', reason });
    expect(queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(3))).toEqual({ verdict: 'waits', reason });
    expect(new QueueState(queue.state()).beginWaiting(at(4))).toEqual({});
    expect(queue.unfreeze(ada, at(5))).toMatchObject({
      verdict: 'unfrozen',
      started: { run: 7, target: 'v1.12.6' },
    });
  });

  test('says who did it first, and which run goes on', () => {
    const queue = book();
    queue.enqueue(asked('v1.12.6'), at(1));
    expect(queue.freeze(ada, at(2)).open).toBe(7);
    expect(queue.freeze({ by: 'bob@ops', why: 'me too' }, at(3))).toEqual({
      verdict: 'frozen-already',
      freeze: { ...ada, since: at(2) },
      open: 7,
    });
  });

  test('stays held where a rollback only observed: what waits does not begin, and a person releases it', () => {
    const queue = book({ hold });
    queue.enqueueMerge(merged('v1.12.7', 'aaa'), at(1));
    const back = { run: 6, why: 'it loses packets', nodes: [], target: 'v1.12.6' };
    expect(queue.enqueue(asked('v1.12.1', { back }), at(2))).toMatchObject({ verdict: 'started' });
    queue.ended(null, { outcome: 'refused', endedAt: at(3) } as RunResult);
    expect(queue.memo()).toMatchObject({ hold, waiting: { target: 'v1.12.7' } });
    expect(queue.beginWaiting(at(3))).toEqual({});
    expect(queue.release(undefined, at(4))).toMatchObject({ verdict: 'released', hold });
  });

  test('takes a rollback: it repairs', () => {
    const back = { run: 6, why: 'it loses packets', nodes: [], target: 'v1.12.6' };
    const queue = book({ frozen: { ...ada, since: at(0) } });
    expect(queue.enqueue(asked('v1.12.1', { back }), at(1)).verdict).toBe('started');
  });

  test('that is not frozen is not lifted, and one that is not held not released', () => {
    expect(book().unfreeze(ada, at(1))).toEqual({ verdict: 'not-frozen' });
    expect(book().release(ada, at(1))).toEqual({ verdict: 'not-held', open: null });
  });

  test('stays so when its hold is released', () => {
    const queue = book({ hold, frozen: { ...ada, since: at(0) } });
    queue.enqueueMerge(merged('v1.12.6', 'aaa'), at(1));
    expect(queue.release(ada, at(2))).toEqual({ verdict: 'released', hold });
    expect(queue.memo().waiting?.target).toBe('v1.12.6');
  });
});

test('who released and who unfroze stays known, through starting over, until somebody does it again', () => {
  const queue = book({ hold, frozen: { ...ada, since: at(0) } });
  queue.release(ada, at(1));
  queue.unfreeze({ by: 'bob@ops', why: 'the fair is over' }, at(2));
  const lifted = {
    release: { run: 6, ...ada, at: at(1) },
    unfreeze: { by: 'bob@ops', why: 'the fair is over', at: at(2) },
  };
  expect(queue.memo().lifted).toEqual(lifted);
  const later = new QueueState(queue.state());
  expect(later.release(ada, at(3))).toEqual({ verdict: 'not-held', open: null });
  expect(later.memo().lifted).toEqual(lifted);
});

test('a queue carries on what it knows, and nothing more', () => {
  expect(book({ hold }).state()).toEqual({ cluster, lastRun: 6, hold });
  expect(book({ hold }).memo()).toEqual({ hold, open: null, lastRun: 6 });
});
