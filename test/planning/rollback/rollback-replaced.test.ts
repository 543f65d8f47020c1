import { describe, expect, test } from '@jest/globals';
import { stepOrders, type StepName } from '../../../src/planning/steps/node-steps.js';
import type { MachineStanding } from '../../../src/planning/node/observation.js';
import type { PlannedNode } from '../../../src/planning/plan/plan.js';
import { rollbackOfReplaced } from '../../../src/planning/rollback/rollback-replaced.js';
import type { MachineInTerraform } from '../../../src/planning/terraform/machine-in-terraform.js';
import { rollbackValuesOf } from '../../../src/planning/rollback/rollback-values.js';
import { cordonedByRun, marked, unreachable, workerSchematic, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, replacing, withRole, withTerraform } from '../a-replacing-cluster.js';

const run = 'run/prox-ops/4';
const [from, to] = ['v1.12.1', 'v1.13.9'];
const old = '0a000000-0000-0000-0000-000000000001';
const made = '0b000000-0000-0000-0000-000000000002';
const mac = 'bc:24:11:00:1f:44';
const world = aReplacingCluster({ workers: 5 });
const [hop] = planOf(replacing(world)).hops;
const template = 'module.templates["thor-worker"]';

function planned(name: string): PlannedNode {
  const node = hop?.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`the plan has no ${name}`);
  return node;
}

/** Its machine was replaced, or nearly was, by this run, whose cordon is on it. */
const marks = { ...marked({ replace: `${run}/1/x/1 1` }), run, cordonedBy: run };
const touched = (name: string, of = world): Cluster =>
  of.withObject(name, { ...cordonedByRun(run), marks, systemUuid: old });
/** A new machine has joined with the version of the hop. */
const joined = (name: string, of = world): Cluster =>
  touched(name, of)
    .running(to, name)
    .withObject(name, { osImage: `Talos (${to})`, systemUuid: made });
/** Nothing of it answers, or a machine waits there. */
const silent = (
  name: string,
  standing: MachineStanding = { kind: 'unreachable' },
  of = touched(name),
): Cluster =>
  of
    .withObject(name, { ready: false })
    .withNode(name, (node) => ({ ...node, talos: unreachable('no route to host'), standing }));
const waits = (version: string): MachineStanding => ({ kind: 'waiting', uuid: made, version });

function inState(name: string, uuid: string, more: Partial<MachineInTerraform> = {}): MachineInTerraform {
  const address = `${planned(name).replacement?.address}.terraform_data.vm`;
  return {
    present: [{ address, type: 'terraform_data', id: uuid, tainted: false, deposed: [] }],
    lacking: [],
    identity: { uuid, mac },
    standing: { kind: 'configured', uuid, macs: [mac] },
    templates: [template],
    ...more,
  };
}
const gone = (name: string): MachineInTerraform => ({
  present: [],
  lacking: [`${planned(name).replacement?.address}.terraform_data.vm`],
  identity: {},
  standing: { kind: 'unreachable' },
  templates: [template],
});
const waiting = { standing: { kind: 'maintenance', uuid: made, macs: [mac] } } as const;

function back(
  name: string,
  now: Cluster,
  machine: MachineInTerraform,
  before: PlannedNode = planned(name),
  ahead: readonly string[] = [],
) {
  const known = rollbackValuesOf(now.inventory, before, { ...hop });
  if (known.verdict === 'refused') return known;
  const { inventory, observation } = now;
  return rollbackOfReplaced({ inventory, observation, before, to, way: known.way, ahead, machine });
}
const why = (answer: ReturnType<typeof back>): string =>
  answer.verdict === 'refused'
    ? answer.reasons.map((one) => ('why' in one ? `${one.kind}: ${one.why}` : one.kind)).join('\n')
    : answer.verdict;

