import { describe, expect, it } from '@jest/globals';
import type { PromiseName } from '../../../lab/watcher/finding.js';
import { check, judged } from './check-promise.js';
import {
  RUN,
  SCHEMATIC,
  attempt,
  etcdRound,
  event,
  node,
  record,
  second,
  type MadeEvidence,
} from './made-evidence.js';
import { TO, destroyed, hypervisorRequest, made, replacementEvidence } from './made-replacement.js';

const old = 'v1.12.1';
const on = { on: 'where a node that was replaced rolls back', made: rollbackValues };

/** Like replacementEvidence; then k8s-work-1 rolls back from second 57 on, by a person's decision. */
function rollbackValues(): MadeEvidence {
  const evidence = replacementEvidence();
  const name = 'k8s-work-1';
  const first = record(evidence, `${RUN}/1/${name}/1`);
  first.result = { node: name, outcome: 'halted', state: 'on-target', to: TO };
  const run = record(evidence, RUN);
  run.endedAt = second(69);
  run.result = {
    outcome: 'halted',
    notDone: [{ node: name, outcome: 'undone', state: 'rolled-back', to: TO }],
  };
  run.updates.push({
    name: 'rollback',
    acceptedAt: second(56),
    input: { node: name, by: 'ops', why: 'slow' },
  });
  evidence.workflows.push(
    attempt(name, 57, {
      id: `${RUN}/1/${name}/2`,
      runId: `${name}-2`,
      endedAt: second(68),
      input: { to: old, node: { schematic: SCHEMATIC.worker, back: true } },
      result: { node: name, outcome: 'undone', state: 'rolled-back', to: old },
    }),
  );
  evidence.hypervisor?.requests.push(
    hypervisorRequest(57.5, 'DELETE', '/templates/9001', { template: 9001 }),
    hypervisorRequest(57.8, 'POST', '/templates', { template: 9001, took: 500 }),
    destroyed(60, 8004),
    made(60.5, 8004),
  );
  const after = { bootId: `${name}-boot-3`, version: old };
  evidence.machineEvents.push(
    event(60.05, name, 'power-off'),
    event(60.1, name, 'destroyed'),
    event(61, name, 'created', { version: old }),
    event(62, name, 'running', after),
    event(63, name, 'ready', after),
  );
  evidence.nodes.push(node(60.6, name, { ready: false }), node(63, name, { bootId: after.bootId }));
  return evidence;
}

/** Without a decision. */
function unsaid(evidence: MadeEvidence): void {
  record(evidence, RUN).updates = [];
}

describe('a run whose node rolls back by another machine, and that keeps its promises', () => {
  it.each(['I6', 'I7', 'I8', 'I12'] as PromiseName[])('%s has nothing to say about it', (name) => {
    expect(judged(name, rollbackValues())).toEqual([]);
  });
});

check(
  'I7',
  [
    {
      title: 'fires when it is reported as rolled back, and runs the blocked version',
      change: ({ machineEvents }) => {
        for (const one of machineEvents) if (one.bootId === 'k8s-work-1-boot-3') one.version = TO;
      },
      says: `says rolled back, and k8s-work-1 runs ${TO}, not ${old}`,
    },
    {
      title: 'fires when its Node is not Ready',
      change: ({ nodes }) =>
        nodes.push(node(66, 'k8s-work-1', { ready: false, bootId: 'k8s-work-1-boot-3' })),
      says: 'its Node is not Ready',
    },
    { title: 'fires without a decision', change: unsaid, says: 'nobody had said that it should be' },
  ],
  on,
);

check('I8', [{ title: 'fires without a decision', change: unsaid, says: 'that is down' }], on);

check(
  'I12',
  [
    {
      title: 'fires when its machine is created with another version than a hop’s, without a decision',
      change: unsaid,
      says: `for ${old}, which is no hop of ${RUN}, and nobody had said that it rolls back`,
    },
    {
      title: 'fires when another node’s machine is replaced for it',
      change: ({ hypervisor }) => hypervisor?.requests.push(destroyed(61, 8005)),
      says: 'which the plan of run/prox-ops/1 does not replace',
    },
  ],
  on,
);

check(
  'I6',
  [
    {
      title: 'fires when its machine is destroyed twice during the rollback',
      change: ({ hypervisor }) => hypervisor?.requests.push(destroyed(64, 8004), made(64.5, 8004)),
      says: `the machine of k8s-work-1 was destroyed 2 times in ${RUN}/1/k8s-work-1/2`,
    },
  ],
  on,
);

/** k8s-ctrl-2 rolls back, and its new machine never got a vote. */
function controlPlaneBack(evidence: MadeEvidence, unwell: string): void {
  const said = { node: 'k8s-ctrl-2', by: 'ops', why: 'slow' };
  record(evidence, RUN).updates.push({ name: 'rollback', acceptedAt: second(9), input: said });
  evidence.etcd = Array.from({ length: 70 }, (_, at) => {
    const round = etcdRound(at, unwell === 'k8s-ctrl-2' ? [] : [unwell]);
    return {
      ...round,
      members: round.members?.map((one) => (one.name === 'k8s-ctrl-2' ? { ...one, learner: true } : one)),
    };
  });
}

const ofDestruction = { on: 'where a control plane rolls back that has no vote', made: replacementEvidence };
check(
  'I2',
  [
    {
      title: 'reports nothing: removing a learner removes no vote',
      change: (evidence) => controlPlaneBack(evidence, 'k8s-ctrl-2'),
    },
    {
      title: 'fires when another member does not answer',
      change: (evidence) => controlPlaneBack(evidence, 'k8s-ctrl-3'),
      says: 'etcd member k8s-ctrl-3 does not answer',
    },
    {
      title: 'fires when it rolls back without a decision',
      change: (evidence) => {
        controlPlaneBack(evidence, 'k8s-ctrl-2');
        record(evidence, RUN).updates = [];
      },
      says: 'with two voters: neither may go',
    },
  ],
  ofDestruction,
);
