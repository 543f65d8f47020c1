import { describe, expect, test } from '@jest/globals';
import { emptySchematic } from '../../../src/planning/versions/installer-image.js';
import type { PlanInput, SchematicContents } from '../../../src/planning/plan/plan-input.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import {
  aCluster,
  answered,
  type Cluster,
  controlPlaneSchematic,
  unreachable,
  workerSchematic,
} from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const wanted = 'c'.repeat(64);
const own = 'd'.repeat(64);

/** Workers that run the schematic of the small world, with names as nodes give them, and are to get another one. */
const world = extensions(aCluster(), ['qemu-guest-agent', 'iscsi-tools']).declaring((inventory) => ({
  ...inventory,
  roles: { ...inventory.roles, worker: { schematic: wanted } },
}));
const same = world.running('v1.12.6');
const complete = ['siderolabs/iscsi-tools', 'siderolabs/qemu-guest-agent'];

function knowing(cluster: Cluster, contents: SchematicContents, more: Partial<PlanInput> = {}): PlanInput {
  return cluster.planInput({ schematics: answered(contents), ...(more as object) });
}

function reasonsOf(input: PlanInput): readonly Reason[] {
  const planned = planUpgrade(input);
  return planned.verdict === 'refused' ? planned.reasons : [];
}

describe('another schematic at the same version', () => {
  const plan = planOf(knowing(same, { [wanted]: complete }));
  const nodes = plan.hops[0]?.nodes ?? [];

  test('is an upgrade of the nodes that run another one, and of no others', () => {
    expect(plan.strategyReason).toBe('schematic: same version, another image');
    expect(nodes.filter((node) => !node.skip).map((node) => node.name)).toEqual([
      'work-1',
      'work-2',
      'work-3',
    ]);
  });

  test('expects the schematic that runs, and installs the one that is declared', () => {
    expect(nodes.find((node) => node.name === 'work-1')).toMatchObject({
      from: 'v1.12.6',
      schematic: wanted,
      image: `factory.talos.dev/nocloud-installer/${wanted}:v1.12.6`,
      expects: {
        version: 'v1.12.6',
        schematic: workerSchematic,
        extensions: ['iscsi-tools', 'qemu-guest-agent'],
      },
    });
  });

  test('is one note, with the nodes and both schematics', () => {
    const short = `${workerSchematic.slice(0, 12)}… → ${wanted.slice(0, 12)}…`;
    expect(plan.notes).toContain(
      `work-1, work-2 and work-3: made of another schematic from now on, ${short}`,
    );
  });

  test('of named nodes is about those alone', () => {
    const one = planOf(knowing(same, { [wanted]: complete }, { only: ['work-2'] }));
    expect(one.notes.join()).toContain('work-2: made of another schematic');
    expect(one.notes.join()).not.toContain('work-1: made of');
    expect(planUpgrade(same.planInput({ only: ['ctrl-1'] })).verdict).toBe('nothing-to-do');
  });

  test('that a node names for itself overrides its role', () => {
    const special = same.declaring((inventory) => ({
      ...inventory,
      roles: aCluster().inventory.roles,
      nodes: inventory.nodes.map((node) => (node.name === 'work-3' ? { ...node, schematic: own } : node)),
    }));
    const left = planOf(knowing(special, { [own]: complete })).hops[0]?.nodes.filter((node) => !node.skip);
    expect(left?.map(({ name, schematic }) => [name, schematic])).toEqual([['work-3', own]]);
  });

  test('from a plain image is a change from the empty schematic', () => {
    const plain = aCluster().running('v1.12.6').withTalos('work-1', { schematic: undefined, extensions: [] });
    const change = planOf(knowing(plain, { [workerSchematic]: [] }));
    expect(change.hops[0]?.nodes.filter((node) => !node.skip)).toMatchObject([
      { name: 'work-1', expects: { schematic: emptySchematic, extensions: [] } },
    ]);
  });
});

describe('another schematic together with a patch', () => {
  const plan = planOf(knowing(world, { [wanted]: complete }));

  test('is one upgrade: one hop, one image', () => {
    expect(plan.strategyReason).toBe('patch: same minor');
    expect(plan.hops).toHaveLength(1);
    expect(plan.hops[0]?.nodes.find((node) => node.name === 'work-1')).toMatchObject({
      from: 'v1.12.1',
      image: `factory.talos.dev/nocloud-installer/${wanted}:v1.12.6`,
      expects: { version: 'v1.12.1', schematic: workerSchematic },
    });
    expect(plan.notes.join()).toContain('made of another schematic');
  });

  test('touches a node that has the version already, for its schematic', () => {
    const half = planOf(knowing(world.running('v1.12.6', 'work-1', 'ctrl-1'), { [wanted]: complete }));
    expect(half.hops[0]?.nodes.filter((node) => node.skip).map((node) => node.name)).toEqual(['ctrl-1']);
  });
});

