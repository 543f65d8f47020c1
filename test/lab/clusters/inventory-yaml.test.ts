import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { clusterNamed, clusterNames } from '../../../lab/clusters/clusters.js';
import { labInventory, type InventoryTarget } from '../../../lab/clusters/inventory-yaml.js';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { mistakeLine, parseInventory } from '../../../src/inventory/load.js';
import { Inventory } from '../../../src/inventory/schema.js';

const target: InventoryTarget = {
  versions: { talos: 'v1.12.6', kubernetes: 'v1.35.0' },
  decision: '0s',
  ageRecipient: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  files: { reader: 'reader', admin: 'admin', kubeconfig: 'kubeconfig', snapshots: 'snapshots' },
  speed: 4,
  limits: 'generous',
};

const terraform: NonNullable<InventoryTarget['terraform']> = {
  tool: 'terraform',
  version: '1.11.4',
  vms: proxOpsSmall.machines.map(({ name }, index) => ({ name, vmid: 8001 + index })),
  configurations: 'machine-configurations/{node}.yaml',
  files: {
    configuration: 'terraform',
    backend: 'terraform-backend.hcl',
    endpoint: 'hypervisor-endpoint',
    token: 'hypervisor-token',
  },
};

describe('the slipway.yaml of a simulated cluster', () => {
  const inventory = Inventory.parse(parse(labInventory(proxOpsSmall, target).text));

  it('is one that Slipway accepts', () => {
    expect(inventory.cluster).toBe('prox-ops');
    expect(inventory.nodes.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'k8s-ctrl-1 10.20.67.1',
      'k8s-ctrl-2 10.20.67.2',
      'k8s-ctrl-3 10.20.67.3',
      'k8s-work-1 10.20.67.4',
      'k8s-work-2 10.20.67.5',
      'k8s-work-3 10.20.67.6',
    ]);
  });

  it('declares the target', () => {
    expect(inventory.versions).toEqual({ talos: 'v1.12.6', kubernetes: 'v1.35.0' });
  });

  it('shortens what is always waited in full by the lab’s speed', () => {
    expect(inventory.limits).toMatchObject({
      etcdStable: 500,
      soakControlPlane: 500,
      soakCanary: 500,
      soakWorker: 0,
    });
  });

  it('has limits that a busy machine does not reach, and short ones on request', () => {
    const limitsOf = (limits: InventoryTarget['limits']): Record<string, string> =>
      (
        parse(labInventory(proxOpsSmall, { ...target, terraform, limits }).text) as {
          limits: Record<string, string>;
        }
      ).limits;
    const { look, decision, drainSlice, etcdStable, soakControlPlane, soakCanary, soakWorker, ...ends } =
      limitsOf('generous');
    expect(new Set(Object.values(ends))).toEqual(new Set(['5m']));
    expect({ look, decision, drainSlice }).toEqual({ look: '100ms', decision: '0s', drainSlice: '10s' });
    const short = limitsOf('short');
    expect(Object.keys(short)).toEqual(Object.keys(limitsOf('generous')));
    expect(short).toMatchObject({ etcdStable, soakControlPlane, soakCanary, soakWorker, look, boot: '30s' });
    for (const name of Object.keys(ends)) expect(short[name]).toMatch(/^\d\d?s$/);
  });

  const mistakesOf = (name: string): readonly string[] => {
    const read = parseInventory(labInventory(clusterNamed(name), target).text, 'slipway.yaml');
    return read.ok ? [] : read.mistakes.map(mistakeLine);
  };

  it.each(clusterNames.filter((name) => name !== 'two-control-planes'))('is right for %s', (name) => {
    expect(mistakesOf(name)).toEqual([]);
  });

  it('is right for a cluster whose machines Terraform makes, and names no secret but by reference', () => {
    const text = labInventory(proxOpsSmall, { ...target, terraform }).text;
    const read = parseInventory(text, 'slipway.yaml');
    expect(read.ok ? [] : read.mistakes.map(mistakeLine)).toEqual([]);
    const { roles, nodes, terraform: section } = Inventory.parse(parse(text));
    expect(roles.worker).toMatchObject({
      terraform: 'module.worker_nodes["{node}"]',
      nics: ['untagged', 62, 81],
      configuration: { by: 'apply-config', file: { file: 'machine-configurations/{node}.yaml' } },
    });
    expect(nodes.map(({ vm }) => vm)).toEqual([8001, 8002, 8003, 8004, 8005, 8006]);
    expect(section).toMatchObject({
      version: '1.11.4',
      source: { folder: 'terraform' },
      env: { PROXMOX_VE_API_TOKEN: { file: 'hypervisor-token' } },
    });
  });

  it.each(['prox-ops', 'atlas', 'atlas-by-vip', 'portkey'])(
    'is right for %s, its machines made by Terraform',
    (cluster) => {
      const definition = clusterNamed(cluster);
      const vms = definition.machines.map(({ name }, index) => ({ name, vmid: 8001 + index }));
      const read = parseInventory(
        labInventory(definition, { ...target, terraform: { ...terraform, vms } }).text,
        'slipway.yaml',
      );
      expect(read.ok ? [] : read.mistakes.map(mistakeLine)).toEqual([]);
    },
  );

  it('keeps an example’s Terraform section, except for the place, the state and the credentials', () => {
    const { text } = labInventory(clusterNamed('prox-ops'), { ...target, terraform });
    const kept = Inventory.parse(parse(text));
    expect(kept.patches).toHaveLength(1);
    expect(kept.terraform).toMatchObject({
      version: '1.11.4',
      templates: { address: 'module.templates["{host}-{role}"]', all: true },
      variables: { talosWritten: '1.2.3', files: [] },
    });
    const atlas = Inventory.parse(parse(labInventory(clusterNamed('atlas'), { ...target, terraform }).text));
    expect(atlas.roles.worker).toMatchObject({
      terraform: 'module.talos_node["{node}"]',
      configuration: { by: 'terraform' },
      nics: ['untagged'],
    });
    expect(atlas.controlPlane.endpoint).toBe('https://10.0.0.11:6443');
  });

  it('names the VIP as the endpoint where the machine configurations do', () => {
    const { text, said } = labInventory(clusterNamed('atlas-by-vip'), target);
    expect(Inventory.parse(parse(text)).controlPlane.endpoint).toBe('https://10.0.0.20:6443');
    expect(said.join()).toContain('controlPlane.endpoint: https://10.0.0.20:6443');
  });

  it('is refused where there are two control planes', () => {
    const [mistake, ...others] = mistakesOf('two-control-planes');
    expect(mistake).toContain('two nodes are control planes');
    expect(others).toEqual([]);
  });
});

