import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe as group, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { madePlanInput } from '../../../lab/bench/made-cluster.js';
import { historyFacts } from '../../../src/runs/view/history-facts.js';
import { describe } from '../../../src/planning/reasons/describe.js';
import type { Hop, Planned, UpgradePlan } from '../../../src/planning/plan/plan.js';
import { runLimits, runSize, temporalLimits, tooLarge } from '../../../src/planning/plan/run-size.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import type { RunInput } from '../../../src/workflows/messages.js';
import { planOf } from '../a-planned-node.js';

const thousand = madePlanInput(1_000);
const { inventory } = thousand;
const plan = planOf(thousand);

/** The same plan with its hop so many times over, as if each went to another version. */
function hops(times: number): UpgradePlan {
  const [hop] = plan.hops as readonly [Hop];
  return { ...plan, hops: Array.from({ length: times }, (_, at) => ({ ...hop, to: `v1.${12 + at}.2` })) };
}

/** An event without its payloads: ids, times, names. Those of workflow tasks have 150, the start of a node's workflow some 400. */
const besidePayloads = 200;

/** Of everything in it that is a payload, however deep. */
function payloadBytes(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + payloadBytes(part), 0);
}

/** What a recorded run wrote; its result is not part of the estimate. */
function written(file: string): {
  readonly events: number;
  readonly bytes: number;
  readonly run: UpgradePlan;
  readonly of: RunInput;
} {
  const text = readFileSync(path.join(projectRoot, 'test', 'replay', 'histories', file), 'utf8');
  const history = historyFromJSON((JSON.parse(text) as { history: object }).history);
  const events = history.events ?? [];
  const bytes = events
    .filter((event) => !event.workflowExecutionCompletedEventAttributes)
    .reduce((sum, event) => sum + besidePayloads + payloadBytes(event), 0);
  const facts = historyFacts(history);
  const planned = facts.activities.find((one) => one.name === 'planUpgrade')?.result as Planned;
  if (planned.verdict !== 'planned') throw new Error(`${file} has no plan`);
  return { events: events.length, bytes, run: planned.plan, of: facts.input as RunInput };
}

group('what a run is estimated to write', () => {
  test.each(['run-done-0.1.0.json', 'run-lifecycle-batches-paused-0.1.0.json'])(
    'is what %s wrote, or somewhat more',
    (file) => {
      const { events, bytes, run, of } = written(file);
      const size = runSize(run, of.inventory);
      expect(events).toBeLessThanOrEqual(size.events);
      expect(events).toBeGreaterThan(size.events / 2);
      expect(bytes).toBeLessThanOrEqual(size.history);
      expect(bytes).toBeGreaterThan(size.history / 3);
    },
  );

  test('has a notification for each node where there are receivers, and none otherwise', () => {
    const receiver = { discord: { webhook: { file: 'to-discord' } } };
    const [none, one] = [[], [receiver]].map((notify) => runSize(plan, { ...inventory, notify }));
    if (!none || !one) throw new Error('both were estimated');
    expect(one.events - none.events).toBeGreaterThanOrEqual(6 * 1_000);
    expect(one.events - none.events).toBeLessThan(7 * 1_000);
    expect(one.history - none.history).toBeGreaterThan(4 * 1024 * 1_000);
    expect(
      tooLarge(plan, { ...inventory, notify: Array.from({ length: 5 }, () => receiver) }),
    ).toBeUndefined();
  });

  test('is the length of its plan as Temporal carries it', () => {
    const { data } = defaultPayloadConverter.toPayload({ verdict: 'planned', plan });
    expect((data?.length ?? 0) - runSize(plan, inventory).plan).toBeLessThan(100);
  });

  test('leaves out what no hop touches', () => {
    const [hop] = plan.hops as readonly [Hop];
    const skipped = hop.nodes.map((node) => ({ ...node, skip: 'already-on-target' as const }));
    const size = runSize({ ...plan, hops: [{ ...hop, nodes: skipped }] }, inventory);
    expect(size.events).toBeLessThan(100);
  });
});

group('a run over 1,000 nodes', () => {
  test('is let through, and stays within what Temporal takes', () => {
    expect(tooLarge(plan, inventory)).toBeUndefined();
    const size = runSize(plan, inventory);
    for (const what of ['plan', 'events', 'history'] as const)
      expect(size[what]).toBeLessThan(temporalLimits[what] / 3);
  });

  test('is let through in two hops and refused in four, with the numbers', () => {
    expect(tooLarge(hops(2), inventory)).toBeUndefined();
    const reason = tooLarge(hops(4), inventory);
    expect(reason).toMatchObject({ kind: 'run-too-large', nodes: 1_000, hops: 4, what: 'plan' });
    expect(reason && describe(reason)).toMatch(
      /^a run over 1000 nodes in 4 hops would make a plan of 2\.\d MiB, more than the 1\.9 MiB that are safe .*; about \d{3} nodes fit into one run$/,
    );
  });
});

group('the largest run', () => {
  test('is as large as the refusal says: a few nodes less are let through, a few more are not', () => {
    const [hop] = plan.hops as readonly [Hop];
    const many = [hop, hop, hop, hop].flatMap(({ nodes }) => nodes);
    const more = (nodes: number): UpgradePlan => ({
      ...plan,
      hops: [{ ...hop, nodes: many.slice(0, nodes) }],
    });
    const reason = tooLarge(more(4_000), inventory);
    if (reason?.kind !== 'run-too-large') throw new Error('four thousand nodes were let through');
    expect(tooLarge(more(reason.fits - 5), inventory)).toBeUndefined();
    expect(tooLarge(more(reason.fits + 5), inventory)).toBeDefined();
  });

  test('leaves room for what is not estimated', () => {
    for (const what of ['plan', 'events', 'history'] as const)
      expect(runLimits[what]).toBeLessThan(temporalLimits[what]);
  });

  test('is refused in place of a plan', () => {
    const input = madePlanInput(2_000);
    expect(planUpgrade(input).verdict).toBe('planned');
    const many = Array.from({ length: 16 }, (_, at) => `siderolabs/an-extension-with-a-long-name-${at}`);
    const nodes = input.observation.nodes.map((node) =>
      node.talos.kind === 'answered'
        ? { ...node, talos: { ...node.talos, value: { ...node.talos.value, extensions: many } } }
        : node,
    );
    expect(planUpgrade({ ...input, observation: { ...input.observation, nodes } })).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'run-too-large', nodes: 2_000, hops: 1, what: 'plan' }],
    });
  });
});
