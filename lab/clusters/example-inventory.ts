import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '../../src/tools/project-root.js';
import type { ClusterDefinition } from './cluster-definition.js';

/** The fields of an inventory that the lab reads. Slipway validates the whole file. */
const Example = z.object({
  cluster: z.string(),
  versions: z.object({ talos: z.string(), kubernetes: z.string() }),
  vip: z.ipv4(),
  image: z.object({ factory: z.string(), platform: z.string() }),
  nodes: z.array(
    z.object({
      name: z.string(),
      role: z.enum(['control-plane', 'worker']),
      address: z.ipv4(),
      host: z.string(),
      vm: z.int().optional(),
      gpu: z.object({ resource: z.string(), count: z.int() }).optional(),
    }),
  ),
  controlPlane: z.object({ endpoint: z.url().optional() }).optional(),
  gates: z.object({ criticalNamespaces: z.array(z.string()) }),
});

/** The cluster in its inventory: without the content of its schematics, and without its workloads. */
type ExampleCluster = Omit<ClusterDefinition, 'schematics' | 'workloads' | 'inventory'> & {
  readonly inventory: string;
};

/**
 * Reads `examples/<name>/slipway.yaml`.
 *
 * @throws when the file lacks what a lab needs
 */
export function readExample(name: string): ExampleCluster {
  const inventory = path.join(projectRoot, 'examples', name, 'slipway.yaml');
  const example = Example.parse(parse(readFileSync(inventory, 'utf8')));
  const { cluster, versions, vip, image, nodes, gates } = example;
  const endpoint = example.controlPlane?.endpoint;
  return {
    cluster,
    machines: nodes.map(({ gpu, vm, ...node }) => ({
      ...node,
      ...(vm === undefined ? {} : { vm }),
      ...(gpu ? { gpu } : {}),
    })),
    vip,
    ...(endpoint === undefined ? {} : { endpoint: new URL(endpoint).hostname }),
    versions: { talos: versions.talos, target: versions.talos, kubernetes: versions.kubernetes },
    image,
    criticalNamespaces: gates.criticalNamespaces,
    inventory,
  };
}
