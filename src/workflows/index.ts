/** The bundle's entry: every workflow by its name in history. */
export { clusterQueue } from './cluster-queue.js';
export { deliver } from './deliver.js';
export { upgradeCluster } from './upgrade-cluster.js';
export { upgradeNode } from './upgrade-node.js';
