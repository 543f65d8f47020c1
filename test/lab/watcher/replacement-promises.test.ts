import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../lab/watcher/evidence.js';
import type { PromiseName } from '../../../lab/watcher/finding.js';
import { judges } from '../../../lab/watcher/promises/judges.js';
import { verdictOf } from '../../../lab/watcher/verdict.js';
import { check, judged } from './check-promise.js';
import {
  RUN,
  etcdRound,
  event,
  node,
  pod,
  record,
  request,
  second,
  type MadeEvidence,
} from './made-evidence.js';
import {
  SLIPWAY,
  TO,
  destroyed,
  hypervisorRequest,
  made,
  planOf,
  replacementEvidence,
} from './made-replacement.js';

const on = { on: 'where machines are replaced', made: replacementEvidence };

function hypervisor(evidence: MadeEvidence): NonNullable<MadeEvidence['hypervisor']> {
  if (!evidence.hypervisor) throw new Error('no hypervisor in the evidence');
  return evidence.hypervisor;
}

/** Requests for a template are in another second. */
function moveTemplate(evidence: MadeEvidence, template: number, to: number): void {
  const made_ = hypervisor(evidence);
  made_.requests = made_.requests.map((one) =>
    one.template === template ? { ...one, at: second(to) } : one,
  );
}

/** A machine with another size, and a plan that allows the change. */
function withMemory(evidence: MadeEvidence, from: string, to: string): void {
  const last = hypervisor(evidence).requests.findLast(({ asks }) => asks !== undefined);
  if (last) last.asks = { ...last.asks, memoryMb: 8192 };
  const templates = ['heimdall-control-plane', 'baldar-worker'];
  planOf(evidence, ['k8s-ctrl-2', 'k8s-work-1'], templates, [{ path: 'input.memory_mb', from, to }]);
}

describe('a run that replaces machines and keeps every promise', () => {
  it.each(Object.keys(judges) as PromiseName[])('%s has nothing to say about it', (name) => {
    expect(judged(name, replacementEvidence())).toEqual([]);
  });

  it('is counted, and in the timeline', () => {
    const { figures, complaints, timeline } = verdictOf(replacementEvidence());
    expect(complaints).toEqual([]);
    expect(figures.replaced).toMatchObject({ 'k8s-ctrl-2': 1, 'k8s-work-1': 1, 'k8s-ctrl-1': 0 });
    const told = timeline.map(({ who, what }) => `${who} ${what}`).join('\n');
    expect(told).toContain(
      'k8s-ctrl-2 hypervisor DELETE /vms/8002 by terraform@pve!slipway: 200 after 100 ms',
    );
  });

  it('is not judged where lines of the hypervisor’s log cannot be read', () => {
    const evidence = replacementEvidence();
    evidence.unreadable['hypervisor'] = 2;
    expect(verdictOf(evidence).complaints).toContain(
      'I12 not judged: 2 lines of hypervisor.jsonl could not be read',
    );
  });
});

check(
  'I1',
  [
    {
      title: 'fires when a control plane is destroyed while another is down',
      change: ({ machineEvents }) => machineEvents.push(event(3, 'k8s-ctrl-1', 'power-off')),
      says: 'destruction of k8s-ctrl-2 while k8s-ctrl-1 was not running',
    },
    {
      title: 'fires when another is disrupted before the new machine is back',
      change: (evidence) => {
        evidence.changes = [];
        evidence.requests.push(request(22, 'k8s-ctrl-3', 'Reboot'));
      },
      says: 'k8s-ctrl-2 was not back from its own destruction',
    },
    {
      title: 'fires when another waits in maintenance mode',
      change: ({ machineEvents }) =>
        machineEvents.push(event(2, 'k8s-ctrl-1', 'created'), event(3, 'k8s-ctrl-1', 'maintenance')),
      says: 'destruction of k8s-ctrl-2 while k8s-ctrl-1 was not running',
    },
  ],
  on,
);