describe('a schematic that', () => {
  test.each<[string, PlanInput, readonly object[]]>([
    [
      'the factory does not know is refused, once',
      knowing(world, { [wanted]: null }),
      [{ kind: 'schematic-unknown', schematic: wanted, factory: 'factory.talos.dev' }],
    ],
    [
      'was not among those asked for is not known either',
      knowing(world, {}),
      [{ kind: 'schematic-unknown', schematic: wanted }],
    ],
    [
      'an unreachable factory could not describe is refused',
      world.planInput({ schematics: unreachable('503') }),
      [{ kind: 'factory-unreachable', why: '503' }],
    ],
    [
      'that was not requested is refused',
      world.planInput(),
      [{ kind: 'factory-unreachable', why: 'it was not asked what the new schematics are made of' }],
    ],
    [
      'leaves out what runs is refused, node by node',
      knowing(world, { [wanted]: ['siderolabs/qemu-guest-agent'] }, { only: ['work-1', 'work-3'] }),
      [
        { kind: 'extensions-would-go', node: 'work-1', schematic: wanted, lost: ['iscsi-tools'] },
        { kind: 'extensions-would-go', node: 'work-3', schematic: wanted, lost: ['iscsi-tools'] },
      ],
    ],
    [
      'is empty loses everything',
      knowing(world, { [wanted]: [] }, { only: ['work-1'] }),
      [{ kind: 'extensions-would-go', lost: ['iscsi-tools', 'qemu-guest-agent'] }],
    ],
    [
      'gives up one extension and loses another is refused for the other',
      knowing(giving(['iscsi-tools']), { [wanted]: [] }, { only: ['work-1'] }),
      [{ kind: 'extensions-would-go', lost: ['qemu-guest-agent'] }],
    ],
  ])('%s', (_name, input, reasons) => {
    expect(reasonsOf(input)).toMatchObject(reasons);
    expect(reasonsOf(input)).toHaveLength(reasons.length);
  });

  test('loses what was given up is planned, and says without what', () => {
    const plan = planOf(knowing(giving(['iscsi-tools', 'qemu-guest-agent']), { [wanted]: [] }));
    expect(plan.notes.join()).toContain('without iscsi-tools and qemu-guest-agent');
  });

  test('adds an extension loses nothing', () => {
    const plan = planOf(knowing(world, { [wanted]: [...complete, 'siderolabs/tailscale'] }));
    expect(plan.notes.join()).not.toContain('without');
  });

  test('is asked about only where a node is to get another one', () => {
    expect(reasonsOf(aCluster().planInput({ schematics: unreachable('503') }))).toEqual([]);
  });
});

/** What a node runs, what the new schematic names, and whether it is the same extension. */
const names: readonly [running: string, official: string, kept: boolean][] = [
  ['qemu-guest-agent', 'siderolabs/qemu-guest-agent', true],
  ['siderolabs/qemu-guest-agent', 'siderolabs/qemu-guest-agent', true],
  ['nvidia-container-toolkit', 'siderolabs/nvidia-container-toolkit-production', true],
  ['nvidia-container-toolkit', 'siderolabs/nvidia-container-toolkit-lts', true],
  ['nvidia-container-toolkit-lts', 'siderolabs/nvidia-container-toolkit-lts', true],
  ['nvidia-container-toolkit-lts', 'siderolabs/nvidia-container-toolkit-production', false],
  ['iscsi-tools', 'siderolabs/util-linux-tools', false],
  ['tools', 'siderolabs/iscsi-tools', false],
  ['iscsi-tools', 'siderolabs/iscsi', false],
  // Other extensions whose names begin alike, as siderolabs/extensions has them.
  ['gvisor', 'siderolabs/gvisor-debug', false],
  ['qemu', 'siderolabs/qemu-guest-agent', false],
  ['kata-containers', 'siderolabs/kata-containers-snp', false],
];

describe('the name of a running extension', () => {
  test.each(names)('%s is %s: %s', (running, official, kept) => {
    const cluster = extensions(world, [running]);
    const reasons = reasonsOf(knowing(cluster, { [wanted]: [official] }, { only: ['work-1'] }));
    expect(reasons).toEqual(
      kept ? [] : [{ kind: 'extensions-would-go', node: 'work-1', schematic: wanted, lost: [running] }],
    );
  });

  test('modules.dep is none: Talos lists it wherever an extension brings kernel modules', () => {
    const cluster = extensions(world, ['i915', 'modules.dep']);
    expect(reasonsOf(knowing(cluster, { [wanted]: ['siderolabs/i915'] }, { only: ['work-1'] }))).toEqual([]);
  });
});

describe('a control plane', () => {
  test('with another schematic is judged like a worker', () => {
    const other = aCluster().withTalos('ctrl-2', { schematic: own, extensions: ['iscsi-tools'] });
    expect(reasonsOf(knowing(other, { [controlPlaneSchematic]: ['siderolabs/qemu-guest-agent'] }))).toEqual([
      {
        kind: 'extensions-would-go',
        node: 'ctrl-2',
        schematic: controlPlaneSchematic,
        lost: ['iscsi-tools'],
      },
    ]);
  });
});

/** Every worker runs these. */
function extensions(cluster: Cluster, list: readonly string[]): Cluster {
  return ['work-1', 'work-2', 'work-3'].reduce(
    (seen, node) => seen.withTalos(node, { extensions: list.toSorted() }),
    cluster,
  );
}

function giving(mayLoseExtensions: string[]): Cluster {
  return world.upgrading({ mayLoseExtensions });
}
