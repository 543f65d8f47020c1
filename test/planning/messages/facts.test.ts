import { describe, expect, test } from '@jest/globals';
import {
  approvalMessage,
  statusMessageOf,
  endMessage,
  haltMessage,
  nodeDoneMessage,
  rollbackMessage,
  startMessage,
  withAddresses,
  type Standing,
} from '../../../src/planning/messages/facts.js';
import { noticeOf } from '../../../src/planning/messages/notice.js';
import type { UpgradeRequest } from '../../../src/planning/plan/plan.js';
import type { NodeEnding, RunResult } from '../../../src/planning/report/run-result.js';
import { aCluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aNodeResult } from '../a-run.js';

const about = { cluster: 'prox-ops', run: 42, at: '2026-11-21T14:32:00.000Z' };
const plan = planOf(aCluster({ workers: 20 }).planInput());
const request: UpgradeRequest = {
  schema: 1,
  cluster: 'prox-ops',
  talos: 'v1.12.6',
  declared: true,
  requestedBy: 'anna',
  requestedAt: about.at,
  commit: '0123456789abcdef',
};
const ending = (node: string, change: Partial<NodeEnding> = {}): NodeEnding => aNodeResult(node, 0, change);
const reason = { kind: 'etcd-no-leader' } as const;
const result: RunResult = {
  cluster: 'prox-ops',
  run: 42,
  outcome: 'done',
  reasons: [],
  target: 'v1.12.6',
  declared: true,
  requestedBy: 'anna',
  startedAt: '2026-11-21T14:00:00.000Z',
  endedAt: about.at,
  counts: { done: 23, skipped: 0, undone: 0, halted: 0, notBegun: 0 },
  notDone: [],
};

