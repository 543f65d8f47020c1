import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { madePlanInput } from '../../lab/bench/made-cluster.js';
import type { Hop, PlannedNode } from '../../src/planning/plan/plan.js';
import type { NodeResult, RunResult } from '../../src/planning/report/run-result.js';
import {
  countsOf,
  endingOf,
  leftOut,
  notDoneOf,
  skipped,
  skippedShort,
} from '../../src/workflows/node-results.js';
import { planOf } from '../planning/a-planned-node.js';
import { aNodeResult } from '../planning/a-run.js';
import { everyReason } from '../planning/reasons/every-reason.js';

const plan = planOf(madePlanInput(1_000));
const [hop] = plan.hops as readonly [Hop];
const names = hop.nodes.map(({ name }) => name);

/** Nine hundred done, the next batch stopped by its first, the rest never begun. */
const results: readonly NodeResult[] = [
  ...names.slice(0, 900).map((name, at) => aNodeResult(name, at * 10)),
  aNodeResult(names[900] ?? '', 9_000, {
    outcome: 'halted',
    state: 'back-on-old',
    failedStep: 'await-boot',
    reason: everyReason['back-on-old-version'],
  }),
  ...names.slice(901, 903).map((name) =>
    aNodeResult(name, 9_000, {
      outcome: 'undone',
      state: 'undone',
      failedStep: 'drain',
      reason: { kind: 'fleet-halted', because: `${names[900]} stopped first` },
    }),
  ),
];
const endings = results.map(endingOf);

function answerOf(nodes: readonly NodeResult[]): RunResult {
  const kept = nodes.map(endingOf);
  return {
    cluster: 'prox-ops',
    run: 42,
    outcome: 'halted',
    reasons: [everyReason['back-on-old-version']],
    target: 'v1.12.2',
    declared: true,
    requestedBy: 'ops@example',
    startedAt: '2026-11-21T14:00:00.000Z',
    endedAt: '2026-11-22T14:00:00.000Z',
    counts: countsOf(plan, kept),
    notDone: notDoneOf(kept),
  };
}

const bytesOf = (value: unknown): number => defaultPayloadConverter.toPayload(value).data?.length ?? 0;

describe('what a run of 1,000 nodes answers', () => {
  test('counts them all, and names those that are not done', () => {
    expect(countsOf(plan, endings)).toEqual({ done: 900, undone: 2, halted: 1, skipped: 0, notBegun: 97 });
    expect(notDoneOf(endings).map(({ node }) => node)).toEqual(names.slice(900, 903));
  });

  test('is a few KiB, as large as with three nodes', () => {
    const all = bytesOf(answerOf(results));
    expect(all).toBeLessThan(4 * 1024);
    expect(all - bytesOf(answerOf(results.slice(-3)))).toBeLessThan(10);
    // A small part of the nodes' own results.
    expect(all).toBeLessThan(bytesOf(results) / 100);
  });

  test('leaves the steps to the result of the node, and the rest as it is', () => {
    const [first] = results;
    if (!first) throw new Error('there are no results');
    expect({ ...endingOf(first), steps: first.steps }).toEqual(first);
    expect(endingOf(first)).not.toHaveProperty('steps');
  });
});

describe('counts', () => {
  test('are nothing before there is a plan', () => {
    expect(countsOf(undefined, [])).toEqual({ done: 0, undone: 0, halted: 0, skipped: 0, notBegun: 0 });
  });

  test('take what runs the target already for skipped, reached or not, and count a node once for each hop', () => {
    const nodes = hop.nodes
      .slice(0, 3)
      .map((node, at) => (at === 0 ? { ...node, skip: 'already-on-target' as const } : node));
    const two = {
      ...plan,
      hops: [
        { ...hop, nodes },
        { to: 'v1.13.2', nodes: hop.nodes.slice(0, 3) },
      ],
    };
    const [first] = nodes;
    if (!first) throw new Error('there are no nodes');
    const done = endingOf(aNodeResult(names[1] ?? '', 0));
    expect(countsOf(two, [skipped(first, hop.to), done])).toEqual({
      done: 1,
      undone: 0,
      halted: 0,
      skipped: 1,
      notBegun: 4,
    });
  });
});

describe('skipped nodes that do not run the target', () => {
  const [first, second] = hop.nodes as readonly [PlannedNode, PlannedNode];
  const onTarget = { ...first, skip: 'already-on-target' as const };
  const nextHop = { to: 'v1.13.2', nodes: hop.nodes };
  const of = (nodes: readonly PlannedNode[]) => ({ ...plan, hops: [{ ...hop, nodes }, nextHop] });
  const by = 'Ada: its disk is replaced on Monday';

  test('are those that were to be upgraded, each once, however many hops skipped it', () => {
    const skips = [leftOut(second, hop.to, by), leftOut(second, nextHop.to, by)];
    expect(skippedShort(of(hop.nodes), skips)).toEqual([second.name]);
  });

  test('are not those that ran the target already, nor those that nobody skipped', () => {
    const skips = [leftOut(onTarget, hop.to, by), skipped(second, hop.to)];
    expect(skippedShort(of([onTarget, second]), skips)).toEqual([]);
  });
});
