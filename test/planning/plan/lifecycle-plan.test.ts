import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import type { PlannedNode } from '../../../src/planning/plan/plan.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, answered, cordonedByRun } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const well = aCluster();
const request = { talos: 'v1.13.9' };
const minorInPlace = { patch: 'in-place', minor: 'in-place', major: 'replace' } as const;

function nodesOf(input: PlanInput): readonly PlannedNode[] {
  return planOf(input).hops.flatMap((hop) => hop.nodes);
}

function reasonsOf(input: PlanInput) {
  const planned = planUpgrade(input);
  return planned.verdict === 'refused' ? planned.reasons : [];
}

describe('the plan of a patch from Talos 1.13 on', () => {
  const plan = planOf(well.running('v1.13.4').planInput({ request }));
  const [node] = plan.hops[0]?.nodes ?? [];

  test('is one hop of the lifecycle flow: the install and the reboot are steps of their own', () => {
    expect(plan.hops).toHaveLength(1);
    expect(plan.steps).toEqual({ lifecycle: stepOrders.lifecycle });
    expect(plan.strategyReason).toBe('patch: same minor');
    for (const one of plan.hops[0]?.nodes ?? [])
      expect(one).toMatchObject({ from: 'v1.13.4', flow: 'lifecycle', steps: 'lifecycle' });
  });

  test('expects what runs, and says nothing of an install that is not there', () => {
    expect(node).toMatchObject({
      expects: { version: 'v1.13.4' },
      image: expect.stringMatching(/:v1\.13\.9$/),
    });
    expect(node).not.toHaveProperty('armed');
    expect(node).not.toHaveProperty('skip');
  });

  test('has another hash than the same patch by the legacy flow would have', () => {
    const { hash } = planOf(well.planInput());
    expect(plan.hash).not.toBe(hash);
  });

  test.each([
    ['v1.13.9', 'v1.13.9', 'nothing-to-do'],
    ['v1.13.9', 'v1.13.4', 'downgrade'],
    ['v1.13.4', 'v1.14.0-rc.1', 'replacement-unprepared'],
  ])('from %s to %s is %s', (from, talos, kind) => {
    const available = answered(['v1.13.4', 'v1.13.9', 'v1.14.0-rc.1']);
    const planned = planUpgrade(
      well.running(from).planInput({ request: { talos }, availableVersions: available }),
    );
    const kinds =
      planned.verdict === 'refused' ? planned.reasons.map((reason) => reason.kind) : [planned.verdict];
    expect(kinds).toEqual([kind]);
  });
});

describe('a cluster that is half 1.12 and half 1.13', () => {
  const half = well.running('v1.13.4', 'ctrl-1', 'ctrl-2', 'work-1');

  test('goes to 1.13 each node by the flow of what it runs, with the steps of both', () => {
    const plan = planOf(half.upgrading({ strategy: minorInPlace }).planInput({ request }));
    const nodes = plan.hops[0]?.nodes ?? [];
    expect(plan.hops.map((hop) => hop.to)).toEqual(['v1.13.9']);
    expect(nodes.map(({ name, from, flow, steps }) => [name, from, flow, steps])).toEqual([
      ['ctrl-1', 'v1.13.4', 'lifecycle', 'lifecycle'],
      ['ctrl-2', 'v1.13.4', 'lifecycle', 'lifecycle'],
      ['ctrl-3', 'v1.12.1', 'legacy', 'legacy'],
      ['work-1', 'v1.13.4', 'lifecycle', 'lifecycle'],
      ['work-2', 'v1.12.1', 'legacy', 'legacy'],
      ['work-3', 'v1.12.1', 'legacy', 'legacy'],
    ]);
    expect(plan.steps).toEqual({ legacy: stepOrders.legacy, lifecycle: stepOrders.lifecycle });
    expect(plan.strategyReason).toBe('minor: upgrade.strategy.minor of slipway.yaml is in-place');
  });

  test('is refused where minors are replaced and nothing says how, once for all nodes', () => {
    const reasons = reasonsOf(half.planInput({ request }));
    expect(reasons.map(({ kind }) => kind)).toEqual(['replacement-unprepared']);
  });

  test('may still take the nodes of 1.13 by name', () => {
    const plan = planOf(half.planInput({ request, only: ['ctrl-1', 'work-1'] }));
    expect(plan.steps).toEqual({ lifecycle: stepOrders.lifecycle });
    expect(plan.hops[0]?.nodes.map((node) => node.name)).toEqual(['ctrl-1', 'work-1']);
    expect(plan.notes.join()).toContain('ctrl-2, ctrl-3, work-2 and work-3 stay on v1.13.4 and v1.12.1');
  });

  test('does not roll back to a patch of 1.12', () => {
    expect(reasonsOf(half.planInput())).toMatchObject([
      { kind: 'downgrade', from: 'v1.13.4', to: 'v1.12.6' },
    ]);
  });
});

