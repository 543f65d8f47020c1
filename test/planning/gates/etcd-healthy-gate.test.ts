import { describe, expect, test } from '@jest/globals';
import { etcdHealthyGate } from '../../../src/planning/gates/etcd-healthy-gate.js';
import { aCluster } from '../a-cluster.js';

describe('the gate of etcd', () => {
  test('is open when etcd is healthy', () =>
    expect(etcdHealthyGate(aCluster().observation)).toEqual({
      verdict: 'open',
      note: '3 voters healthy behind ctrl-1, 0 entries apart',
    }));

  test('is closed with the reason of the guard otherwise', () => {
    const cluster = aCluster().withMember('ctrl-2', { errors: ['NOSPACE'] });
    expect(etcdHealthyGate(cluster.observation)).toMatchObject({
      verdict: 'closed',
      reason: { kind: 'etcd-member-unhealthy', node: 'ctrl-2' },
    });
  });
});
