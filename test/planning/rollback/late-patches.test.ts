import { describe, expect, test } from '@jest/globals';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { cordonedByRun, marked, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing } from '../a-replacing-cluster.js';

const when = 'after-ready' as const;
const run = 'run/prox-ops/4';
const world = aReplacingCluster().declaring((inventory) => ({
  ...inventory,
  patches: [
    { patch: { file: 'patches/all.yaml' }, for: { role: 'control-plane' as const } },
    { when, for: { nodes: ['ctrl-2', 'work-2'] }, patch: { file: 'patches/global.yaml' } },
    { when, for: { nodes: ['work-2'] }, patch: { file: 'patches/{node}.yaml' } },
  ],
}));
const plan = planOf(replacing(world));
const nodeOf = (of: Cluster, name: string, target?: string) =>
  planOf(replacing(of, target === undefined ? {} : { talos: target })).hops[0]?.nodes.find(
    (node) => node.name === name,
  );

describe('patches that wait until a node is Ready', () => {
  test('are a step of the nodes that get some, and of no other', () => {
    expect(nodeOf(world, 'work-2')).toMatchObject({ steps: 'replace-patched', patches: 2 });
    expect(nodeOf(world, 'ctrl-2')).toMatchObject({ steps: 'replace-patched', patches: 1 });
    expect(nodeOf(world, 'ctrl-1')).toMatchObject({ steps: 'replace' });
    expect(nodeOf(world, 'ctrl-1')).not.toHaveProperty('patches');
    expect(plan.steps).toEqual({
      replace: stepOrders.replace,
      'replace-patched': stepOrders['replace-patched'],
    });
  });

  test('are no matter of a node that is upgraded in place', () => {
    const node = nodeOf(world, 'work-2', 'v1.12.6');
    expect(node).toMatchObject({ steps: 'legacy' });
    expect(node).not.toHaveProperty('patches');
  });

  test('are part of what the hash stands for', () =>
    expect(planOf(replacing(aReplacingCluster())).hash).not.toBe(plan.hash));

  test('are noted by the plan, with the step', () => {
    const text = planText(plan);
    expect(text).toContain('2 patches once it is Ready');
    expect(text).toMatch(
      /patch-machine +merges the patches that waited .* \((ctrl-2, work-2|work-2, ctrl-2)\)/,
    );
  });

  test('are one command for a person, in their order, after a dry run', () => {
    const commands = planCommands(plan, world.inventory);
    const of = (text: string): string => text.slice(text.indexOf('work-2 (worker)'));
    expect(of(commands)).toContain('late1=patches/global.yaml');
    expect(of(commands)).toContain('late2=patches/work-2.yaml');
    expect(of(commands)).toMatch(
      /patch machineconfig --patch "@\$late1" --patch "@\$late2" --mode auto --dry-run .*\n.*patch machineconfig .* --mode auto /,
    );
    expect(commands.match(/ --dry-run/g)).toHaveLength(2);
  });
});

describe('a node that an earlier run replaced, and left cordoned on its target', () => {
  const left = (name: string, replace: boolean): Cluster =>
    world.running('v1.13.9', name).withObject(name, {
      ...cordonedByRun(run),
      marks: { ...marked(replace ? { replace: `${run}/1/${name}/1 1` } : {}), run, cordonedBy: run },
    });

  test('gets the patches it may lack before it is returned to service', () =>
    expect(nodeOf(left('work-2', true), 'work-2')).toMatchObject({
      skip: 'already-on-target',
      steps: 'adopted-patched',
      patches: 2,
      adopts: run,
    }));

  test('is only returned to service where there are none for it, or where it was not replaced', () => {
    expect(nodeOf(left('work-3', true), 'work-3')).toMatchObject({ steps: 'adopted' });
    expect(nodeOf(left('work-2', false), 'work-2')).toMatchObject({ steps: 'adopted' });
  });
});

describe('a node that was replaced, lacks its patches, and was returned to service by a person', () => {
  const at = (version: string): Cluster =>
    world
      .running(version, 'work-2')
      .withObject('work-2', { marks: marked({ replace: `${run}/1/work-2/1 1` }) });

  test('gets them all the same', () =>
    expect(nodeOf(at('v1.13.9'), 'work-2')).toMatchObject({
      skip: 'already-on-target',
      steps: 'adopted-patched',
      patches: 2,
      adopts: run,
    }));

  test('is not resumed to another version in place, which would bring none', () => {
    expect(planUpgrade(replacing(at('v1.13.4')))).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'patches-owed', node: 'work-2', version: 'v1.13.4', wanted: 'v1.13.9', patches: 2 }],
    });
  });

  test('blocks no plan that is not about it, or replaces it', () => {
    expect(planUpgrade(replacing(at('v1.13.4'), { only: ['work-3'] })).verdict).toBe('planned');
    expect(nodeOf(at('v1.12.6'), 'work-2')).toMatchObject({ steps: 'replace-patched', patches: 2 });
  });
});
