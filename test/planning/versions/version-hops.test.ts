import { describe, expect, test } from '@jest/globals';
import { versionAfter, versionHops } from '../../../src/planning/versions/version-hops.js';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, answered, type Cluster, marked, unreachable } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const available = ['v1.10.8', 'v1.10.9', 'v1.10.10', 'v1.10.11-beta.0', 'v1.11.5', 'v1.12.6', 'v1.13.9'];
const why =
  'etcd 3.5 older than that of Talos v1.10.9 can bring removed members back when etcd 3.6 takes over';

describe('the versions of the hops', () => {
  test.each<[string, readonly string[], string, readonly string[], readonly string[]]>([
    ['a patch', ['v1.12.1'], 'v1.12.6', available, ['v1.12.6']],
    ['a minor without a trap', ['v1.12.1'], 'v1.13.9', available, ['v1.13.9']],
    ['1.10 to 1.11, too old', ['v1.10.3'], 'v1.11.5', available, ['v1.10.10', 'v1.11.5']],
    [
      '1.10 to 1.11, one node too old',
      ['v1.10.10', 'v1.10.8'],
      'v1.11.5',
      available,
      ['v1.10.10', 'v1.11.5'],
    ],
    ['1.10 to 1.11, just safe', ['v1.10.9'], 'v1.11.5', available, ['v1.11.5']],
    ['1.10 to 1.11, safe', ['v1.10.10'], 'v1.11.5', available, ['v1.11.5']],
    [
      '1.10 to 1.11, a pre-release of the safe patch',
      ['v1.10.9-rc.0'],
      'v1.11.5',
      available,
      ['v1.10.10', 'v1.11.5'],
    ],
    ['two minors', ['v1.11.3'], 'v1.13.9', available, ['v1.12.6', 'v1.13.9']],
    [
      'two minors, some further on',
      ['v1.13.1', 'v1.11.3', 'v1.12.9'],
      'v1.13.9',
      available,
      ['v1.12.6', 'v1.13.9'],
    ],
    ['a target that is not the newest patch', ['v1.11.3'], 'v1.13.2', available, ['v1.12.6', 'v1.13.2']],
    [
      'three minors, the first a trap',
      ['v1.10.3'],
      'v1.13.9',
      available,
      ['v1.10.10', 'v1.11.5', 'v1.12.6', 'v1.13.9'],
    ],
    ['a trap that lies between', ['v1.9.3'], 'v1.11.5', available, ['v1.10.10', 'v1.11.5']],
    ['a downgrade', ['v1.10.3'], 'v1.9.5', available, ['v1.9.5']],
    ['another major', ['v1.11.3'], 'v2.0.0', available, ['v2.0.0']],
    ['1.11 to 1.12', ['v1.11.3'], 'v1.12.6', available, ['v1.12.6']],
    ['a patch of 1.10', ['v1.10.3'], 'v1.10.10', available, ['v1.10.10']],
    ['what runs is no version', ['unknown'], 'v1.11.5', available, ['v1.11.5']],
    ['nothing is left to do', [], 'v1.11.5', available, ['v1.11.5']],
  ])('of %s', (_name, running, target, versions, expected) => {
    const { hops, missing } = versionHops(running, target, versions);
    expect(hops.map((hop) => hop.to)).toEqual(expected);
    expect(missing).toBeUndefined();
  });

  test('give the reason of an additional hop, and none for the target', () => {
    expect(versionHops(['v1.10.3'], 'v1.11.5', available).hops).toEqual([
      { to: 'v1.10.10', why },
      { to: 'v1.11.5' },
    ]);
  });

  test.each([
    ['nothing of that minor', ['v1.11.5']],
    ['older patches only', ['v1.10.8', 'v1.11.5']],
    ['a pre-release of the safe patch only', ['v1.10.9-rc.0', 'v1.11.5']],
  ])('name the patch that is missing where the factory has %s', (_name, versions) => {
    expect(versionHops(['v1.10.3'], 'v1.11.5', versions)).toEqual({ hops: [], missing: 'v1.10.9' });
  });

  test('name the minor between of which the factory has no release', () => {
    const without = ['v1.11.5', 'v1.12.0-rc.1', 'v1.13.9'];
    expect(versionHops(['v1.11.3'], 'v1.13.9', without)).toEqual({ hops: [], missingMinor: '1.12' });
  });

  test('name the safe patch where a minor between is left well only from it', () => {
    const without = ['v1.10.8', 'v1.11.5'];
    expect(versionHops(['v1.9.3'], 'v1.11.5', without)).toEqual({ hops: [], missing: 'v1.10.9' });
  });

  test.each([
    ['v1.10.3', 'v1.10.10', 'v1.10.10'],
    ['v1.10.10', 'v1.10.10', 'v1.10.10'],
    ['v1.11.2', 'v1.10.10', 'v1.11.2'],
  ])('a node that runs %s has, after the hop to %s, %s', (running, to, after) =>
    expect(versionAfter(running, { to })).toBe(after),
  );
});

