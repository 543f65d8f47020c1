import { describe, expect, test } from '@jest/globals';
import type { PlanInput } from '../../../src/planning/plan/plan-input.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { planUpgrade } from '../../../src/planning/plan/upgrade-plan.js';
import { aCluster, answered, type Cluster } from '../a-cluster.js';
import { aReplacingCluster, available, replacing, withRole, withTerraform } from '../a-replacing-cluster.js';

const world = aReplacingCluster();
const reasonsOf = (input: PlanInput): readonly Reason[] => {
  const planned = planUpgrade(input);
  return planned.verdict === 'refused' ? planned.reasons : [];
};

const withEndpoint = (cluster: Cluster, endpoint: string): Cluster =>
  cluster.declaring((inventory) => ({
    ...inventory,
    controlPlane: { ...inventory.controlPlane, endpoint },
  }));

const endpoint = 'https://10.20.67.1:6443';
const withoutHost = world.declaring((inventory) => ({
  ...inventory,
  nodes: inventory.nodes.map(({ host: _host, ...node }) => node),
}));

describe('no machine is replaced', () => {
  test.each<[string, PlanInput, readonly Reason[]]>([
    [
      'where nothing says how',
      replacing(aCluster()),
      [
        {
          kind: 'replacement-unprepared',
          missing: [
            'terraform',
            'roles.control-plane.terraform',
            'roles.control-plane.configuration',
            'roles.worker.terraform',
            'roles.worker.configuration',
          ],
        },
      ],
    ],
    [
      'where its role says nothing of its configuration',
      replacing(withRole(world, 'worker', { configuration: undefined })),
      [{ kind: 'replacement-unprepared', missing: ['roles.worker.configuration'] }],
    ],
    [
      'where its address means nothing',
      replacing(withRole(world, 'worker', { terraform: 'module.worker_nodes[{node}]' }), {
        only: ['work-1'],
      }),
      [
        {
          kind: 'terraform-address-wrong',
          address: 'module.worker_nodes[{node}]',
          why: 'module.worker_nodes[work-1] is no module and no resource',
        },
      ],
    ],
    [
      'where the host of its template is not known',
      replacing(withoutHost, { only: ['work-1'] }),
      [
        {
          kind: 'terraform-address-wrong',
          address: 'module.templates["{host}-{role}"]',
          why: 'work-1 has no host in slipway.yaml',
        },
      ],
    ],
    [
      'where slipway.yaml is not committed as it is',
      world.planInput({
        request: { talos: 'v1.13.9' },
        availableVersions: answered(available),
      }),
      [{ kind: 'terraform-commit-unknown', file: 'slipway.yaml' }],
    ],
    [
      'where it is the endpoint of the machine configurations',
      replacing(withEndpoint(world, endpoint)),
      [{ kind: 'replacement-endpoint', node: 'ctrl-1', endpoint }],
    ],
    [
      'where the endpoint is its name',
      replacing(withEndpoint(world, 'https://ctrl-2:6443')),
      [{ kind: 'replacement-endpoint', node: 'ctrl-2', endpoint: 'https://ctrl-2:6443' }],
    ],
    [
      'where it is the only control plane',
      replacing(aReplacingCluster({ controlPlanes: 1 })),
      [{ kind: 'replacement-loses-etcd', node: 'ctrl-1', members: 1 }],
    ],
    [
      'where etcd has one member, whatever is declared',
      replacing(world.withEtcd((etcd) => ({ ...etcd, members: etcd.members.slice(0, 1) }))),
      [{ kind: 'replacement-loses-etcd', node: 'ctrl-1', members: 1 }],
    ],
    [
      'where it might get another Kubernetes than it had',
      replacing(world.withObject('work-1', { kubeletVersion: 'v1.34.2' })),
      [
        {
          kind: 'replacement-kubernetes-mixed',
          variable: 'kubernetes_version',
          lowest: 'v1.34.2',
          highest: 'v1.35.0',
        },
      ],
    ],
    [
      'to another major',
      replacing(world, { talos: 'v2.0.0', availableVersions: answered(['v2.0.0']), only: ['work-1'] }),
      [
        {
          kind: 'talos-unsupported',
          version: 'v2.0.0',
          known: ['1.9', '1.10', '1.11', '1.12', '1.13', '1.14'],
        },
      ],
    ],
  ])('%s', (_name, input, reasons) => expect(reasonsOf(input)).toEqual(reasons));

  test('of two control planes, and no other node is touched', () => {
    const kinds = reasonsOf(replacing(aReplacingCluster({ controlPlanes: 2 }))).map(({ kind }) => kind);
    expect(kinds).toEqual(['two-voters']);
  });
});