check(
  'I2',
  [
    {
      title: 'fires when a control plane is destroyed with a member that does not answer',
      change: (evidence) =>
        (evidence.etcd = Array.from({ length: 70 }, (_, at) => etcdRound(at, ['k8s-ctrl-3']))),
      says: 'destruction of k8s-ctrl-2 with etcd not safe: etcd member k8s-ctrl-3 does not answer',
    },
    {
      title: 'fires when the one that is destroyed leads',
      change: (evidence) =>
        (evidence.etcd = Array.from({ length: 70 }, (_, at) => etcdRound(at, [], 'k8s-ctrl-2'))),
      says: 'k8s-ctrl-2 led it',
    },
    {
      title: 'fires when etcd was not read before',
      change: (evidence) =>
        (evidence.requests = evidence.requests.filter(({ method }) => method !== 'EtcdAlarmList')),
      says: 'destruction of k8s-ctrl-2, and in the 25.0 s before it nobody had asked whether etcd has an alarm',
    },
    {
      title: 'fires when the member of an existing, unreachable machine is removed',
      change: (evidence) => {
        hypervisor(evidence).requests = [];
      },
      says: 'EtcdRemoveMemberByID of k8s-ctrl-2 with etcd not safe: etcd member k8s-ctrl-2 does not answer',
    },
    {
      title: 'reports nothing about the destruction of a worker',
      change: (evidence) => {
        evidence.etcd = evidence.etcd.map(({ at }) =>
          etcdRound((at - second(0)) / 1000, at > second(35) ? ['k8s-ctrl-3'] : []),
        );
      },
    },
  ],
  on,
);

check(
  'I3',
  [
    {
      title: 'fires when a machine is destroyed before the snapshot was taken',
      change: (evidence) => {
        evidence.changes = [];
        const taken = record(evidence, RUN).activities.find(({ type }) => type === 'takeSnapshot');
        if (taken) taken.endedAt = second(20);
      },
      says: `destruction of k8s-ctrl-2 before any snapshot of ${RUN} was finished`,
    },
  ],
  on,
);

const ranOld = event(60, 'k8s-work-1', 'running', { version: 'v1.12.1' });

check(
  'I8',
  [
    {
      title: 'fires when a machine is replaced with an older version',
      change: (evidence) => {
        evidence.machineEvents.push(event(55, 'k8s-work-1', 'running', { version: TO }), ranOld);
        hypervisor(evidence).requests.push(made(57, 8004));
      },
      says: 'that is down',
    },
    {
      title: 'reports nothing when its owner does that',
      change: (evidence) => {
        evidence.machineEvents.push(event(55, 'k8s-work-1', 'running', { version: TO }), ranOld);
        hypervisor(evidence).requests.push(made(57, 8004, { by: 'owner@pve!lab' }));
      },
    },
  ],
  on,
);

check(
  'I4',
  [
    {
      title: 'fires when a machine is made while its destruction is under way',
      change: (evidence) => {
        const [first] = hypervisor(evidence).requests.filter(
          ({ vmid, method }) => vmid === 8002 && method === 'DELETE',
        );
        if (first) first.took = 900;
      },
      says: 'POST of VM 8002 while an earlier DELETE was still under way',
    },
    {
      title: 'fires when something is changed while the state is not locked',
      change: (evidence) => {
        for (const look of hypervisor(evidence).states) if (look.lock === 'lock-1') delete look.lock;
      },
      says: 'DELETE /vms/8002 at the hypervisor while nobody held the lock of the Terraform state',
    },
    {
      title: 'reports nothing about a rejected request: Terraform releases its lock at once',
      change: (evidence) => {
        for (const look of hypervisor(evidence).states) if (look.lock === 'lock-1') delete look.lock;
        for (const asked of hypervisor(evidence).requests)
          if (asked.by === SLIPWAY) Object.assign(asked, { status: 500 });
      },
    },
    {
      title: 'reports nothing without observations of the state around a request',
      change: (evidence) => {
        hypervisor(evidence).states = [];
      },
    },
    {
      title: 'fires when a second writer wrote the state over',
      change: (evidence) => {
        const state = hypervisor(evidence).states.at(-1)?.state;
        if (state) Object.assign(state, { serial: 12, sha256: 'another' });
      },
      says: 'its serial went from 13 to 12',
    },
    {
      title: 'fires when the state is another one',
      change: (evidence) => {
        const state = hypervisor(evidence).states.at(-1)?.state;
        if (state) Object.assign(state, { lineage: 'two', serial: 14, sha256: 'another' });
      },
      says: 'it is another one now, two instead of one',
    },
    {
      title: 'fires when Talos is asked to reboot a machine that is being made',
      change: ({ requests }) => requests.push(request(18, 'k8s-ctrl-2', 'Reboot')),
      says: 'Reboot of k8s-ctrl-2 while an earlier destruction was still under way',
    },
  ],
  on,
);