describe('a node that was replaced, joined, and is rolled back', () => {
  const answer = back('work-2', joined('work-2'), inState('work-2', made), planned('work-2'), [
    'work-5',
    'work-3',
  ]);

  test('is replaced again, of its old template, with the previous values', () => {
    expect(answer).toMatchObject({
      verdict: 'rollback',
      steps: stepOrders['rollback-replaced'],
      node: {
        name: 'work-2',
        back: true,
        from: to,
        schematic: workerSchematic,
        image: expect.stringMatching(/:v1\.12\.1$/),
        expects: { version: to },
        replacement: {
          address: 'module.worker_nodes["work-2"]',
          rollbackValues: {
            values: {
              talos_version: '1.12.1',
              kubernetes_version: 'v1.35.0',
              talos_schematic_worker: workerSchematic,
            },
            templates: [template],
          },
        },
      },
    });
  });

  test('says what that costs: the template, the machine, and the template again', () => {
    expect(answer).toMatchObject({
      costs: {
        took: 660_000,
        notes: [
          `${template} replaced with v1.12.1 first: usually 5m`,
          'the machine of work-2 replaced with v1.12.1: usually 6m',
          expect.stringMatching(/^work-5 is still to be made of that template with v1\.13\.9: .* again/),
        ],
      },
    });
  });

  test('makes no template where the present one holds the old version', () => {
    const kept = back('work-2', joined('work-2'), inState('work-2', made, { templates: [] }));
    expect(kept).toMatchObject({
      costs: { took: 360_000, notes: [expect.stringContaining('holds v1.12.1 already'), expect.anything()] },
    });
  });

  test('has its patches, where it had any; no template step, where there are none', () => {
    const patched = back('work-2', joined('work-2'), inState('work-2', made), {
      ...planned('work-2'),
      patches: 2,
    });
    expect(patched).toMatchObject({ steps: stepOrders['rollback-replaced-patched'] });
    const none = withTerraform(world, { templates: undefined });
    const without = (steps: readonly StepName[]) => steps.filter((step) => step !== 'templates');
    expect(back('work-2', joined('work-2', none), inState('work-2', made, { templates: [] }))).toMatchObject({
      steps: without(stepOrders['rollback-replaced']),
    });
  });

  test('as a control plane has its dead member removed, and a snapshot first', () => {
    const { steps } = { steps: stepOrders['rollback-replaced'] as readonly StepName[] };
    expect(back('ctrl-2', joined('ctrl-2'), inState('ctrl-2', made))).toMatchObject({ steps });
    expect(steps.indexOf('snapshot')).toBeLessThan(steps.indexOf('cordon'));
    expect(steps.indexOf('remove-member')).toBe(steps.indexOf('replace-machine') + 1);
  });
});

describe('a node whose new machine did not join, and is rolled back', () => {
  test.each<[string, Cluster, MachineInTerraform, 'gone' | 'waiting']>([
    ['destroyed, and not made', silent('work-2'), gone('work-2'), 'gone'],
    [
      'made, and unreachable',
      silent('work-2'),
      inState('work-2', made, { standing: { kind: 'unreachable' } }),
      'gone',
    ],
    ['made, and waits', silent('work-2', waits(to)), inState('work-2', made, waiting), 'waiting'],
    ['made of the old template', silent('work-2', waits(from)), inState('work-2', made, waiting), 'waiting'],
    [
      'joined, and became unreachable',
      silent('work-2', { kind: 'unreachable' }, joined('work-2')),
      inState('work-2', made, { standing: { kind: 'unreachable' } }),
      'gone',
    ],
  ])('is made with the previous values: %s', (_what, now, machine, continues) => {
    expect(back('work-2', now, machine)).toMatchObject({
      verdict: 'rollback',
      steps: stepOrders['rollback-resumed'],
      node: { from: to, replacement: { continues, rollbackValues: { templates: [template] } } },
    });
  });

  test.each<[string, Cluster, MachineInTerraform, RegExp]>([
    [
      'the old machine waits there',
      silent('work-2', { kind: 'waiting', uuid: old, version: from }),
      inState('work-2', old, { standing: { kind: 'maintenance', uuid: old, macs: [mac] } }),
      /^machine-not-replaced$/,
    ],
    [
      'the state holds the old machine, and nothing answers',
      silent('work-2'),
      inState('work-2', old, { standing: { kind: 'unreachable' } }),
      /^terraform-unclear: the state holds the old machine/,
    ],
    [
      'another machine waits there',
      silent('work-2', waits(to)),
      inState('work-2', old, waiting),
      /^machine-other$/,
    ],
    [
      'no run began to replace it',
      silent('work-2').withObject('work-2', { marks: marked({}) }),
      gone('work-2'),
      /was not replaced: it is still the previous one/,
    ],
    [
      'its kubelet responds',
      silent('work-2').withObject('work-2', { ready: true }),
      gone('work-2'),
      /kubelet is heard.*ask again/,
    ],
  ])('is not, where %s', (_what, now, machine, says) =>
    expect(why(back('work-2', now, machine))).toMatch(says),
  );
});

