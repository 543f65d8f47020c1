import { describe, expect, test } from '@jest/globals';
import { armedMarkText, armedWith, installMark, installMarkText } from '../../../src/planning/node/armed.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import type { Marks } from '../../../src/planning/node/observation.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, answered, type Cluster, cordonedByRun, marked, workerSchematic } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const by = 'run/prox-ops/4/1/work-2/1';
const boot = 'boot-of-work-2';

describe('the annotation of an install', () => {
  test('is read as it was written', () => {
    expect(installMark(installMarkText(by, 'v1.13.9', boot, workerSchematic))).toEqual({
      by,
      version: 'v1.13.9',
      bootId: boot,
      schematic: workerSchematic,
    });
  });

  test.each([
    [undefined, undefined],
    [by, { by, version: undefined, bootId: undefined, schematic: undefined }],
    [`${by} v1.12.6`, { by, version: 'v1.12.6', bootId: undefined, schematic: undefined }],
  ])('that was truncated, %s, is read as far as it goes', (mark, expected) =>
    expect(installMark(mark)).toEqual(expected),
  );
});

describe('the armed version of a node', () => {
  const install = installMarkText(by, 'v1.13.9', boot, workerSchematic);
  const before = 'the-boot-before';
  test.each<[string, Partial<Marks>, object | undefined]>([
    ['nothing, without an annotation', {}, undefined],
    [
      'what was installed in this boot',
      { armed: armedMarkText('v1.13.9', boot, workerSchematic) },
      { version: 'v1.13.9', schematic: workerSchematic, sure: true },
    ],
    [
      'what was installed, whatever the intent says',
      {
        armed: armedMarkText('v1.13.9', boot, workerSchematic),
        install: installMarkText(by, 'v1.13.5', boot, workerSchematic),
      },
      { version: 'v1.13.9', schematic: workerSchematic, sure: true },
    ],
    [
      'perhaps what was sent in this boot',
      { install },
      { version: 'v1.13.9', schematic: workerSchematic, sure: false },
    ],
    [
      'perhaps what was sent in this boot, when the armed annotation is of an earlier one',
      { install, armed: armedMarkText('v1.13.5', before, workerSchematic) },
      { version: 'v1.13.9', schematic: workerSchematic, sure: false },
    ],
    ['nothing of an earlier boot', { armed: armedMarkText('v1.13.9', before, workerSchematic) }, undefined],
    [
      'nothing that was sent in an earlier boot',
      { install: installMarkText(by, 'v1.13.9', before, workerSchematic) },
      undefined,
    ],
    ['nothing, by an install that names no boot', { install: `${by} v1.13.9` }, undefined],
    ['nothing, by a truncated annotation', { armed: 'v1.13.9' }, undefined],
    ['nothing, by an empty annotation', { armed: '', install: '' }, undefined],
    ['nothing, by a reboot that was asked for', { reboot: by, run: 'run/prox-ops/4' }, undefined],
  ])('is %s', (_name, marks, expected) => {
    expect(armedWith({ marks: marked(marks), bootId: boot })).toEqual(expected);
  });
});

const request = { talos: 'v1.13.9' };
const running = aCluster().running('v1.13.4');
const installed = (version: string, more: Partial<Marks> = {}): Cluster =>
  running.withObject('work-2', {
    marks: marked({ armed: armedMarkText(version, boot, workerSchematic), ...more }),
  });
const nearly = running.withObject('work-2', {
  marks: marked({ install: installMarkText(by, 'v1.13.9', boot, workerSchematic) }),
});

