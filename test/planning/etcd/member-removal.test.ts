import { describe, expect, test } from '@jest/globals';
import { memberRemoval } from '../../../src/planning/etcd/member-removal.js';
import type { EtcdMember, EtcdObservation } from '../../../src/planning/node/observation.js';

/** The dead one is `d`; `well` of the others answer, as voters. */
function etcd(voters: number, well: number, more: readonly EtcdMember[] = []): EtcdObservation {
  const others = Array.from({ length: voters - 1 }, (_, at) => ({
    id: `a${at}`,
    name: `ctrl-${at + 2}`,
    learner: false,
  }));
  const statuses = others.map(({ id, name }, at) =>
    at < well
      ? {
          node: name,
          kind: 'answered' as const,
          value: {
            memberId: `0${id}`,
            leaderId: 'a0',
            raftTerm: 2,
            raftIndex: 100,
            raftAppliedIndex: 100,
            learner: false,
            errors: [],
          },
        }
      : { node: name, kind: 'unreachable' as const, why: 'timeout' },
  );
  const dead = { id: 'd', name: 'ctrl-1', learner: false };
  return { members: [dead, ...others, ...more], statuses, alarms: [] };
}

describe('the member of a machine that is gone', () => {
  test.each<[voters: number, well: number, kind: 'remove' | 'wait']>([
    [3, 2, 'remove'],
    [3, 1, 'wait'],
    [5, 4, 'remove'],
    [5, 3, 'remove'],
    [5, 2, 'wait'],
    [2, 1, 'wait'],
    [1, 0, 'wait'],
  ])('of %d voters with %d others well: %s', (voters, well, kind) =>
    expect(memberRemoval('000d', etcd(voters, well)).kind).toBe(kind),
  );

  test('says how many are well when too few are', () =>
    expect(memberRemoval('d', etcd(3, 1))).toEqual({
      kind: 'wait',
      reason: { kind: 'etcd-quorum-at-risk', healthy: 1, voting: 3, quorum: 2 },
    }));

  test('is gone where no member has its id, though the new one has its name', () => {
    const joined = { id: 'e', name: 'ctrl-1', learner: true };
    const { members, ...rest } = etcd(3, 2, [joined]);
    expect(memberRemoval('d', { ...rest, members: members.slice(1) })).toEqual({ kind: 'gone' });
  });

  test('is removed beside a new learner, which counts nowhere', () => {
    const joined = { id: 'e', name: 'ctrl-1', learner: true };
    expect(memberRemoval('d', etcd(3, 2, [joined])).kind).toBe('remove');
    expect(memberRemoval('d', etcd(3, 1, [joined])).kind).toBe('wait');
  });
});
