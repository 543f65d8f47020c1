import { describe, expect, test } from '@jest/globals';
import { endpointIn } from '../../src/tools/configuration-endpoint.js';

const of = (cluster: string): string => `version: v1alpha1\nmachine:\n  type: worker\ncluster:\n${cluster}`;

describe('the endpoint in a machine configuration', () => {
  test('is read from whichever document has it', () => {
    const configuration = of('  controlPlane:\n    endpoint: https://10.0.0.11:6443\n');
    expect(endpointIn(configuration)?.hostname).toBe('10.0.0.11');
    expect(endpointIn(`apiVersion: v1alpha1\nkind: HostnameConfig\n---\n${configuration}`)?.port).toBe(
      '6443',
    );
  });

  test.each([
    ['it names none', of('  clusterName: a\n')],
    ['it is no URL', of('  controlPlane:\n    endpoint: 10.0.0.11\n')],
    ['it is no text', of('  controlPlane:\n    endpoint: { a: 1 }\n')],
    ['it is no YAML', 'a: [\n'],
    ['it is empty', ''],
  ])('is unknown where %s', (_name, text) => expect(endpointIn(text)).toBeUndefined());
});
