import { describe, expect, test } from '@jest/globals';
import { rollsBackAutomatically, type Halt } from '../../../src/planning/rollback/automatic-rollback.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { everyReason } from '../reasons/every-reason.js';

const node = 'k8s-work-2';
const notReady: Reason = { kind: 'node-not-ready', node, since: '', message: 'no network' };
const ofOther: Reason = { ...notReady, node: 'k8s-work-3' };
const unreachable: Reason = { kind: 'talos-unreachable', node, endpoint: '10.0.0.1', why: 'refused' };
const pods: Reason = { kind: 'pods-in-trouble', pods: ['rook-ceph/osd-1 (Pending)'], count: 1 };
const unmet: Reason = {
  kind: 'talos-not-ready',
  node,
  stage: 'running',
  unmet: ['time: time is not synced'],
};
const goingDown: Reason = { ...unmet, stage: 'rebooting', unmet: [] };
const gaveUp = (reason?: Reason): Reason => ({ kind: 'gave-up', waitedFor: 'it', limit: 1, reason });
const broken = (reason: Reason): Reason => ({ kind: 'soak-broken', node, reason, after: 1 });

describe('a node that halted the run', () => {
  test.each<[string, Halt]>([
    ['is not Ready in time', { failedStep: 'await-ready', reason: gaveUp(notReady) }],
    ['stays not Ready', { failedStep: 'await-ready', reason: everyReason['node-stays-not-ready'] }],
    ['fails its checks again and again', { failedStep: 'verify-node', reason: unmet }],
    [
      'does not come to its end of booting',
      { failedStep: 'verify-node', reason: { ...unmet, stage: 'booting' } },
    ],
    ['lost an extension', { failedStep: 'await-boot', reason: everyReason['extensions-lost'] }],
    ['is made of another schematic', { failedStep: 'await-boot', reason: everyReason['wrong-schematic'] }],
    [
      'was replaced and never joins',
      { failedStep: 'await-boot', reason: everyReason['machine-never-joined'] },
    ],
    [
      'no longer offers its devices',
      { failedStep: 'verify-node', reason: everyReason['device-not-offered'] },
    ],
    ['leaves critical pods unscheduled', { failedStep: 'soak', reason: gaveUp(pods) }],
    ['is back in service, and pods get into trouble', { failedStep: 'soak', reason: broken(pods) }],
    ['is back in service, and gets unwell', { failedStep: 'soak', reason: broken(notReady) }],
  ])('rolls back automatically: it %s', (_what, halt) =>
    expect(rollsBackAutomatically(node, halt)).toBe(true),
  );

  test.each<[string, Halt]>([
    ['booted the old version', { failedStep: 'await-boot', reason: everyReason['back-on-old-version'] }],
    ['never returned', { failedStep: 'await-boot', reason: everyReason['node-never-returned'] }],
    ['may have been sent an install', { failedStep: 'install', reason: everyReason['install-unanswered'] }],
    ['is unreachable for its checks', { failedStep: 'verify-node', reason: unreachable }],
    ['is shutting down, by another user', { failedStep: 'verify-node', reason: goingDown }],
    ['was rebooted by another user during its soak', { failedStep: 'soak', reason: broken(goingDown) }],
    [
      'is well, and Talos on another one is not',
      { failedStep: 'verify-node', reason: { ...unmet, node: 'ctrl-1' } },
    ],
    ['was not ready before its install', { failedStep: 'install', reason: unmet }],
    ['is gone from Kubernetes', { failedStep: 'verify-node', reason: { kind: 'node-missing', node } }],
    ['lost a label', { failedStep: 'verify-node', reason: everyReason['node-changed'] }],
    ['could not be observed', { failedStep: 'await-ready', reason: gaveUp(unreachable) }],
    ['was waited for, without a last observation', { failedStep: 'await-ready', reason: gaveUp() }],
    ['waited for gates before it began', { failedStep: 'await-gates', reason: gaveUp(notReady) }],
    ['is well, and another node is not', { failedStep: 'soak', reason: broken(ofOther) }],
    [
      'was cordoned by a person',
      { failedStep: 'soak', reason: gaveUp({ ...everyReason['node-cordoned'], node }) },
    ],
    ['was aborted', { failedStep: 'await-ready', reason: everyReason.aborted }],
  ])('is for a person to decide about: it %s', (_what, halt) =>
    expect(rollsBackAutomatically(node, halt)).toBe(false),
  );
});
