import { describe, expect, test } from '@jest/globals';
import type { Document } from 'yaml';
import { mistakeLine } from '../../src/inventory/load.js';
import { brokenRules } from '../../src/inventory/rules.js';
import { changedText, mistakesOf } from './an-inventory.js';

const cases: readonly [string, (draft: Document) => void, string][] = [
  [
    'two nodes of one name',
    (draft) => draft.setIn(['nodes', 3, 'name'], 'a'),
    'name a is also that of nodes[0]',
  ],
  [
    'two nodes with one address',
    (draft) => draft.setIn(['nodes', 3, 'address'], '10.0.0.1'),
    'address 10.0.0.1 is also that of nodes[0]',
  ],
  [
    'two nodes that are one machine',
    (draft) => draft.setIn(['nodes', 3, 'vm'], 1),
    'vm 1 is also that of nodes[0]',
  ],
  [
    'no control plane',
    (draft) => [0, 0, 0].forEach((index) => draft.deleteIn(['nodes', index])),
    'no node is a control plane',
  ],
  ['two control planes', (draft) => draft.deleteIn(['nodes', 2]), 'two nodes are control planes'],
  [
    'one control plane, its outage not accepted',
    (draft) => [1, 1].forEach((index) => draft.deleteIn(['nodes', index])),
    'its outage is not accepted',
  ],
  [
    'a worker without a worker role',
    (draft) => draft.deleteIn(['roles', 'worker']),
    'it is missing, and w has that role',
  ],
  [
    "a VIP that is a node's own address",
    (draft) => draft.setIn(['vip'], '10.0.0.2'),
    '10.0.0.2 is the address of b',
  ],
  [
    'a drain slice over a minute',
    (draft) => draft.setIn(['limits'], { drainSlice: '61s' }),
    'it is longer than 60s',
  ],
  [
    'a drain shorter than its slice',
    (draft) => draft.setIn(['limits'], { drain: '30s' }),
    'limits.drainSlice is longer than limits.drain',
  ],
  ['looks without a pause', (draft) => draft.setIn(['limits'], { look: '10ms' }), 'it is shorter than 50ms'],
  ['looks that are rare', (draft) => draft.setIn(['limits'], { look: '2m' }), 'it is longer than 60s'],
  [
    'a check longer than all checks',
    (draft) => draft.setIn(['limits'], { check: '6m' }),
    'limits.check is longer than limits.nodeChecks',
  ],
  ['a wait of no length', (draft) => draft.setIn(['limits'], { boot: '0s' }), 'it is zero'],
  [
    'a GPU that is no resource',
    (draft) => draft.setIn(['nodes', 3, 'gpu'], { resource: 'gpu', count: 1 }),
    '"gpu" is no resource',
  ],
  ['one card in two machines', sharedCard, 'card-1 on one is given to nodes[0] too'],
  [
    'a Terraform address for all control planes',
    (draft) => draft.setIn(['roles', 'control-plane', 'terraform'], 'module.nodes'),
    'it does not say {node}',
  ],
  [
    'two untagged interfaces',
    (draft) => draft.setIn(['roles', 'worker', 'nics'], ['untagged', 'untagged', 62]),
    '2 interfaces are untagged',
  ],
  [
    'snapshots in memory',
    (draft) => draft.setIn(['snapshot', 'directory'], '/run/slipway/'),
    '/run does not outlive a reboot',
  ],
  [
    'snapshots in a bucket',
    (draft) => draft.setIn(['snapshot', 'directory'], 's3://bucket/x'),
    's3:// is no folder',
  ],
];

describe('a rule across fields', () => {
  test.each(cases)('refuses %s', (_name, change, what) => {
    const mistakes = mistakesOf(changedText(change));
    expect(mistakes.map(mistakeLine).join('\n')).toContain(what);
    expect(mistakes).toHaveLength(1);
  });

  test('says what to do about two control planes', () => {
    const [mistake] = mistakesOf(changedText((draft) => draft.deleteIn(['nodes', 2])));
    expect(mistake?.fix).toBe('add a third control plane, or leave one');
  });

  test.each<[string, (draft: Document) => void]>([
    ['one control plane whose outage is accepted', oneAccepted],
    [
      'no soak at all',
      (draft) => draft.setIn(['limits'], { soakControlPlane: '0s', soakCanary: '0s', soakWorker: '0s' }),
    ],
    ['the same card on two hosts', (draft) => sharedCard(draft, 'two')],
    [
      'a Terraform address for the only worker',
      (draft) => draft.setIn(['roles', 'worker', 'terraform'], 'module.worker'),
    ],
    ['a relative snapshot folder', (draft) => draft.setIn(['snapshot', 'directory'], 'snapshots')],
    [
      'a folder whose name starts like one in memory',
      (draft) => draft.setIn(['snapshot', 'directory'], '/running/snapshots'),
    ],
  ])('allows %s', (_name, change) => {
    expect(mistakesOf(changedText(change)).map(mistakeLine)).toEqual([]);
  });

  test('never throws, whatever the document contains', () => {
    const odd = [
      null,
      1,
      'x',
      [],
      {},
      { nodes: 5 },
      { nodes: [null, 7, 'a', { name: 3 }] },
      { roles: [] },
      { limits: { drain: {} } },
    ];
    for (const document of odd) expect(Array.isArray(brokenRules(document))).toBe(true);
  });

  test('says nothing about control planes while a role cannot be read', () => {
    const mistakes = mistakesOf(changedText((draft) => draft.setIn(['nodes', 0, 'role'], 'master')));
    expect(mistakes.map((mistake) => mistake.path)).toEqual([expect.stringContaining('nodes[0].role')]);
  });
});

function sharedCard(draft: Document, host = 'one'): void {
  draft.setIn(['nodes', 0, 'gpu'], { resource: 'nvidia.com/gpu', count: 1, pci: 'card-1' });
  draft.setIn(['nodes', 3, 'gpu'], { resource: 'nvidia.com/gpu', count: 1, pci: 'card-1' });
  draft.setIn(['nodes', 3, 'host'], host);
}

function oneAccepted(draft: Document): void {
  [1, 1].forEach((index) => draft.deleteIn(['nodes', index]));
  draft.setIn(['controlPlane'], { outageAccepted: true });
}