describe('what forbids it for one node does not forbid it for others', () => {
  test.each<[string, PlanInput]>([
    [
      'the endpoint, when only workers are asked for',
      replacing(withEndpoint(world, endpoint), { only: ['work-1'] }),
    ],
    [
      'the endpoint, when it is a virtual address',
      replacing(withEndpoint(world, 'https://10.20.67.100:6443')),
    ],
    [
      'the endpoint, when it runs the target already',
      replacing(withEndpoint(world.running('v1.13.9', 'ctrl-1'), endpoint)),
    ],
    [
      'the endpoint, when it gets a patch in place',
      replacing(withEndpoint(world, endpoint), { talos: 'v1.12.6' }),
    ],
    [
      'one control plane, when its workers are asked for',
      replacing(onlyWorkers(), { only: ['work-1', 'work-2'] }),
    ],
    [
      'what a role lacks that is not replaced',
      replacing(withRole(world, 'control-plane', { configuration: undefined }), { only: ['work-1'] }),
    ],
    [
      'several versions of Kubernetes, where Terraform gets none',
      replacing(withoutKubernetesVariable().withObject('work-1', { kubeletVersion: 'v1.34.2' })),
    ],
    ['a commit, where nothing is replaced', world.planInput()],
  ])('%s', (_name, input) => expect(planUpgrade(input)).toMatchObject({ verdict: 'planned' }));
});

describe('several minors', () => {
  const far = world.running('v1.11.5');

  test('are refused where the factory has no release of one between', () => {
    const input = replacing(far, {
      talos: 'v1.14.2',
      availableVersions: answered(['v1.12.6', 'v1.13.0-rc.1', 'v1.14.2']),
    });
    expect(reasonsOf(input)).toEqual([
      { kind: 'minor-skipped', from: 'v1.11.5', to: 'v1.14.2', next: '1.13' },
    ]);
  });

  test('are refused where one between does not know the Kubernetes that runs', () => {
    const old = aReplacingCluster().running('v1.11.5');
    const names = old.observation.nodes.map(({ name }) => name);
    const with136 = names
      .reduce((cluster, name) => cluster.withObject(name, { kubeletVersion: 'v1.36.0' }), old)
      .withWorkloads((seen) => ({
        ...seen,
        controlPlane: seen.controlPlane.map((pod) => ({ ...pod, version: 'v1.36.0' })),
      }));
    expect(reasonsOf(replacing(with136, { talos: 'v1.13.9' }))).toEqual([
      {
        kind: 'kubernetes-unsupported',
        talos: 'v1.12.6',
        kubernetes: 'v1.36.0',
        lowest: '1.30',
        highest: '1.35',
      },
    ]);
  });

  test('in place go hop by hop too, and stop where no protocol is known', () => {
    const inPlace = far.upgrading({ strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' } });
    const planned = planUpgrade(replacing(inPlace, { talos: 'v1.14.2' }));
    expect(
      planned.verdict === 'planned' && planned.plan.hops.map(({ to, strategy }) => [to, strategy]),
    ).toEqual([
      ['v1.12.6', undefined],
      ['v1.13.9', undefined],
      ['v1.14.2', undefined],
    ]);
    const newer = inPlace.running('v1.14.0');
    expect(reasonsOf(replacing(newer, { talos: 'v1.14.2' })).map(({ kind }) => kind)).toEqual([
      'flow-unavailable',
    ]);
  });
});

function onlyWorkers(): Cluster {
  return aReplacingCluster({ controlPlanes: 1 });
}

function withoutKubernetesVariable(): Cluster {
  const variables = world.inventory.terraform?.variables;
  if (!variables) throw new Error('the world has no Terraform');
  const { kubernetes: _, ...rest } = variables;
  return withTerraform(world, { variables: rest });
}