describe('a minor in place, 1.12 to 1.13', () => {
  const world = well.upgrading({ strategy: minorInPlace });
  const plan = planOf(world.planInput({ request }));

  test('is one hop of the legacy flow: by what runs, not by what comes', () => {
    expect(plan.hops.map((hop) => hop.to)).toEqual(['v1.13.9']);
    expect(plan.steps).toEqual({ legacy: stepOrders.legacy });
    expect(nodesOf(world.planInput({ request })).every((node) => node.flow === 'legacy')).toBe(true);
  });

  test.each<[string, PlanInput, readonly string[]]>([
    ['1.13 to 1.14', world.running('v1.13.4').planInput({ request: { talos: 'v1.14.0-rc.1' } }), []],
    ['1.12 to 1.14, by 1.13', world.planInput({ request: { talos: 'v1.14.0-rc.1' } }), []],
    [
      'where the target does not support this Kubernetes',
      world.withObject('work-1', { kubeletVersion: 'v1.30.2' }).planInput({ request }),
      ['kubernetes-unsupported'],
    ],
    [
      'to another major, in place or not',
      world
        .upgrading({ strategy: { ...minorInPlace, major: 'in-place' }, approve: [] })
        .planInput({ request: { talos: 'v2.0.0' }, availableVersions: answered(['v2.0.0']) }),
      ['strategy-unavailable', 'talos-unsupported'],
    ],
  ])('%s', (_name, input, kinds) => {
    expect(reasonsOf(input).map((reason) => reason.kind)).toEqual(kinds);
  });

  test('only uncordons a node of 1.13 that an earlier run left cordoned', () => {
    const left = world.running('v1.13.9', 'ctrl-3').withObject('ctrl-3', cordonedByRun('run/prox-ops/4'));
    const other = planOf(left.planInput({ request }));
    expect(other.hops[0]?.nodes[0]).toMatchObject({
      name: 'ctrl-3',
      skip: 'already-on-target',
      steps: 'adopted',
      adopts: 'run/prox-ops/4',
    });
    expect(other.steps).toEqual({ adopted: stepOrders.adopted, legacy: stepOrders.legacy });
  });
});

describe('small clusters', () => {
  const orders = (controlPlanes: number, workers: number) =>
    planOf(aCluster({ controlPlanes, workers }).running('v1.13.4').planInput({ request }));

  test.each([
    ['one node', 1, 0, ['drain', 'transfer-leadership']],
    ['one control plane and workers', 1, 2, ['transfer-leadership']],
    ['three control planes and no worker', 3, 0, []],
  ])('of %s leave out the drain and the leadership transfer', (_name, controlPlanes, workers, left) => {
    const { lifecycle = [] } = orders(controlPlanes, workers).steps as { lifecycle?: readonly string[] };
    expect(lifecycle).toEqual(stepOrders.lifecycle.filter((step) => !left.includes(step)));
  });

  test.each([
    ['one node', 1, 0, ['there is nowhere to drain it to, so its pods stop with it']],
    [
      'one control plane',
      1,
      2,
      ['the Kubernetes API is away while it reboots, and requests go through the node itself'],
    ],
  ])('of %s say what is away meanwhile', (_name, controlPlanes, workers, words) => {
    const notes = orders(controlPlanes, workers).notes.join('\n');
    for (const word of words) expect(notes).toContain(word);
    expect(notes.includes('nowhere to drain')).toBe(controlPlanes + workers === 1);
  });

  test('with another control plane have no such note', () => {
    expect(orders(3, 0).notes.join()).not.toContain('the Kubernetes API is away');
  });

  test('keep the drain where one node of several is named', () => {
    const one = planOf(well.running('v1.13.4').planInput({ request, only: ['ctrl-2'] }));
    expect(one.steps).toEqual({ lifecycle: stepOrders.lifecycle });
  });
});
