import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { inventoryYaml } from '../../../lab/clusters/inventory-yaml.js';
import { proxOpsSmall } from '../../../lab/clusters/prox-ops-small.js';
import { Inventory } from '../../../src/inventory/schema.js';

const target = {
  talos: 'v1.12.6',
  ageRecipient: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  files: { reader: 'reader', admin: 'admin', kubeconfig: 'kubeconfig', snapshots: 'snapshots' },
  speed: 4,
};

describe('the slipway.yaml of a simulated cluster', () => {
  const inventory = Inventory.parse(parse(inventoryYaml(proxOpsSmall, target)));

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
});
