import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { atlas } from '../../../lab/clusters/atlas.js';
import type { ClusterDefinition } from '../../../lab/clusters/cluster-definition.js';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { aHypervisor, type TestHypervisor } from './a-hypervisor.js';
import { nodeModule, oneNode, template, vm } from './addresses.js';
import { declareVersions } from '../../../lab/terraform/write-configuration.js';
import { TerraformRun, changesOf, versions } from './terraform-run.js';

const hosts = ['baldar', 'heimdall', 'odin'];
const templates = hosts.flatMap((host) => [`${host}-control-plane`, `${host}-worker`]).map(template);
const next = '-var=talos_version=1.13.9';
const aRun = 120_000;

/** As in the repository of prox-ops: only the templates have the version, and each node waits for all of them. */
const asProxOps: ClusterDefinition = {
  ...proxOpsSmall,
  terraform: { nodesDependOnTemplates: true, vmsKeepTheirVersion: true },
};

describe('a configuration whose nodes depend on the templates', () => {
  let hypervisor: TestHypervisor;
  let terraform: TerraformRun;

  beforeAll(async () => {
    hypervisor = await aHypervisor(hosts);
    terraform = await TerraformRun.init('terraform', hypervisor, asProxOps);
    await terraform.apply();
  }, aRun);
  afterAll(() => hypervisor.end());

  it(
    'replaces the templates alone for another version',
    async () => {
      const { plan } = await terraform.plan(next);
      expect(Object.keys(changesOf(plan)).toSorted()).toEqual([...templates].toSorted());
    },
    aRun,
  );

  it(
    'brings every template along with -target on a node, until they are replaced',
    async () => {
      const before = await terraform.plan(next, ...oneNode('k8s-work-1'));
      expect(Object.keys(changesOf(before.plan)).toSorted()).toEqual(
        [...templates, vm('k8s-work-1')].toSorted(),
      );
      await terraform.apply(next, '-target=module.templates');
      const after = await terraform.plan(next, ...oneNode('k8s-work-1'));
      expect(changesOf(after.plan)).toEqual({ [vm('k8s-work-1')]: 'delete+create replace_by_request' });
    },
    aRun,
  );

  it(
    'has nothing to do for a node without -replace',
    async () => {
      const { plan } = await terraform.plan(next, `-target=${nodeModule('k8s-work-1')}`);
      expect(changesOf(plan)).toEqual({});
    },
    aRun,
  );
});

describe('a configuration whose nodes have an image of their own, as atlas', () => {
  const node = 'module.talos_node["talos-cp-02"]';
  const image = `${node}.module.image.terraform_data.template`;
  const machine = `${node}.terraform_data.vm`;
  let hypervisor: TestHypervisor;
  let terraform: TerraformRun;

  beforeAll(async () => {
    hypervisor = await aHypervisor(['atlas']);
    terraform = await TerraformRun.init('terraform', hypervisor, atlas());
    await terraform.apply();
  }, aRun);
  afterAll(() => hypervisor.end());

  it('makes images and VMs from nothing in one apply, each of its own schematic, with the ids of its inventory', () => {
    const { templates: images, vms } = hypervisor.hypervisor;
    expect(new Set(images.map(({ image: { schematic } }) => schematic)).size).toBe(5);
    expect(vms.map(({ vmid, template: id }) => [vmid, id])).toEqual(
      [0, 1, 2, 3, 4].map((index) => [300 + index, 9000 + index]),
    );
  });

  it(
    'replaces image and VM of one node, the VM going first and coming last',
    async () => {
      const version = '-var=talos_version=v1.13.9';
      const { plan } = await terraform.plan(version, `-target=${node}`);
      expect(Object.keys(changesOf(plan)).toSorted()).toEqual([image, machine]);
      const before = hypervisor.log().length;
      await terraform.apply(version, `-target=${node}`, `-replace=${image}`, `-replace=${machine}`);
      const changed = hypervisor
        .log()
        .slice(before)
        .filter(({ event, method, status }) => event === 'answered' && method !== 'GET' && status === 200)
        .map(({ method, path }) => `${method} ${path}`);
      expect(changed).toEqual(['DELETE /vms/301', 'DELETE /templates/9001', 'POST /templates', 'POST /vms']);
      expect(hypervisor.hypervisor.vm(301).image.talos).toBe('v1.13.9');
      expect(hypervisor.hypervisor.vm(300).image.talos).toBe('v1.12.1');
    },
    aRun,
  );
});

describe('a cluster that was brought to another version part by part, with -target', () => {
  const definition = {
    ...proxOpsSmall,
    machines: proxOpsSmall.machines.filter(({ host }) => host === 'odin'),
  };
  let hypervisor: TestHypervisor;
  let terraform: TerraformRun;

  beforeAll(async () => {
    hypervisor = await aHypervisor(['odin']);
    terraform = await TerraformRun.init('terraform', hypervisor, definition);
    await terraform.applyFromNothing();
    await terraform.apply(next, '-target=module.templates');
    for (const { name } of definition.machines) await terraform.apply(next, ...oneNode(name));
  }, aRun);
  afterAll(() => hypervisor.end());

  it(
    'has no resource to change once git declares it, and outputs that -target left out',
    async () => {
      expect(Object.keys(changesOf((await terraform.plan()).plan))).toHaveLength(4);
      await declareVersions(terraform.folder, definition, { ...versions, talos: 'v1.13.9' });
      const { exitCode, plan } = await terraform.plan();
      expect(changesOf(plan)).toEqual({});
      expect(plan.output_changes?.['cluster_summary']).toMatchObject({ actions: ['update'] });
      expect(exitCode).toBe(2);
      await terraform.apply();
      expect(await terraform.plan()).toMatchObject({ exitCode: 0 });
    },
    aRun,
  );
});