describe.each(['prox-ops', 'atlas', 'portkey'])('the slipway.yaml of %s in a lab', (name) => {
  const definition = clusterNamed(name);
  const file = readFileSync(definition.inventory ?? '', 'utf8');
  const declared = parse(file) as { versions: InventoryTarget['versions']; snapshot: object };

  it('is the example, but for credentials, snapshots and limits', () => {
    const { text, said } = labInventory(definition, { ...target, versions: declared.versions });
    const { access, limits, ...rest } = parse(text) as Record<string, unknown>;
    const { access: _access, limits: _limits, ...example } = parse(file) as Record<string, unknown>;
    const snapshot = { directory: 'snapshots', recipient: target.ageRecipient };
    expect(rest).toEqual({ ...example, snapshot: { ...declared.snapshot, ...snapshot } });
    expect(access).toMatchObject({ kubernetes: { file: 'kubeconfig' } });
    expect(limits).toMatchObject({ etcdStable: '500ms' });
    expect(said).toEqual([
      `examples/${name}/slipway.yaml, with the lab's own limits, credentials, and folder and key for snapshots`,
    ]);
    for (const line of file.split('\n').filter((one) => one.includes('assumed') && one.startsWith('#')))
      expect(text).toContain(line);
  });

  it('says which versions were changed', () => {
    const versions = { ...declared.versions, talos: 'v1.13.8' };
    const { text, said } = labInventory(definition, { ...target, versions });
    expect((parse(text) as typeof declared).versions).toEqual(versions);
    expect(said.slice(1)).toEqual([
      `versions.talos: v1.13.8 in the lab's copy, ${declared.versions.talos} in examples/${name}/slipway.yaml`,
    ]);
  });
});
