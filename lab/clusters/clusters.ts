import { atlas, atlasByVip } from './atlas.js';
import type { ClusterDefinition } from './cluster-definition.js';
import { fivePlusOne, oneNode, onePlusGpus, onePlusTwo, twoControlPlanes } from './other-sizes.js';
import { portkey } from './portkey.js';
import { proxOpsSmall } from './prox-ops-small.js';
import { proxOps } from './prox-ops.js';

/** The default cluster. */
export const defaultCluster = 'prox-ops-small';

/** Every cluster of the lab, by the name it is started with. Those of `examples/` have the example's name. */
const clusters: Readonly<Record<string, () => ClusterDefinition>> = {
  [defaultCluster]: () => proxOpsSmall,
  'prox-ops': proxOps,
  atlas,
  'atlas-by-vip': atlasByVip,
  portkey,
  'one-node': () => oneNode,
  'one-plus-two': () => onePlusTwo,
  'one-plus-gpus': () => onePlusGpus,
  'five-plus-one': () => fivePlusOne,
  'two-control-planes': () => twoControlPlanes,
};

export const clusterNames: readonly string[] = Object.keys(clusters);

/** A cluster by name. Throws a sentence that lists the valid names. */
export function clusterNamed(name: string): ClusterDefinition {
  const cluster = Object.hasOwn(clusters, name) ? clusters[name] : undefined;
  if (!cluster) throw new Error(`The lab has no cluster ${name}. It has ${clusterNames.join(', ')}.`);
  return cluster();
}
