import { describe, expect, test } from '@jest/globals';
import { progressView } from '../../../src/cli/progress/progress-text.js';
import { decisionRefusal } from '../../../src/workflows/decision-refusals.js';
import { describe as sentenceOf } from '../../../src/planning/reasons/describe.js';
import type { Decision } from '../../../src/planning/report/run-result.js';
import { runStanding } from '../../../src/page/run-standing.js';
import { runChanges } from '../../../src/runs/view/run-changes.js';
import type { RunView } from '../../../src/runs/view/run-view.js';
import { waitAdvice } from '../../../src/runs/view/wait-advice.js';
import { troubles } from '../../../src/runs/view/work-text.js';
import { aRunView, after, at, runningNode } from './a-run-view.js';

const reason = {
  kind: 'drain-blocked',
  node: 'k8s-work-2',
  pod: 'postgres/db-0',
  owner: 'StatefulSet/db',
  budget: 'postgres/db',
  allowed: 0,
  healthy: 1,
  desired: 1,
  attempts: 1,
} as const;
const waiting = { waitingFor: sentenceOf(reason), since: at(100), until: at(400), reason };
const node = runningNode('k8s-work-2', 90, 'drain', 100, { waiting });
const view = aRunView({ nodes: [node] });
const clock = (seconds: number) => ({ now: after(seconds), timeZone: 'UTC' });
const skip =
  'slipway skip k8s-work-2 prox-ops/42 --why "…"  # undoes this node and goes on without it; the run ends incomplete';
const typed = [
  'kubectl describe pod -n postgres db-0  # the pod that stays',
  'kubectl get pdb -n postgres db  # the budget that keeps it',
  'kubectl scale -n postgres statefulset/db --replicas=2  # one more than must stay',
  skip,
];

describe('a drain that a PodDisruptionBudget blocks', () => {
  test('says what to type: to find the cause, to end the wait, to skip the node', () => {
    expect(waitAdvice(node, view, clock(160))).toEqual(typed);
    expect(decisionRefusal('skip', { kind: 'under-way' }, node.name)).toBeUndefined();
  });

  test('says so in the progress view, on the page and in watch', () => {
    const progress = progressView(view, clock(160).now, { width: 120, colour: false, timeZone: 'UTC' });
    expect(progress).toContain('PodDisruptionBudget postgres/db allows 0 disruptions');
    expect(progress).toContain('Until 12:06:40.');
    for (const line of typed) expect(progress).toContain(line);
    expect(runStanding(view, clock(160)).points[0]).toMatchObject({ about: 'k8s-work-2', commands: typed });
    const changes = runChanges(undefined, { view, clock: clock(160) });
    expect(changes.find(({ kind }) => kind === 'waiting')).toMatchObject({ advice: typed });
  });

  test('of a few seconds has no advice yet', () => {
    expect(waitAdvice(node, view, clock(105))).toEqual([]);
  });

  test.each<[string, Partial<RunView>]>([
    ['once an abort is asked for', { abort: { by: 'ada', why: 'enough', at: at(150) } }],
    ['once the run has ended', { outcome: 'terminated' }],
  ])('has no advice %s', (_, over) => {
    expect(waitAdvice(node, { ...view, ...over }, clock(160))).toEqual([]);
  });

  const said = (kind: Decision['kind']): Decision => ({
    kind,
    by: 'ada',
    why: 'so',
    at: at(80),
    node: node.name,
  });
  test.each<[string, typeof node, readonly Decision[], boolean]>([
    ['of a retry', { ...node, attempt: 2 }, [said('retry')], true],
    ['rolling back', { ...node, attempt: 2 }, [said('rollback')], false],
    ['rolling back without a word', { ...node, attempt: 2 }, [], false],
    ['that is skipped already', { ...node, skippedBy: 'ada: so' }, [said('skip')], false],
    ['after its install', runningNode(node.name, 90, 'await-ready', 100, { waiting }), [], false],
  ])('%s has the command to skip the node only if it would be accepted', (_, one, decisions, offered) => {
    const advice = waitAdvice(one, { ...view, nodes: [one], decisions }, clock(160));
    expect(advice.includes(skip)).toBe(offered);
    expect(advice.join('\n')).not.toMatch(/slipway (release|upgrade|retry|rollback)/);
  });
});

describe('when Temporal lists no worker', () => {
  const workers = { taskQueue: 'slipway', answering: false, lastSeen: undefined, startWith: 'npm start' };
  const withHeartbeat = (seconds: number): RunView =>
    aRunView({ workers, nodes: [runningNode('k8s-work-2', 90, 'drain', 100, { heardAt: at(seconds) })] });

  test('and the record has a heartbeat from seconds ago, Temporal or the worker has just restarted', () => {
    const [trouble, ...others] = troubles(withHeartbeat(150), clock(153));
    expect(trouble?.kind).toBe('reconnecting');
    expect(trouble?.text).toContain(
      'Temporal lists no worker on task queue slipway, and heard one 0m03s ago',
    );
    expect(trouble?.text).not.toMatch(/No worker answers|Start one/);
    expect(others).toEqual([]);
  });

  test('and the last heartbeat is older than a reconnect takes, there is no worker', () => {
    const [trouble] = troubles(withHeartbeat(150), clock(150 + 76));
    expect(trouble).toEqual({
      kind: 'no-worker',
      text:
        'No worker answers on task queue slipway. Temporal has seen none for five minutes, or since it started. ' +
        'The run waits where it is. Start one: npm start',
    });
  });

  test('but knows the time of the last poll, that worker is gone', () => {
    const gone = { ...withHeartbeat(150), workers: { ...workers, lastSeen: at(60) } };
    expect(troubles(gone, clock(153)).map(({ kind }) => kind)).toEqual(['no-worker']);
  });

  test('watch does not report a worker that never came back as recovered', () => {
    const before = { view: withHeartbeat(150), clock: clock(153) };
    const kinds = (now: RunView, seconds: number): string[] =>
      runChanges(before, { view: now, clock: clock(seconds) }).map(({ kind }) => kind);
    expect(kinds(withHeartbeat(150), 230)).toEqual(['trouble']);
    expect(
      kinds({ ...withHeartbeat(150), workers: { ...workers, answering: true, lastSeen: at(155) } }, 156),
    ).toEqual(['recovered']);
  });
});
