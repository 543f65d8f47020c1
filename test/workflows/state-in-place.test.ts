import { describe, expect, test } from '@jest/globals';
import { stepOrders, type StepName } from '../../src/planning/steps/node-steps.js';
import type { PlannedNode } from '../../src/planning/plan/plan.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import type { NodeState } from '../../src/planning/report/run-result.js';
import { stateInPlace } from '../../src/workflows/state-in-place.js';
import { everyReason } from '../planning/reasons/every-reason.js';
import { plannedNode } from '../planning/a-planned-node.js';
import { aCluster } from '../planning/a-cluster.js';

const node = plannedNode('work-1', aCluster());
const gaveUp: Reason = { kind: 'gave-up', waitedFor: 'it', limit: 1, reason: undefined };
const refused: Reason = { kind: 'cordon-lost', node: 'work-1', found: 'it is schedulable' };
const unread: Reason = { kind: 'kubernetes-unreachable', endpoints: [], why: 'down' };
const aborted: Reason = { kind: 'aborted', by: 'a cancel' };
const {
  'rollback-refused': talosRefused,
  'rollback-unanswered': unanswered,
  'rollback-not-booted': notBooted,
  'etcd-quorum-at-risk': atRisk,
} = everyReason;

const left = (
  order: 'legacy' | 'lifecycle' | 'rollback-in-place' | 'rollback-run',
  failed: StepName,
  reason: Reason,
  more: Partial<PlannedNode> = {},
): NodeState =>
  stateInPlace({ node: { ...node, ...more, steps: order }, steps: stepOrders[order] }, failed, reason);

describe('the state of a node whose upgrade failed', () => {
  test.each<[StepName, Reason, NodeState]>([
    ['install', gaveUp, 'install-unknown'],
    ['await-boot', everyReason['back-on-old-version'], 'back-on-old'],
    ['await-boot', everyReason['node-never-returned'], 'unreachable'],
    ['await-boot', everyReason['extensions-lost'], 'on-target'],
    ['verify-node', gaveUp, 'on-target'],
  ])('at %s', (failed, reason, state) => expect(left('legacy', failed, reason)).toBe(state));

  test.each<[StepName, Reason, NodeState]>([
    ['reboot', gaveUp, 'armed'],
    ['await-boot', everyReason['reboot-unanswered'], 'armed'],
    ['await-boot', gaveUp, 'rebooting'],
  ])('at %s, with a reboot of its own', (failed, reason, state) =>
    expect(left('lifecycle', failed, reason, { flow: 'lifecycle' })).toBe(state),
  );
});

describe('the state of a node whose rollback by its other slot failed', () => {
  test.each<[StepName, Reason, NodeState]>([
    ['cordon', unread, 'on-target'],
    ['drain', gaveUp, 'on-target'],
    ['record-facts', aborted, 'on-target'],
    ['roll-back', aborted, 'on-target'],
    ['roll-back', refused, 'on-target'],
    ['roll-back', talosRefused, 'on-target'],
    ['roll-back', { ...gaveUp, reason: atRisk }, 'on-target'],
    ['roll-back', everyReason['etcd-alarm'], 'on-target'],
    ['roll-back', { ...gaveUp, reason: everyReason['etcd-learner'] }, 'on-target'],
    ['roll-back', everyReason['single-control-plane'], 'on-target'],
    ['roll-back', unread, 'rebooting'],
    ['roll-back', { ...gaveUp, reason: unread }, 'rebooting'],
    ['roll-back', gaveUp, 'rebooting'],
    ['roll-back', { ...gaveUp, reason: everyReason['talos-unreachable'] }, 'unreachable'],
    ['await-boot', unanswered, 'on-target'],
    ['await-boot', notBooted, 'on-target'],
    ['await-boot', everyReason['node-never-returned'], 'unreachable'],
    ['await-boot', everyReason['wrong-schematic'], 'back-on-old'],
    ['await-boot', everyReason['extensions-lost'], 'back-on-old'],
    ['await-boot', gaveUp, 'rebooting'],
    ['await-ready', gaveUp, 'back-on-old'],
    ['uncordon', gaveUp, 'back-on-old'],
  ])('at %s', (failed, reason, state) =>
    expect(left('rollback-in-place', failed, reason, { back: true })).toBe(state),
  );

  test('that runs the previous version already, and only returns to service', () => {
    const steps = ['cordon', 'await-etcd-member', 'uncordon'] as const;
    expect(stateInPlace({ node: { ...node, back: true }, steps }, 'await-etcd-member', gaveUp)).toBe(
      'back-on-old',
    );
  });

  test.each<['rollback-in-place' | 'rollback-run', StepName, Reason, NodeState]>([
    ['rollback-in-place', 'drain', gaveUp, 'cordoned'],
    ['rollback-in-place', 'roll-back', refused, 'cordoned'],
    ['rollback-run', 'roll-back', unread, 'rebooting'],
    ['rollback-run', 'await-boot', unanswered, 'cordoned'],
    ['rollback-in-place', 'await-boot', notBooted, 'cordoned'],
    ['rollback-run', 'verify-node', gaveUp, 'back-on-old'],
  ])('in the rollback of a whole run, by %s at %s', (order, failed, reason, state) =>
    expect(left(order, failed, reason, { back: 'run' })).toBe(state),
  );
});