describe('a plan with a node that has the version installed', () => {
  test.each([
    ['surely', installed('v1.13.9')],
    ['perhaps', nearly],
  ])('%s, reboots it in its order and does not install again', (_name, cluster) => {
    const plan = planOf(cluster.planInput({ request }));
    const armed = plan.hops[0]?.nodes.filter((node) => node.armed) ?? [];
    expect(armed.map(({ name, steps, flow }) => [name, steps, flow])).toEqual([
      ['work-2', 'armed', 'lifecycle'],
    ]);
    expect(plan.steps).toEqual({ lifecycle: stepOrders.lifecycle, armed: stepOrders.armed });
    expect(plan.notes).toContain(
      'work-2 has the version installed, or may have: it is not installed again, only rebooted in its turn',
    );
    expect(plan.notes.join()).not.toContain('was sent an install');
  });

  test('keeps order and canary: it is no reason to go first', () => {
    const nodes = planOf(installed('v1.13.9').planInput({ request })).hops[0]?.nodes ?? [];
    expect(nodes.map((node) => node.name)).toEqual([
      'ctrl-1',
      'ctrl-2',
      'ctrl-3',
      'work-1',
      'work-2',
      'work-3',
    ]);
    expect(nodes.find((node) => node.canary)?.name).toBe('work-1');
  });

  test('that a run left cordoned takes that over, too', () => {
    const run = 'run/prox-ops/4';
    const left = running.withObject('work-2', {
      ...cordonedByRun(run),
      marks: marked({ run, cordonedBy: run, armed: armedMarkText('v1.13.9', boot, workerSchematic) }),
    });
    const node = planOf(left.planInput({ request })).hops[0]?.nodes.find(({ name }) => name === 'work-2');
    expect(node).toMatchObject({ armed: true, adopts: run, steps: 'armed' });
  });

  test('does not know it once the node has booted: the annotation is of an earlier boot', () => {
    const stale = installed('v1.13.9').withObject('work-2', { bootId: 'the-next-boot' });
    const plan = planOf(stale.planInput({ request }));
    expect(plan.hops[0]?.nodes.filter((node) => node.armed)).toEqual([]);
    expect(plan.steps).toEqual({ lifecycle: stepOrders.lifecycle });
  });

  test('notes an install in an earlier boot, which the node may have rolled back', () => {
    const stale = nearly.withObject('work-2', { bootId: 'the-next-boot' });
    expect(planOf(stale.planInput({ request })).notes.join()).toContain(
      'work-2 was sent an install of v1.13.9 by an earlier run, or nearly was',
    );
  });

  test('is another plan by its hash', () => {
    expect(planOf(installed('v1.13.9').planInput({ request })).hash).not.toBe(
      planOf(running.planInput({ request })).hash,
    );
  });

  test('calls a node armed only where it is touched', () => {
    const done = running.running('v1.13.9', 'work-2').withObject('work-2', {
      marks: marked({ armed: armedMarkText('v1.13.9', boot, workerSchematic) }),
    });
    const plan = planOf(done.planInput({ request }));
    expect(plan.hops[0]?.nodes.find(({ name }) => name === 'work-2')).not.toHaveProperty('armed');
    expect(plan.notes.join()).not.toContain('only rebooted in its turn');
  });
});

describe('a node that has another version installed', () => {
  const refused = { kind: 'armed-with-other', node: 'work-2', armed: 'v1.13.5', wanted: 'v1.13.9' };
  const maybe = running.withObject('work-2', {
    marks: marked({ install: installMarkText(by, 'v1.13.5', boot, workerSchematic) }),
  });

  test.each([
    ['surely', installed('v1.13.5'), true],
    ['perhaps', maybe, false],
  ])('%s, refuses the plan', (_name, cluster, sure) => {
    expect(planUpgrade(cluster.planInput({ request }))).toEqual({
      verdict: 'refused',
      reasons: [{ ...refused, sure }],
    });
  });

  test('is no obstacle to a plan of other nodes, nor to one for that version', () => {
    expect(planUpgrade(installed('v1.13.5').planInput({ request, only: ['work-1'] })).verdict).toBe(
      'planned',
    );
    const available = answered(['v1.13.5']);
    const plan = planOf(
      installed('v1.13.5').planInput({ request: { talos: 'v1.13.5' }, availableVersions: available }),
    );
    expect(plan.hops[0]?.nodes.find(({ name }) => name === 'work-2')).toMatchObject({ armed: true });
  });

  test('made of another schematic, refuses the plan too: its reboot would bring that one', () => {
    const other = running.withObject('work-2', {
      marks: marked({ armed: armedMarkText('v1.13.9', boot, 'f'.repeat(64)) }),
    });
    const planned = planUpgrade(other.planInput({ request }));
    expect(planned).toMatchObject({
      verdict: 'refused',
      reasons: [{ kind: 'armed-with-other', armed: `v1.13.9 of schematic ${'f'.repeat(64)}` }],
    });
  });

  test('and runs the target is not touched, and gets a note', () => {
    const done = running.running('v1.13.9', 'work-2').withObject('work-2', {
      marks: marked({ armed: armedMarkText('v1.13.5', boot, workerSchematic) }),
    });
    expect(planOf(done.planInput({ request })).notes).toContain(
      'work-2 has v1.13.5 installed, which its next reboot boots, whatever causes it',
    );
  });

  test('on 1.12 is no such thing: there a request installs and reboots', () => {
    const legacy = aCluster().withObject('work-2', {
      marks: marked({
        install: installMarkText(by, 'v1.12.5', boot, workerSchematic),
        armed: armedMarkText('v1.12.5', boot, workerSchematic),
      }),
    });
    const plan = planOf(legacy.planInput());
    expect(plan.steps).toEqual({ legacy: stepOrders.legacy });
    expect(plan.notes.join()).toContain('work-2 was sent an install of v1.12.5');
  });
});
