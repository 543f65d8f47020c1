import { describe, expect, test } from '@jest/globals';
import { Poll, type PollFound } from '../../src/starter/poll.js';
import { idOfSight, type PolledGitHost } from '../../src/starter/poll-git-host.js';
import { idOfMove, type PollRecord, type Seen } from '../../src/starter/poll-record.js';
import type { CommentEvent, Delivery, PullRequestEvent } from '../../src/workflows/delivery-messages.js';
import { aRepository } from './a-starter.js';

const dayMs = 86_400_000;
const [zero, one, two] = ['0', '1', '2'].map((digit) => digit.repeat(40)) as [string, string, string];

const pull: PullRequestEvent = {
  kind: 'pull-request',
  action: 'updated',
  number: 12,
  title: 'Update Talos',
  base: { branch: 'main', sha: one },
  head: { repository: 'acme/home-ops', branch: 'renovate/talos', sha: two },
  labels: ['b', 'a'],
  by: 'renovate[bot]',
};
const comment: CommentEvent = {
  kind: 'comment',
  number: 12,
  comment: 99,
  by: 'ada',
  body: '/slipway approve',
};

/** A git host and a Temporal in a few variables: their state, the started deliveries, and whether either is away. */
class World {
  head = one;
  pulls: PullRequestEvent[] | undefined;
  comments: CommentEvent[] | undefined;
  time = Date.parse('2026-11-23T12:00:00.000Z');
  temporalAway = false;
  readonly deliveries: Delivery[] = [];
  readonly seen: Seen[] = [];
  readonly reported: PollFound[] = [];

  /** A poll that has just begun, and remembers nothing automatically. */
  poll(record: Partial<PollRecord> = {}): Poll {
    const repository = aRepository();
    let reportedHead: string | undefined;
    const once =
      <T>(take: () => T | undefined, forget: () => void) =>
      () => {
        const value = take();
        forget();
        return Promise.resolve(value);
      };
    const gitHost: PolledGitHost = {
      head: () => {
        const changed = reportedHead !== this.head;
        reportedHead = this.head;
        return Promise.resolve(changed ? this.head : undefined);
      },
      pullRequests: once(
        () => this.pulls,
        () => (this.pulls = undefined),
      ),
      comments: once(
        () => this.comments,
        () => (this.comments = undefined),
      ),
    };
    return new Poll({
      repository,
      gitHost,
      record: {
        lastSeen: () => Promise.resolve(this.seen.at(-1)),
        keepsMs: () => Promise.resolve(90 * dayMs),
        ...record,
      },
      start: (delivery, seen) => {
        if (this.temporalAway) return Promise.reject(new Error('14 UNAVAILABLE'));
        if (this.deliveries.some(({ id }) => id === delivery.id)) return Promise.resolve('duplicate');
        this.deliveries.push(delivery);
        const at = new Date(this.time);
        if (seen) this.seen.push({ head: seen.head, count: seen.count, id: delivery.id, at });
        return Promise.resolve('accepted');
      },
      tell: (found) => this.reported.push(found),
      now: () => new Date(this.time),
    });
  }

  /** The moves of the branch in the deliveries. */
  moves(): string[] {
    return this.deliveries.flatMap(({ event }) =>
      event.kind === 'push' ? [`${event.before.charAt(0)}→${event.after.charAt(0)}`] : [],
    );
  }
}

