import { describe, expect, test } from '@jest/globals';
import type { GateContext } from '../../../src/planning/gates/gates.js';
import { nodesReadyGate } from '../../../src/planning/gates/nodes-ready-gate.js';
import {
  aCluster,
  answered,
  type Cluster,
  cordonedByRun,
  cordonedBySomebody,
  cordonedByTalos,
  now,
} from '../a-cluster.js';

const before: GateContext = { criticalNamespaces: [], moment: 'before-node', now };
const soak: GateContext = { criticalNamespaces: [], moment: 'soak', now };
const well = aCluster();
const run = 'run/prox-ops/7';

const closed: readonly [string, Cluster, GateContext, object][] = [
  [
    'a Node is gone',
    well.withNode('work-1', (n) => ({ ...n, kubernetes: answered(undefined) })),
    before,
    { kind: 'node-missing' },
  ],
  [
    'a worker is not Ready',
    well.withObject('work-1', { ready: false }),
    before,
    { kind: 'node-not-ready', node: 'work-1' },
  ],
  [
    'a worker a person cordoned is not Ready',
    well.withObject('work-1', { ...cordonedBySomebody, ready: false }),
    before,
    { kind: 'node-not-ready', node: 'work-1' },
  ],
  [
    'Talos reboots a worker',
    well.withTalos('work-1', { stage: 'rebooting' }),
    before,
    { kind: 'talos-not-ready', stage: 'rebooting' },
  ],
  [
    'Talos is not ready',
    well.withTalos('work-1', { ready: false, unmet: ['x'] }),
    before,
    { kind: 'talos-not-ready', unmet: ['x'] },
  ],
  [
    'a person cordoned a control plane',
    well.withObject('ctrl-2', cordonedBySomebody),
    before,
    { kind: 'node-cordoned', node: 'ctrl-2', by: 'somebody' },
  ],
  [
    'a person cordoned the control plane that comes next',
    well.withObject('ctrl-2', cordonedBySomebody),
    { ...before, toDrain: ['ctrl-2'] },
    { kind: 'node-cordoned', node: 'ctrl-2', by: 'somebody' },
  ],
  [
    'an earlier run left another control plane cordoned',
    well.withObject('ctrl-2', cordonedByRun(run)),
    { ...before, toDrain: ['ctrl-1'] },
    { kind: 'node-cordoned', node: 'ctrl-2', by: run },
  ],
  [
    'Talos itself cordoned a worker',
    well.withObject('work-2', cordonedByTalos),
    before,
    { kind: 'node-cordoned', node: 'work-2', by: 'Talos itself' },
  ],
  [
    'another control plane is cordoned while one is under work',
    well.withObject('ctrl-1', cordonedByRun(run)).withObject('ctrl-2', cordonedBySomebody),
    { ...soak, underWork: 'ctrl-1' },
    { kind: 'node-cordoned', node: 'ctrl-2' },
  ],
];

const open: readonly [string, Cluster, GateContext, string | undefined][] = [
  ['all is well', well, before, undefined],
  [
    'a person cordoned a worker',
    well.withObject('work-2', cordonedBySomebody),
    before,
    'cordoned, and left so: work-2',
  ],
  [
    'this run cordoned the node under work',
    well.withObject('ctrl-1', cordonedByRun(run)),
    { ...soak, underWork: 'ctrl-1' },
    undefined,
  ],
  [
    'an earlier run left the node that comes next cordoned',
    well.withObject('ctrl-2', cordonedByRun(run)),
    { ...before, toDrain: ['ctrl-2'] },
    'cordoned, and left so: ctrl-2',
  ],
];

describe('the gate of ready nodes', () => {
  test.each(closed)('is closed when %s', (_name, cluster, context, reason) => {
    expect(nodesReadyGate(cluster.observation, context)).toMatchObject({ verdict: 'closed', reason });
  });

  test.each(open)('is open when %s', (_name, cluster, context, note) => {
    expect(nodesReadyGate(cluster.observation, context)).toEqual(
      note === undefined ? { verdict: 'open' } : { verdict: 'open', note },
    );
  });
});