/** Talos 1.10 on a Kubernetes that 1.10 and 1.11 support, minors in place. */
const old: Cluster = kubernetes(aCluster(), 'v1.33.2')
  .upgrading({ strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' } })
  .running('v1.10.3');

function asked(cluster: Cluster, versions: PlanInput['availableVersions'] = answered(available)): PlanInput {
  return cluster.planInput({ request: { talos: 'v1.11.5' }, availableVersions: versions });
}

describe('the plan from 1.10 to 1.11', () => {
  const plan = planOf(asked(old));
  const [first, second] = plan.hops;

  test('brings every node to the newest patch first, then to the target', () => {
    expect(plan.hops.map(({ to, why: reason }) => [to, reason])).toEqual([
      ['v1.10.10', why],
      ['v1.11.5', undefined],
    ]);
    expect(first?.nodes.map(({ from }) => from)).toEqual(Array.from({ length: 6 }, () => 'v1.10.3'));
    expect(second?.nodes.map(({ from }) => from)).toEqual(Array.from({ length: 6 }, () => 'v1.10.10'));
    expect(second?.nodes.map(({ expects }) => expects.version)).toEqual(
      second?.nodes.map(({ from }) => from),
    );
  });

  test('gives each hop its images, its canary and its soaks', () => {
    for (const hop of plan.hops) {
      expect(hop.nodes.every((node) => node.image.endsWith(`:${hop.to}`))).toBe(true);
      expect(hop.nodes.filter((node) => node.canary).map((node) => node.name)).toEqual(['work-1']);
    }
  });

  test('says why in its notes and takes both hops into its estimate', () => {
    expect(plan.notes).toContain(`Talos v1.10.10 comes first: ${why}`);
    const direct = planOf(asked(old.running('v1.10.10')));
    expect(plan.estimate).toBeGreaterThan(direct.estimate * 1.8);
  });

  test('is one hop where every node is safe already', () => {
    expect(planOf(asked(old.running('v1.10.9'))).hops.map((hop) => hop.to)).toEqual(['v1.11.5']);
  });

  test('leaves nodes out of the first hop that run its version, or a newer minor', () => {
    const mixed = old.running('v1.10.10', 'ctrl-1').running('v1.11.2', 'ctrl-2').running('v1.11.5', 'work-3');
    const [patch, minor] = planOf(asked(mixed)).hops;
    const skipped = (nodes: typeof patch) =>
      nodes?.nodes.filter((node) => node.skip).map((node) => node.name);
    expect(skipped(patch)).toEqual(['ctrl-1', 'ctrl-2', 'work-3']);
    expect(skipped(minor)).toEqual(['work-3']);
    expect(minor?.nodes.find((node) => node.name === 'ctrl-2')).toMatchObject({ from: 'v1.11.2' });
  });

  test('takes over annotations in the first hop only', () => {
    const left = old.withObject('work-2', { marks: marked({ run: 'run/prox-ops/4' }) });
    const adopting = planOf(asked(left)).hops.map((hop) =>
      hop.nodes.flatMap((node) => (node.adopts ? [node.name] : [])),
    );
    expect(adopting).toEqual([['work-2'], []]);
  });

  test('is refused where the factory lacks the safe patch', () => {
    expect(planUpgrade(asked(old, answered(['v1.11.5'])))).toEqual({
      verdict: 'refused',
      reasons: [{ kind: 'version-unknown', version: 'v1.10.9', newest: undefined }],
    });
  });

  test('names the newest patch where the factory has older ones only', () => {
    expect(planUpgrade(asked(old, answered(['v1.10.8', 'v1.11.5'])))).toEqual({
      verdict: 'refused',
      reasons: [{ kind: 'version-unknown', version: 'v1.10.9', newest: 'v1.10.8' }],
    });
  });

  test('does not say that a version is missing where the factory did not answer', () => {
    expect(planUpgrade(asked(old, unreachable('timeout')))).toEqual({
      verdict: 'refused',
      reasons: [{ kind: 'factory-unreachable', factory: 'factory.talos.dev', why: 'timeout' }],
    });
  });

  test('says of no node that it is left alone because the first hop skips it', () => {
    const safe = old.running('v1.10.10', 'ctrl-1');
    expect(planOf(asked(safe)).notes.join('\n')).not.toContain('not touched');
  });

  test('foresees what is blocked, and who is away, at a node that the first hop skips', () => {
    const safe = old
      .running('v1.10.10', 'work-2')
      .withPod({ name: 'naked', node: 'work-2', owner: undefined })
      .withPod({ name: 'pinned', node: 'work-2', pinnedTo: 'work-2' });
    const { blocked, notes } = planOf(asked(safe));
    expect(blocked.map(({ node, reason }) => `${node} ${reason.kind}`)).toEqual(['work-2 drain-failed']);
    expect(notes.join('\n')).toContain('may run on work-2 only');
  });
});

function kubernetes(cluster: Cluster, version: string): Cluster {
  return cluster.observation.nodes
    .reduce((world, node) => world.withObject(node.name, { kubeletVersion: version }), cluster)
    .withWorkloads((seen) => ({
      ...seen,
      controlPlane: seen.controlPlane.map((pod) => ({ ...pod, version })),
    }));
}
