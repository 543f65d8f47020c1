import { clusterNamed, defaultCluster } from '../clusters/clusters.js';
import type { ClusterMachine } from '../clusters/cluster-definition.js';
import { replaced } from '../put-back/replace-machines.js';
import type { World, WorldOptions } from '../world.js';

/** The three flows of a node: as `stepOrders` names them. */
export type ChaosFlow = 'legacy' | 'lifecycle' | 'replace';

/** A cluster, and the flow of its nodes. */
interface Shape {
  readonly cluster: string;
  readonly flow: ChaosFlow;
  readonly lab: Pick<WorldOptions, 'cluster' | 'hypervisor' | 'labArgs'>;
  /** Called once the lab is ready. */
  readonly prepare?: (world: World) => Promise<unknown>;
  /** Its weight in the draw. */
  readonly weight: number;
}

/** Sizes and flows of the labs that chaos is played on; in place, an example goes to the newest patch of its minor. */
export const shapes = {
  small: { cluster: defaultCluster, flow: 'legacy', lab: {}, weight: 3 },
  'small-1.13': {
    cluster: defaultCluster,
    flow: 'lifecycle',
    lab: { labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.9'] },
    weight: 3,
  },
  'small-replace': {
    cluster: defaultCluster,
    flow: 'replace',
    lab: { hypervisor: true, labArgs: ['--talos', replaced.from, '--target', replaced.from] },
    // Git declares the new version later than the machines were made, as in practice.
    prepare: (world) => world.owner.mergeTalos(replaced.to),
    weight: 3,
  },
  atlas: {
    cluster: 'atlas',
    flow: 'legacy',
    lab: { cluster: 'atlas', labArgs: ['--target', 'v1.11.5'] },
    weight: 1,
  },
  portkey: {
    cluster: 'portkey',
    flow: 'legacy',
    lab: { cluster: 'portkey', labArgs: ['--target', 'v1.12.6'] },
    weight: 1,
  },
  'five-plus-one': {
    cluster: 'five-plus-one',
    flow: 'legacy',
    lab: { cluster: 'five-plus-one' },
    weight: 1,
  },
  'one-plus-two': { cluster: 'one-plus-two', flow: 'legacy', lab: { cluster: 'one-plus-two' }, weight: 1 },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof shapes;

export const shapeNames = Object.keys(shapes) as readonly ShapeName[];

export function shapeNamed(name: ShapeName): Shape {
  return shapes[name];
}

/** Read once: an example is a file. */
const machines = new Map<ShapeName, readonly ClusterMachine[]>();

/** The machines of a shape, in the inventory's order. */
export function machinesOf(name: ShapeName): readonly ClusterMachine[] {
  const known = machines.get(name) ?? clusterNamed(shapes[name].cluster).machines;
  machines.set(name, known);
  return known;
}
