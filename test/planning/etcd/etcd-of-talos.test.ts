import { describe, expect, test } from '@jest/globals';
import { etcdMoved } from '../../../src/planning/etcd/etcd-of-talos.js';
import type { EtcdMemberStatus } from '../../../src/planning/node/observation.js';

const member = (version?: string, storage?: string): EtcdMemberStatus => ({
  node: 'ctrl',
  kind: 'answered',
  value: {
    memberId: '1',
    leaderId: '1',
    raftTerm: 1,
    raftIndex: 1,
    raftAppliedIndex: 1,
    learner: false,
    errors: [],
    ...(version === undefined ? {} : { version }),
    ...(storage === undefined ? {} : { storage }),
  },
});
const silent: EtcdMemberStatus = { node: 'ctrl', kind: 'unreachable', why: 'down' };
const moved = (from: string, to: string, ...statuses: readonly EtcdMemberStatus[]) =>
  etcdMoved({ statuses }, from, to);

describe('a member of an older etcd', () => {
  test.each<[string, string, string, readonly EtcdMemberStatus[]]>([
    ['both Talos bring the same', 'v1.12.1', 'v1.13.9', []],
    [
      'another member still runs the older one',
      'v1.10.9',
      'v1.11.5',
      [member('3.6.4', '3.5.0'), member('3.5.26')],
    ],
    ['the data still is of the older one', 'v1.10.9', 'v1.11.5', [member('3.6.4', '3.5.0'), silent]],
    ['the data was taken down by etcd’s own downgrade', 'v1.13.9', 'v1.14.0', [member('3.7.1', '3.6.0')]],
  ])('can join where %s', (_what, from, to, statuses) =>
    expect(moved(from, to, ...statuses)).toBeUndefined(),
  );

  test.each<[string, string, string, readonly EtcdMemberStatus[], RegExp]>([
    [
      '3.5 to 3.6',
      'v1.10.9',
      'v1.11.5',
      [member('3.6.4', '3.6.0'), silent],
      /data is of etcd 3\.6, .* brings etcd 3\.5/,
    ],
    [
      '3.6 to 3.7',
      'v1.13.9',
      'v1.14.0',
      [member('3.7.1', '3.7.0')],
      /data is of etcd 3\.7, .* brings etcd 3\.6/,
    ],
    ['no member reports it', 'v1.10.9', 'v1.11.5', [member('3.6.4'), silent], /no member reports/],
    ['an unknown Talos', 'v1.8.0', 'v1.9.0', [member('3.5.16')], /not known/],
  ])('cannot, once the data has moved: %s', (_what, from, to, statuses, why) =>
    expect(moved(from, to, ...statuses)).toMatch(why),
  );
});