describe('the facts of a message', () => {
  test('of a start are those of the plan: nodes, strategy, versions, estimate', () => {
    const message = startMessage(plan, request, about);
    expect(message).toMatchObject({
      target: 'v1.12.6',
      from: ['v1.12.1'],
      strategy: 'in-place',
      estimate: plan.estimate,
      by: 'anna',
      hops: 1,
    });
    expect([message.nodes.names.length, message.nodes.more]).toEqual([15, 8]);
    expect(noticeOf(message).title).toContain('v1.12.1 → Talos v1.12.6, 23 nodes');
  });

  test('stay small, however large the plan is', () => {
    expect(JSON.stringify(startMessage(plan, request, about)).length).toBeLessThan(1500);
    const order = Array.from({ length: 2000 }, (_, index) => `node-${index}`);
    const board = statusMessageOf(
      { target: 'v1', stands: 'in place', order, endings: [], current: ['node-1000'] },
      about,
    );
    expect(JSON.stringify(board).length).toBeLessThan(4000);
    expect(board.rows.map(({ node }) => node)).toContain('node-1000');
    expect(board.more).toBe(1970);
  });

  test('of an approval name the plan and what to type', () => {
    const asked = { ...plan, approvals: [{ kind: 'delta', why: 'upgrade.approve names patch' }] } as const;
    const message = approvalMessage(asked, about, '2026-11-22T14:32:00.000Z');
    expect(message).toMatchObject({
      plan: plan.hash,
      why: 'upgrade.approve names patch',
      until: '2026-11-22T14:32:00.000Z',
    });
    expect(message.commands.join('\n')).toContain(
      `slipway approve prox-ops/42 --plan ${plan.hash.slice(0, 12)}`,
    );
  });

  test('of a node are its versions, its time, and how many are done', () => {
    const message = nodeDoneMessage(
      ending('work-1', { endedAt: '2026-11-21T14:03:12.000Z', startedAt: '2026-11-21T14:00:00.000Z' }),
      { place: 5, of: 23 },
      about,
    );
    expect(message).toMatchObject({
      node: 'work-1',
      from: 'v1.12.1',
      to: 'v1.12.6',
      took: 192_000,
      place: 5,
      of: 23,
    });
  });

  test('of a halt are its state and why, and why it could not be rolled back', () => {
    const message = haltMessage(
      ending('work-1', { outcome: 'halted', state: 'back-on-old', reason, undoFailed: reason }),
      'v1.12.6',
      about,
    );
    expect(message).toMatchObject({ node: 'work-1', state: 'back-on-old', reasons: [reason, reason] });
  });

  test('of a halt hold the addresses that its advice needs, and no others', () => {
    const old = {
      kind: 'back-on-old-version',
      node: 'work-1',
      version: 'v1.12.1',
      wanted: 'v1.12.6',
    } as const;
    const halted = ending('work-1', { outcome: 'halted', state: 'back-on-old', reason: old });
    const halt = haltMessage(halted, 'v1.12.6', about);
    const addressed = withAddresses(halt, (node) => `10.0.0.${node.length}`);
    expect(addressed).toEqual({ ...halt, addresses: { 'work-1': '10.0.0.6' } });
    expect(noticeOf(addressed).commands.join('\n')).toContain('talosctl -n 10.0.0.6 -e 10.0.0.6 dmesg');
    expect(noticeOf(halt).commands.join('\n')).toContain('# ADDRESS: that of work-1 in slipway.yaml; ');
    expect(withAddresses(halt, () => undefined)).toEqual(halt);
  });

  test('of a rollback are the check that failed and its status: begun, completed, failed', () => {
    const halted = ending('work-1', { outcome: 'halted', state: 'on-target', reason });
    const way = { node: 'work-1', from: 'v1.12.6', to: 'v1.12.1', check: reason };
    expect(rollbackMessage(halted, undefined, about)).toEqual({ ...about, ...way, kind: 'rollback' });
    const well = ending('work-1', { outcome: 'done', state: 'rolled-back' });
    expect(rollbackMessage(halted, well, about)).toMatchObject({ ...way, kind: 'rolled-back' });
    const broken = ending('work-1', { outcome: 'halted', state: 'unreachable', reason });
    expect(rollbackMessage(halted, broken, about)).toMatchObject({
      ...way,
      kind: 'rollback-failed',
      state: 'unreachable',
      reason,
    });
    const silent = ending('work-1', { outcome: 'halted', state: 'unknown' });
    expect(noticeOf(rollbackMessage(halted, silent, about)).severity).toBe('critical');
  });

  test.each([
    ['done', { kind: 'done', took: 1_920_000, left: 'nothing' }],
    ['halted', { kind: 'ended', outcome: 'halted', took: 1_920_000, counts: { done: 23 } }],
    ['incomplete', { kind: 'ended', outcome: 'incomplete', took: 1_920_000, counts: { done: 23 } }],
    ['refused', { kind: 'ended', outcome: 'refused' }],
    ['nothing-to-do', { kind: 'ended', outcome: 'nothing-to-do' }],
  ] as const)('of the end of a run that is %s', (outcome, expected) => {
    const message = endMessage({ ...result, outcome }, about, 'nothing');
    expect(message).toMatchObject(expected);
    expect('counts' in message).toBe(outcome !== 'refused' && outcome !== 'nothing-to-do');
    const still = { still: { talos: 'v1.12.6', commit: request.commit, came: 'checked-out' } };
    const asked = endMessage({ ...result, outcome }, about, 'nothing', request);
    expect(asked).toEqual({ ...message, ...(outcome === 'halted' ? still : {}) });
  });

  test('of a status message are a row for each node, as they are taken', () => {
    const standing: Standing = {
      target: 'v1.12.6',
      stands: 'in place',
      order: ['a', 'b', 'c', 'd', 'e'],
      endings: [
        ending('a', { startedAt: '2026-11-21T14:00:00.000Z', endedAt: '2026-11-21T14:03:12.000Z' }),
        ending('b', { outcome: 'skipped', state: 'on-target' }),
        ending('c', { outcome: 'halted', state: 'armed' }),
        ending('d', { outcome: 'skipped', skippedBy: 'Ada: disk' }),
      ],
      current: ['c'],
      left: 60_000,
    };
    const board = statusMessageOf(standing, about);
    expect(noticeOf(board).lines).toEqual([
      '✓ a v1.12.6 3m12s',
      '✓ b v1.12.6 (ran it already)',
      '● c',
      '– d',
      '○ e',
    ]);
    expect(noticeOf(board).title).toContain('2 of 5 nodes, about 1m left');
    expect(statusMessageOf({ ...standing, current: [] }, about).rows[2]).toEqual({
      node: 'c',
      sign: 'not-done',
      words: 'armed',
    });
  });
});