describe('a node whose machine never was replaced', () => {
  test('only returns to service', () => {
    const answer = back('work-2', touched('work-2'), inState('work-2', old));
    expect(answer).toMatchObject({
      verdict: 'rollback',
      steps: ['cordon', 'record-facts', 'await-ready', 'await-etcd-member', 'verify-node', 'uncordon'],
    });
    expect(answer).not.toHaveProperty('costs');
    expect(answer).not.toHaveProperty('node.replace');
  });

  test('has its patches, where a machine of the old template may have come', () => {
    const before = { ...planned('work-2'), patches: 1 };
    expect(back('work-2', touched('work-2'), inState('work-2', old), before)).toMatchObject({
      steps: [
        'cordon',
        'record-facts',
        'await-ready',
        'await-etcd-member',
        'patch-machine',
        'verify-node',
        'uncordon',
      ],
    });
  });

  test('needs a person, where Terraform does not have it complete', () => {
    const tainted = inState('work-2', old);
    const half = { ...tainted, present: tainted.present.map((one) => ({ ...one, tainted: true })) };
    expect(why(back('work-2', touched('work-2'), half))).toBe('terraform-incomplete');
    expect(why(back('work-2', touched('work-2'), gone('work-2')))).toBe('terraform-machine-unrecorded');
  });
});

describe('a rollback is refused', () => {
  const etcd = (now: Cluster, version: string, storage?: string): Cluster =>
    ['ctrl-1', 'ctrl-2', 'ctrl-3'].reduce<Cluster>(
      (all, name) => all.withMember(name, { version, ...(storage ? { storage } : {}) }),
      now,
    );
  const fromOlder = { ...planned('ctrl-2'), from: 'v1.10.9' };

  test.each<[string, () => ReturnType<typeof back>, RegExp]>([
    [
      'where it runs neither version',
      () => back('work-2', touched('work-2').running('v1.12.4', 'work-2'), inState('work-2', made)),
      /runs v1\.12\.4, neither/,
    ],
    [
      'where Terraform would change more than the version',
      () =>
        back(
          'work-2',
          joined('work-2'),
          inState('work-2', made, {
            forbids: { kind: 'terraform-action', address: 'module.x.disk.data', action: 'destroyed' },
          }),
        ),
      /^terraform-action$/,
    ],
    [
      'where the old Talos does not support the Kubernetes that runs',
      () =>
        back(
          'work-2',
          joined('work-2').withObject('work-1', { kubeletVersion: 'v1.36.0' }),
          inState('work-2', made),
        ),
      /^kubernetes-unsupported$/,
    ],
    [
      'where etcd’s data is of a newer version',
      () =>
        back(
          'ctrl-2',
          etcd(joined('ctrl-2').onKubernetes('v1.32.0'), '3.6.5', '3.6.0'),
          inState('ctrl-2', made),
          fromOlder,
        ),
      /its data is of etcd 3\.6, Talos v1\.10\.9 brings etcd 3\.5.*talosctl etcd downgrade enable/,
    ],
    [
      'where an earlier run had destroyed the machine: nobody recorded what it was made of',
      () => {
        const { replacement } = planned('work-2');
        const before = replacement
          ? { ...planned('work-2'), replacement: { ...replacement, continues: 'gone' as const } }
          : planned('work-2');
        return back('work-2', silent('work-2'), gone('work-2'), before);
      },
      /nobody recorded of which schematic/,
    ],
    [
      'where git names another schematic, and no variable carries it',
      () =>
        back(
          'ctrl-2',
          withRole(joined('ctrl-2'), 'control-plane', { schematic: 'f'.repeat(64) }),
          inState('ctrl-2', made),
        ),
      /git names another one by now, and no variable of Terraform carries it/,
    ],
  ])('%s', (_what, answer, says) => expect(why(answer())).toMatch(says));

  test('but passes the schematic from before, where a variable carries it', () => {
    const now = withRole(joined('work-2'), 'worker', { schematic: 'f'.repeat(64) });
    expect(back('work-2', now, inState('work-2', made))).toMatchObject({
      node: {
        schematic: workerSchematic,
        image: expect.stringContaining(workerSchematic),
        replacement: { rollbackValues: { values: { talos_schematic_worker: workerSchematic } } },
      },
    });
  });

  test('and takes all templates of the hop along, where Terraform does', () => {
    const now = withTerraform(joined('work-2'), {
      templates: { address: 'module.templates["{host}-{role}"]', all: true },
    });
    const differ = { templates: hop?.templates ?? [] };
    expect(back('work-2', now, inState('work-2', made, differ), planned('work-2'), ['ctrl-1'])).toMatchObject(
      {
        node: { replacement: { rollbackValues: { templates: hop?.templates } } },
        costs: {
          took: 960_000,
          notes: [
            expect.anything(),
            expect.anything(),
            expect.stringMatching(/^ctrl-1 is still to be made of those/),
          ],
        },
      },
    );
  });
});
