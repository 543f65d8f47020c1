import { describe, expect, test } from '@jest/globals';
import { stepOrders, type StepName } from '../../src/planning/steps/node-steps.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import type { NodeState } from '../../src/planning/report/run-result.js';
import { stateOfReplacementBack } from '../../src/workflows/state-replaced.js';
import { everyReason } from '../planning/reasons/every-reason.js';
import { plannedNode } from '../planning/a-planned-node.js';
import { aReplacingCluster } from '../planning/a-replacing-cluster.js';

const node = plannedNode('work-1', aReplacingCluster());
const gaveUp: Reason = { kind: 'gave-up', waitedFor: 'it', limit: 1, reason: undefined };
const refused: Reason = { kind: 'cordon-lost', node: 'work-1', found: 'it is schedulable' };
const aborted: Reason = { kind: 'aborted', by: 'a cancel' };
const unread: Reason = { kind: 'kubernetes-unreachable', endpoints: [], why: 'down' };

function left(
  order: 'rollback-replaced' | 'rollback-resumed',
  failed: StepName,
  reason: Reason = gaveUp,
  continues?: 'gone' | 'waiting',
): NodeState {
  const replacement = {
    address: 'module.x',
    configuration: 'terraform',
    ...(continues ? { continues } : {}),
  } as const;
  return stateOfReplacementBack({ node: { ...node, replacement }, steps: stepOrders[order] }, failed, reason);
}

describe('the state of a node whose rollback by another machine failed', () => {
  test.each<[StepName, Reason, NodeState]>([
    ['templates', gaveUp, 'on-target'],
    ['plan-replacement', gaveUp, 'on-target'],
    ['drain', gaveUp, 'on-target'],
    ['replace-machine', refused, 'on-target'],
    ['replace-machine', aborted, 'on-target'],
    ['replace-machine', everyReason['etcd-behind'], 'on-target'],
    ['replace-machine', { ...gaveUp, reason: everyReason['etcd-member-missing'] }, 'on-target'],
    ['replace-machine', unread, 'replacing'],
    ['replace-machine', gaveUp, 'replacing'],
    ['remove-member', gaveUp, 'not-joined'],
    ['configure-machine', gaveUp, 'not-joined'],
    ['await-boot', gaveUp, 'not-joined'],
    ['await-ready', gaveUp, 'back-on-old'],
    ['verify-node', gaveUp, 'back-on-old'],
  ])('that had joined, at %s', (failed, reason, state) =>
    expect(left('rollback-replaced', failed, reason)).toBe(state),
  );

  test.each<[StepName, Reason, 'gone' | 'waiting', NodeState]>([
    ['templates', gaveUp, 'gone', 'replacing'],
    ['record-facts', gaveUp, 'waiting', 'not-joined'],
    ['continue-machine', refused, 'waiting', 'not-joined'],
    ['continue-machine', gaveUp, 'waiting', 'replacing'],
    ['configure-machine', gaveUp, 'gone', 'not-joined'],
    ['await-etcd-member', gaveUp, 'gone', 'back-on-old'],
  ])('that had not, at %s', (failed, reason, continues, state) =>
    expect(left('rollback-resumed', failed, reason, continues)).toBe(state),
  );
});