check(
  'I5',
  [
    {
      title: 'fires when a replaced node stays cordoned without a report',
      change: (evidence) => {
        evidence.changes = evidence.changes.filter(({ unschedulable }) => unschedulable !== false);
        evidence.nodes.push(node(60, 'k8s-work-1', { unschedulable: true }));
      },
      says: 'k8s-work-1 is still cordoned by run/prox-ops/1',
    },
  ],
  on,
);

check(
  'I6',
  [
    {
      title: 'fires when a machine is destroyed twice for one node',
      change: (evidence) => hypervisor(evidence).requests.push(destroyed(18, 8002), made(18.5, 8002)),
      says: 'the machine of k8s-ctrl-2 was destroyed 2 times in run/prox-ops/1/1/k8s-ctrl-2/1',
    },
    {
      title: 'fires when a second destruction was never answered',
      change: (evidence) => {
        const { requests } = hypervisor(evidence);
        requests.push(without(destroyed(18, 8002)));
      },
      says: 'was destroyed 2 times',
    },
    {
      title: 'fires when a machine is made twice though the first was made',
      change: (evidence) => hypervisor(evidence).requests.push(made(18, 8002)),
      says: 'the machine of k8s-ctrl-2 was made 2 times',
    },
    {
      title: 'reports nothing when the creation failed, its leftover was removed, and a retry succeeded',
      change: (evidence) => {
        const { requests } = hypervisor(evidence);
        const first = requests.find(({ vmid, asks, at }) => vmid === 8004 && asks && at > second(0));
        if (first) Object.assign(first, { status: 500, error: 'incomplete' });
        requests.push(destroyed(41.2, 8004), made(41.4, 8004));
      },
    },
    {
      title: 'fires when the member of the machine that is gone is removed twice',
      change: ({ requests }) =>
        requests.push(
          request(22, 'k8s-ctrl-3', 'EtcdRemoveMemberByID', { args: { member_id: 'k8s-ctrl-2' } }),
        ),
      says: 'k8s-ctrl-2 was asked to remove its member 2 times',
    },
  ],
  on,
);

