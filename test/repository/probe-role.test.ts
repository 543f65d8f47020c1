import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { usualProbeNamespace } from '../../src/inventory/probes.js';
import { projectRoot } from '../../src/tools/project-root.js';

const file = (name: string): unknown[] =>
  parseAllDocuments(readFileSync(path.join(projectRoot, 'deploy', 'kubernetes', name), 'utf8')).map(
    (document) => document.toJS() as unknown,
  );

test('the right to make and delete pods is that of one namespace, which allows none with rights on the node', () => {
  expect(file('probes/namespace.yaml')).toEqual([
    expect.objectContaining({
      kind: 'Namespace',
      metadata: {
        name: usualProbeNamespace,
        labels: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      },
    }),
    expect.objectContaining({
      kind: 'Role',
      metadata: { name: usualProbeNamespace, namespace: usualProbeNamespace },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get', 'list'] }],
    }),
    expect.objectContaining({
      kind: 'RoleBinding',
      metadata: { name: usualProbeNamespace, namespace: usualProbeNamespace },
    }),
  ]);
  expect(JSON.stringify(file('cluster-role.yaml'))).not.toContain('delete');
});
