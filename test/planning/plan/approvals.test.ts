import { describe, expect, test } from '@jest/globals';
import { planText } from '../../../src/planning/plan/plan-text.js';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import { hopsOfNode } from '../../../src/planning/plan/node-strategy.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { answered, aCluster, type Cluster } from '../a-cluster.js';
import { answersOf, planOf, seenNode } from '../a-planned-node.js';
import { aReplacingCluster, available, commit, replacing, withTerraform } from '../a-replacing-cluster.js';

const well = aCluster();
const machines = aReplacingCluster();
const minorInPlace = { patch: 'in-place', minor: 'in-place', major: 'replace' } as const;

const minor = { talos: 'v1.13.9' } as const;
const asking = (cluster: Cluster, strategy: 'in-place' | 'replace', request: object = {}): PlanInput =>
  cluster.planInput({
    request: { strategy, commit, ...request },
    availableVersions: answered(available),
  });
const askingToRebuild = (cluster: Cluster, request: object = {}): PlanInput =>
  asking(cluster, 'replace', request);
const reasonsOf = (input: PlanInput): readonly unknown[] => {
  const planned = planUpgrade(input);
  return planned.verdict === 'refused' ? planned.reasons : [];
};

describe('a strategy that was asked for', () => {
  const plan = planOf(asking(well, 'in-place', minor));

  test('upgrades in place where slipway.yaml replaces, says so and why, and needs an approval', () => {
    expect(plan.strategy).toBe('in-place');
    expect(plan.strategyReason).toBe('minor: asked for with --strategy, slipway.yaml says replace');
    expect(plan.hops.flatMap(({ nodes }) => nodes).every((node) => node.replacement === undefined)).toBe(
      true,
    );
    expect(plan.approvals).toEqual([
      {
        kind: 'strategy',
        why: '--strategy in-place was asked for, and upgrade.strategy.minor of slipway.yaml is replace',
      },
    ]);
  });

  test('is in the text of the plan, with the limit of the wait and the lines to type', () => {
    const text = planText(plan);
    expect(text).toContain('in place (minor: asked for with --strategy, slipway.yaml says replace)');
    expect(text).toContain('needs an approval: a run of it waits 24h at most, with nothing touched');
    expect(text).toContain(
      `slipway approve prox-ops --plan ${plan.hash.slice(0, 12)} --by "NAME" --reason "…"  # let it begin`,
    );
    expect(text).toContain('approval 24h');
    expect(text.trimEnd().endsWith(`plan ${plan.hash}`)).toBe(true);
  });

  test('that slipway.yaml has anyway needs none, and is no other plan', () => {
    const same = planOf(asking(well.upgrading({ strategy: minorInPlace }), 'in-place', minor));
    expect(same.approvals).toBeUndefined();
    expect(same.hash).toBe(
      planOf(well.upgrading({ strategy: minorInPlace }).planInput({ request: minor })).hash,
    );
    expect(planText(same)).not.toContain('approv');
    expect(planOf(asking(well, 'in-place')).approvals).toBeUndefined();
  });

  test('is another plan than the same without the approval', () => {
    const declared = well.upgrading({ strategy: minorInPlace });
    expect(plan.hash).not.toBe(planOf(declared.planInput({ request: minor })).hash);
  });

  test('replaces a patch where machines can be replaced, and needs an approval', () => {
    const patch = planOf(askingToRebuild(machines));
    expect(patch).toMatchObject({
      strategy: 'replace',
      strategyReason: 'patch: asked for with --strategy, slipway.yaml says in-place',
      approvals: [{ kind: 'strategy' }],
    });
    expect(patch.hops.map(({ to, strategy }) => [to, strategy])).toEqual([['v1.12.6', 'replace']]);
    expect(patch.hops[0]?.nodes.every((node) => node.replacement)).toBe(true);
  });

  test('of a minor leaves a patch that only has to come first as slipway.yaml has it', () => {
    const seen = answersOf(seenNode(machines.running('v1.10.3'), 'work-1'));
    const hops = hopsOfNode(askingToRebuild(machines, { talos: 'v1.11.5' }), seen, [
      { to: 'v1.10.9' },
      { to: 'v1.11.5' },
    ]);
    expect(hops.map(({ to, strategy }) => [to, strategy])).toEqual([
      ['v1.10.9', 'in-place'],
      ['v1.11.5', 'replace'],
    ]);
  });

  test('in place says what Terraform will think of it', () => {
    const noted = (input: PlanInput): boolean =>
      planOf(input).notes.some((note) => note.includes('a plan of its own wants to replace them'));
    expect(noted(asking(machines, 'in-place', minor))).toBe(true);
    expect(noted(replacing(machines))).toBe(false);
  });

  test.each<[string, PlanInput, readonly unknown[]]>([
    [
      'to replace where nothing says what makes the machines',
      askingToRebuild(well),
      [expect.objectContaining({ kind: 'replacement-unprepared' })],
    ],
    [
      'to replace where the commit is not known',
      askingToRebuild(withTerraform(machines, {}), { commit: undefined }),
      [expect.objectContaining({ kind: 'terraform-commit-unknown' })],
    ],
    [
      'to replace for another image of the version that runs',
      {
        ...askingToRebuild(machines.running('v1.12.6').withTalos('work-1', { schematic: 'e'.repeat(64) })),
        schematics: answered({}),
      },
      expect.arrayContaining([
        { kind: 'strategy-impossible', node: 'work-1', version: 'v1.12.6' },
      ]) as unknown as readonly unknown[],
    ],
    [
      'in place over a minor that the factory has no release of',
      {
        ...asking(well, 'in-place', { talos: 'v1.14.2' }),
        availableVersions: answered(['v1.12.6', 'v1.14.2']),
      },
      [expect.objectContaining({ kind: 'minor-skipped' })],
    ],
  ])('is refused: %s', (_name, input, reasons) => expect(reasonsOf(input)).toEqual(reasons));

  test('counts for the nodes that are left only', () => {
    const most = well.running('v1.13.9').withTalos('work-1', { version: 'v1.13.4' });
    expect(planOf(asking(most, 'in-place', minor)).approvals).toBeUndefined();
  });
});

