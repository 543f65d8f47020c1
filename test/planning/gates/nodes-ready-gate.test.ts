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

const batch = ['work-1', 'work-2'];
/** work-1 is asked for; work-2 is worked on at the same time, and reboots. */
const mate = well
  .withObject('work-2', { ...cordonedByRun(run), ready: false })
  .withTalos('work-2', { stage: 'rebooting', ready: false });

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
    { ...soak, underWork: ['ctrl-1'], judged: 'ctrl-1' },
    { kind: 'node-cordoned', node: 'ctrl-2' },
  ],
  [
    'a node beside the batch is not Ready',
    mate.withObject('work-3', { ready: false }),
    { ...soak, underWork: batch, judged: 'work-1' },
    { kind: 'node-not-ready', node: 'work-3' },
  ],
  [
    'the node it is asked for is not Ready, though under work',
    mate.withObject('work-1', { ...cordonedByRun(run), ready: false }),
    { ...soak, underWork: batch, judged: 'work-1' },
    { kind: 'node-not-ready', node: 'work-1' },
  ],
  [
    'Talos reboots the node it is asked for',
    mate.withTalos('work-1', { stage: 'rebooting' }),
    { ...before, underWork: ['work-2'], judged: 'work-1' },
    { kind: 'talos-not-ready', node: 'work-1' },
  ],
  [
    'the Node of a batch-mate is gone',
    mate.withNode('work-2', (n) => ({ ...n, kubernetes: answered(undefined) })),
    { ...soak, underWork: batch, judged: 'work-1' },
    { kind: 'node-missing', node: 'work-2' },
  ],
  [
    'a node reboots that is not declared as a batch-mate',
    mate,
    { ...before, judged: 'work-1' },
    { kind: 'node-not-ready', node: 'work-2' },
  ],
  [
    'Talos itself cordoned the worker that comes next, beside a batch-mate',
    mate.withObject('work-1', cordonedByTalos),
    { ...before, underWork: ['work-2'], judged: 'work-1', toDrain: ['work-1'] },
    { kind: 'node-cordoned', node: 'work-1' },
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
    { ...soak, underWork: ['ctrl-1'], judged: 'ctrl-1' },
    undefined,
  ],
  [
    'an earlier run left the node that comes next cordoned',
    well.withObject('ctrl-2', cordonedByRun(run)),
    { ...before, toDrain: ['ctrl-2'] },
    'cordoned, and left so: ctrl-2',
  ],
  [
    'a batch-mate reboots before this one is touched',
    mate,
    { ...before, underWork: ['work-2'], judged: 'work-1', toDrain: ['work-1'] },
    undefined,
  ],
  [
    'a batch-mate reboots while this one soaks',
    mate.withObject('work-1', cordonedByRun(run)),
    { ...soak, underWork: batch, judged: 'work-1' },
    undefined,
  ],
  [
    'a person cordoned a worker beside the batch',
    mate.withObject('work-3', cordonedBySomebody),
    { ...soak, underWork: batch, judged: 'work-1' },
    'cordoned, and left so: work-3',
  ],
];

describe('the gate of ready nodes', () => {
  test.each(closed)('is closed when %s', (_name, cluster, context, reason) => {
    expect(nodesReadyGate(cluster.observation, context)).toMatchObject({ verdict: 'closed', reason });
  });

  test.each(open)('is open when %s', (_name, cluster, context, note) => {
    const said = new RegExp(`^\\d of 6 Ready${note === undefined ? '' : `; ${note}`}$`);
    expect(nodesReadyGate(cluster.observation, context)).toEqual({
      verdict: 'open',
      note: expect.stringMatching(said),
    });
  });
});
