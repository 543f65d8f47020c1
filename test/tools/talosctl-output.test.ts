import { describe, expect, it } from '@jest/globals';
import { parseResources, parseTable } from '../../src/tools/talosctl-output.js';

describe('parseResources', () => {
  it('reads each document of talosctl get -o yaml', () => {
    const printed = [
      'node: 10.20.67.1',
      'metadata:',
      '    namespace: runtime',
      '    id: version',
      'spec:',
      '    version: v1.12.1',
      '---',
      'node: 10.20.67.1',
      'metadata:',
      '    id: "1"',
      'spec:',
      '    metadata:',
      '        name: schematic',
      '',
    ].join('\n');
    expect(parseResources(printed)).toEqual([
      { id: 'version', spec: { version: 'v1.12.1' } },
      { id: '1', spec: { metadata: { name: 'schematic' } } },
    ]);
  });

  it('answers nothing for no output', () => {
    expect(parseResources('')).toEqual([]);
  });

  it('refuses what is no YAML', () => {
    expect(() => parseResources('a: [1')).toThrow(/talosctl printed YAML that cannot be read/);
  });
});

describe('parseTable', () => {
  it('keeps cells apart by where their headings start, also empty ones and those with spaces', () => {
    const printed = [
      'NODE         ID                 HOSTNAME     PEER URLS                  LEARNER',
      '10.20.67.1   8e9e05c52164694d   k8s-ctrl-1   https://10.20.67.1:2380    false',
      '10.20.67.1   91bc3c398fb3c146                https://10.20.67.2:2380    true',
    ].join('\n');
    expect(parseTable(printed, ['ID', 'HOSTNAME', 'LEARNER'])).toEqual([
      {
        NODE: '10.20.67.1',
        ID: '8e9e05c52164694d',
        HOSTNAME: 'k8s-ctrl-1',
        'PEER URLS': 'https://10.20.67.1:2380',
        LEARNER: 'false',
      },
      {
        NODE: '10.20.67.1',
        ID: '91bc3c398fb3c146',
        HOSTNAME: '',
        'PEER URLS': 'https://10.20.67.2:2380',
        LEARNER: 'true',
      },
    ]);
  });

  it('skips warnings before the table', () => {
    const printed =
      'WARNING: 10.20.67.1: server version 1.12.0 is older than client version 1.12.1\nNODE   SERVICE   STATE     HEALTH\na      etcd      Running   OK\n';
    expect(parseTable(printed, ['SERVICE', 'HEALTH'])[0]).toMatchObject({ SERVICE: 'etcd', HEALTH: 'OK' });
  });

  it('refuses output without the table it asked for', () => {
    expect(() => parseTable('', ['ID'])).toThrow('talosctl printed no table with the columns ID');
  });
});