check(
  'I12',
  [
    {
      title: 'fires when a machine the plan does not replace is destroyed',
      change: (evidence) => hypervisor(evidence).requests.push(destroyed(41, 8005)),
      says: 'Terraform was to destroy the machine of k8s-work-2 (DELETE /vms/8005), which the plan of run/prox-ops/1 does not replace',
    },
    {
      title: 'fires when a VM that is none of the cluster’s is destroyed',
      change: (evidence) => hypervisor(evidence).requests.push(destroyed(41, 200)),
      says: 'the machine of VM 200',
    },
    {
      title: 'fires when a machine is destroyed before its workflow began',
      change: (evidence) => {
        const { requests } = hypervisor(evidence);
        hypervisor(evidence).requests = requests.map((one) =>
          one.vmid === 8004 && one.method === 'DELETE' ? { ...one, at: second(30) } : one,
        );
      },
      says: 'whose workflow had not begun',
    },
    {
      title: 'fires when a machine is changed in place',
      change: (evidence) =>
        hypervisor(evidence).requests.push(hypervisorRequest(16, 'PATCH', '/vms/8002', { vmid: 8002 })),
      says: 'a replacement only destroys and makes',
    },
    {
      title: 'fires when a machine is made with another size',
      change: (evidence) => {
        const last = hypervisor(evidence).requests.findLast(({ asks }) => asks !== undefined);
        if (last) last.asks = { ...last.asks, memoryMb: 8192 };
      },
      says: 'k8s-work-1 was replaced with another memoryMb: 32768 before, 8192 now',
    },
    {
      title: 'reports nothing when the plan names that size, from the one before',
      change: (evidence) => withMemory(evidence, '32768', '8192'),
    },
    {
      title: 'fires when the plan names another size',
      change: (evidence) => withMemory(evidence, '32768', '4096'),
      says: 'k8s-work-1 was replaced with another memoryMb: 32768 before, 8192 now',
    },
    {
      title: 'reports nothing when it is created from another template',
      change: (evidence) => {
        const last = hypervisor(evidence).requests.findLast(({ asks }) => asks !== undefined);
        if (last) last.asks = { ...last.asks, template: 9101 };
      },
    },
    {
      title: 'fires when a template the plan does not name is replaced',
      change: (evidence) => planOf(evidence, ['k8s-ctrl-2', 'k8s-work-1'], ['heimdall-control-plane']),
      says: 'Terraform was to change baldar-worker (DELETE /templates/9001), which the plan of run/prox-ops/1 does not name',
    },
    {
      title: 'reports nothing when a node with its own image is replaced from it',
      change: (evidence) => {
        const { templates } = hypervisor(evidence);
        hypervisor(evidence).templates = templates.map((one) =>
          one.id === 9001 ? { ...one, node: 'k8s-work-1' } : one,
        );
        moveTemplate(evidence, 9001, 45);
      },
    },
    {
      title: 'fires when such an image is changed for a node the plan does not replace',
      change: (evidence) => {
        const { templates } = hypervisor(evidence);
        hypervisor(evidence).templates = templates.map((one) =>
          one.id === 9001 ? { ...one, node: 'k8s-work-2' } : one,
        );
      },
      says: 'Terraform was to change the image of k8s-work-2 (DELETE /templates/9001), which the plan of run/prox-ops/1 does not replace',
    },
    {
      title: 'fires when no run has a plan',
      change: (evidence) => {
        const run = record(evidence, RUN);
        run.activities = run.activities.filter(({ type }) => type !== 'planUpgrade');
      },
      says: 'DELETE /vms/8002 at the hypervisor belongs to no plan',
    },
    {
      title: 'reports nothing about what the owner does',
      change: (evidence) => hypervisor(evidence).requests.push(destroyed(50, 8005, { by: 'owner@pve!lab' })),
    },
  ],
  on,
);

check(
  'I14',
  [
    {
      title: 'fires when a machine is destroyed under a pod that a budget protects',
      change: ({ pods }) => pods.push(pod(0, 'web-3', 'k8s-work-1')),
      says: 'destruction of k8s-work-1 while web/web-3 ran on it',
    },
  ],
  on,
);

check(
  'I16',
  [
    {
      title: 'fires when a request for another machine goes in through the one that is being made',
      change: ({ requests }) =>
        requests.push(request(19, 'k8s-ctrl-3', 'Version', { endpoint: 'k8s-ctrl-2' })),
      says: 'Version for k8s-ctrl-3 went through k8s-ctrl-2',
    },
    {
      title: 'fires when one goes in through it after it left maintenance mode and before it is back',
      change: ({ requests }) =>
        requests.push(request(24, 'k8s-ctrl-2', 'Version', { endpoint: 'k8s-ctrl-2' })),
      says: 'Version for k8s-ctrl-2 went through k8s-ctrl-2',
    },
    {
      title: 'reports nothing about talosctl without a certificate while the machine has none',
      change: ({ commands }) => commands.push(insecure(20)),
    },
    {
      title: 'fires about it once the machine has one',
      change: ({ commands }) => commands.push(insecure(24)),
      says: 'talosctl get for k8s-ctrl-2 was to go through k8s-ctrl-2',
    },
    {
      title: 'fires when the removal of the member goes through the machine that is gone',
      change: ({ requests }) => {
        const removal = requests.find(({ method }) => method === 'EtcdRemoveMemberByID');
        if (removal) removal.endpoint = 'k8s-ctrl-2';
      },
      says: 'EtcdRemoveMemberByID of k8s-ctrl-2 was sent through k8s-ctrl-2 itself',
    },
  ],
  on,
);

function insecure(at: number): Evidence['commands'][number] & { nodes: string[]; insecure: true } {
  return {
    at: second(at),
    command: 'talosctl get',
    endpoint: 'k8s-ctrl-2',
    nodes: ['k8s-ctrl-2'],
    insecure: true,
  };
}

/** As a request without an answer. */
function without({ status: _status, took: _took, ...rest }: ReturnType<typeof destroyed>): typeof rest {
  return rest;
}