describe('a branch that is polled', () => {
  test('has nothing before the first poll', async () => {
    const world = new World();
    await world.poll().once();
    expect(world.deliveries).toMatchObject([
      { via: 'poll', event: { kind: 'push', branch: 'main', before: zero, after: one, forced: false } },
    ]);
  });

  test('starts a delivery when it moves, and only then', async () => {
    const world = new World();
    const poll = world.poll();
    for (const head of [one, one, two, two, two]) {
      world.head = head;
      await poll.once();
    }
    expect(world.moves()).toEqual(['0→1', '1→2']);
  });

  test('starts a delivery though it moved while nobody polled', async () => {
    const world = new World();
    await world.poll().once();
    world.head = two;
    world.time += 3_600_000;
    await world.poll().once();
    expect(world.moves()).toEqual(['0→1', '1→2']);
  });

  test('starts another delivery when it returns to an earlier commit', async () => {
    const world = new World();
    const poll = world.poll();
    for (const head of [one, two, one, two]) {
      world.head = head;
      await poll.once();
    }
    expect(world.moves()).toEqual(['0→1', '1→2', '2→1', '1→2']);
    expect(new Set(world.deliveries.map(({ id }) => id)).size).toBe(4);
  });

  test('starts one delivery where two poll it', async () => {
    const world = new World();
    const [first, second] = [world.poll(), world.poll()];
    for (const head of [one, two]) {
      world.head = head;
      await first.once();
      await second.once();
    }
    expect(world.moves()).toEqual(['0→1', '1→2']);
    expect(world.reported.map(({ verdict }) => verdict)).toEqual(['accepted', 'accepted', 'duplicate']);
  });

  test('starts one delivery where the poll began before its own last delivery was listed', async () => {
    const world = new World();
    await world.poll().once();
    const [listed] = world.seen;
    world.head = two;
    await world.poll().once();
    await world.poll({ lastSeen: () => Promise.resolve(listed) }).once();
    expect(world.moves()).toEqual(['0→1', '1→2']);
  });

  test('starts its delivery later when Temporal is away, though the git host reports it once', async () => {
    const world = new World();
    const poll = world.poll();
    await poll.once();
    world.head = two;
    world.temporalAway = true;
    await expect(poll.once()).rejects.toThrow('UNAVAILABLE');
    await expect(poll.once()).rejects.toThrow('UNAVAILABLE');
    world.temporalAway = false;
    await poll.once();
    expect(world.moves()).toEqual(['0→1', '1→2']);
  });

  test('is recorded again before Temporal deletes the record', async () => {
    const world = new World();
    const poll = world.poll({ keepsMs: () => Promise.resolve(2 * dayMs) });
    for (let hours = 0; hours < 66; hours += 6) {
      await poll.once();
      world.time += 6 * 3_600_000;
    }
    expect(world.moves()).toEqual(['0→1', '1→1', '1→1']);
  });

  test('has ids that Temporal takes, and that no git host makes', () => {
    const id = idOfMove(aRepository(), undefined, one);
    expect(id).toMatch(/^poll-head-[0-9a-f]+-[0-9a-f]+$/);
    expect(idOfMove(aRepository({ branch: 'next' }), undefined, one)).not.toBe(id);
    expect(idOfMove(aRepository({ name: 'acme/other' }), undefined, one)).not.toBe(id);
  });
});

describe('pull requests and comments that are polled', () => {
  test('start one delivery, whoever polls and however often', async () => {
    const world = new World();
    const poll = world.poll();
    for (const each of [poll, poll, world.poll()]) {
      world.pulls = [pull];
      world.comments = [comment];
      await each.once();
    }
    const kinds = world.deliveries.map(({ event }) => event.kind);
    expect(kinds).toEqual(['push', 'pull-request', 'comment']);
    expect(world.reported.filter(({ verdict }) => verdict === 'duplicate')).toHaveLength(2);
  });

  test('start their delivery later when Temporal is away', async () => {
    const world = new World();
    const poll = world.poll();
    await poll.once();
    world.pulls = [pull];
    world.comments = [comment];
    world.temporalAway = true;
    await expect(poll.once()).rejects.toThrow('UNAVAILABLE');
    world.temporalAway = false;
    await poll.once();
    expect(world.deliveries.map(({ event }) => event.kind)).toEqual(['push', 'pull-request', 'comment']);
  });

  test.each<[string, Partial<PullRequestEvent>, boolean]>([
    ['has other commits', { head: { ...pull.head, sha: zero } }, true],
    ['has another label', { labels: ['a'] }, true],
    ['has another title', { title: 'Update Kubernetes' }, true],
    ['goes into another branch', { base: { branch: 'next', sha: one } }, true],
    ['stays while its branch moves on', { base: { branch: 'main', sha: zero } }, false],
    ['lists its labels the other way round', { labels: ['a', 'b'] }, false],
  ])('one that %s', (_, change, isNew) => {
    const repository = aRepository();
    expect(idOfSight(repository, { ...pull, ...change }) !== idOfSight(repository, pull)).toBe(isNew);
  });
});