describe('upgrade.approve of slipway.yaml', () => {
  test.each(['patch', 'minor'] as const)('has a %s wait for approval', (delta) => {
    const cluster = well.upgrading({ approve: [delta], strategy: minorInPlace });
    const request = delta === 'minor' ? minor : {};
    expect(planOf(cluster.planInput({ request })).approvals).toEqual([
      { kind: 'delta', why: `upgrade.approve of slipway.yaml names ${delta}` },
    ]);
  });

  test('leaves every other step alone', () => {
    expect(planOf(well.upgrading({ approve: ['minor', 'major'] }).planInput()).approvals).toBeUndefined();
    expect(
      planOf(
        well
          .upgrading({ approve: ['minor'] })
          .running('v1.12.2')
          .planInput(),
      ).approvals,
    ).toBe(undefined);
  });

  test('is listed beside a strategy that was asked for', () => {
    const cluster = well.upgrading({ approve: ['minor'] });
    const { approvals } = planOf(asking(cluster, 'in-place', minor));
    expect(approvals?.map(({ kind }) => kind)).toEqual(['strategy', 'delta']);
  });

  const kindsOf = (input: PlanInput): unknown => planOf(input).approvals?.map(({ kind }) => kind);

  test('makes what touches a control plane wait, and nothing else', () => {
    const cluster = well.upgrading({ approve: ['control-planes'] });
    expect(planOf(cluster.planInput()).approvals).toEqual([
      { kind: 'control-planes', why: 'upgrade.approve of slipway.yaml names control-planes' },
    ]);
    expect(kindsOf({ ...cluster.planInput(), only: ['work-1'] })).toBeUndefined();
    const onTarget = ['ctrl-1', 'ctrl-2', 'ctrl-3'].reduce(
      (all, name) => all.withTalos(name, { version: 'v1.12.6' }),
      cluster,
    );
    expect(kindsOf(onTarget.planInput())).toBeUndefined();
  });

  test('makes what replaces a machine wait, and nothing else', () => {
    const cluster = machines.upgrading({ approve: ['replace'] });
    expect(planOf(replacing(cluster)).approvals).toEqual([
      { kind: 'replace', why: 'upgrade.approve of slipway.yaml names replace' },
    ]);
    expect(kindsOf(cluster.planInput())).toBeUndefined();
  });

  test('lets a minor and a patch continue without approval: only a major is named', () => {
    expect(well.planInput().inventory.upgrade).toMatchObject({ approve: ['major'], approvers: 1 });
    expect(kindsOf(well.planInput())).toBeUndefined();
    expect(kindsOf(well.upgrading({ strategy: minorInPlace }).planInput({ request: minor }))).toBeUndefined();
  });

  test('holds for a replacement, too', () => {
    const { approvals } = planOf(replacing(machines.upgrading({ approve: ['minor'] })));
    expect(approvals?.map(({ kind }) => kind)).toEqual(['delta']);
  });
});

describe('upgrade.approvers of slipway.yaml', () => {
  const one = planOf(well.upgrading({ approve: ['patch'] }).planInput());
  const two = planOf(well.upgrading({ approve: ['patch'], approvers: 2 }).planInput());

  test('is in a plan that waits, in its hash and in its text', () => {
    expect([one.approvers, two.approvers]).toEqual([undefined, 2]);
    expect(two.hash).not.toBe(one.hash);
    expect(planText(two)).toContain(
      '  Two different people must approve (upgrade.approvers of slipway.yaml).',
    );
    expect(planText(one)).not.toContain('Two different people');
  });

  test('changes no plan that needs no approval', () => {
    const unattended = planOf(well.upgrading({ approvers: 2 }).planInput());
    expect(unattended.approvers).toBeUndefined();
    expect(unattended.hash).toBe(planOf(well.planInput()).hash);
  });
});
