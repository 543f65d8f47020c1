import path from 'node:path';
import type { World } from '../../lab/world.js';
import { projectRoot } from '../../src/tools/project-root.js';

/** Where smoke tests with the network of their node run in a lab. */
export const hostNamespace = 'probes-host';

/** Applies the shipped Role for smoke tests, unchanged. */
export async function applyProbeRole(world: World): Promise<void> {
  await world.kubectl(
    'apply',
    '-f',
    path.join(projectRoot, 'deploy', 'kubernetes', 'probes', 'namespace.yaml'),
  );
}

/** Applies it under another name, for Pods with the network of their node. */
export async function applyHostProbeRole(world: World): Promise<void> {
  const [namespace, subject] = [hostNamespace, { apiGroup: 'rbac.authorization.k8s.io', kind: 'User' }];
  await world.apply({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
  });
  await world.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: namespace, namespace },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list'] }],
  });
  await world.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: namespace, namespace },
    roleRef: { apiGroup: subject.apiGroup, kind: 'Role', name: namespace },
    subjects: [{ ...subject, name: 'slipway' }],
  });
}

/** Names of the Pods of smoke tests, in all namespaces. */
export async function probePods(world: World): Promise<string[]> {
  const listed = await world.kubectl('get', 'pods', '-A', '-l', 'slipway.dev/probe', '-o', 'name');
  return listed.split('\n').filter((line) => line !== '');
}

/** A node's cordon, as `kubectl` shows it. */
export async function isCordoned(world: World, node: string): Promise<boolean> {
  return (await world.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')) === 'true';
}
