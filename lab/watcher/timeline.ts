import type { Evidence, Moment } from './evidence.js';
import type { Finding } from './finding.js';
import { runsOf } from './moments/runs.js';
import { callOf, destructiveRequests, imageOf, pullRequests } from './moments/talos-calls.js';

/** An event. */
export interface TimelineEntry {
  /** ISO time. */
  readonly at: string;
  /** Milliseconds since the watch began; negative before it. */
  readonly offset: number;
  /** The node, run, or part of the event. */
  readonly who: string;
  readonly what: string;
}

interface Happening {
  readonly at: Moment;
  readonly who: string;
  readonly what: string;
}

/** Besides changes of a machine and pulls: all other requests would hide these. */
const TOLD_TOO = new Set(['MachineService/EtcdSnapshot', 'MachineService/EtcdForfeitLeadership']);

/** Everything the sources recorded since the watch began, merged, one line each; and every finding. */
export function timelineOf(evidence: Evidence, findings: readonly Finding[]): TimelineEntry[] {
  const all: Happening[] = [
    ...runsAndNodes(evidence),
    ...sentences(evidence),
    ...talosRequests(evidence),
    ...machines(evidence),
    ...hypervisorChanges(evidence),
    ...apiChanges(evidence),
    ...readiness(evidence),
    ...etcdChanges(evidence),
  ].filter(({ at }) => at >= evidence.watched.from);
  const reported = findings.map(({ at, about, promise, kind, what }) => ({
    at,
    who: about,
    what: `${kind === 'violation' ? `✗ ${promise} broken` : `? ${promise} not judged`}: ${what}`,
  }));
  return [...all, ...reported]
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, who, what }) => ({
      at: new Date(at).toISOString(),
      offset: Math.round(at - evidence.watched.from),
      who,
      what,
    }));
}

function runsAndNodes(evidence: Evidence): Happening[] {
  const runs = runsOf(evidence).flatMap((run): Happening[] => [
    { at: run.startedAt, who: run.id, what: 'run begins' },
    ...ended(run.endedAt, run.id, `run ends: ${run.outcome ?? run.status}`),
    ...run.attempts.flatMap(({ node, id, startedAt, endedAt, status, ending, to }): Happening[] => [
      { at: startedAt, who: node, what: `${id} begins, to ${to}` },
      ...ended(
        endedAt,
        node,
        `${id} ends: ${ending === undefined ? status : `${ending.outcome} (${ending.state})`}`,
      ),
    ]),
    ...run.record.updates.map(({ acceptedAt, name }) => ({
      at: acceptedAt,
      who: run.id,
      what: `a person says: ${name}`,
    })),
  ]);
  const queue = evidence.workflows
    .filter(({ id }) => id === `cluster/${evidence.cluster}`)
    .flatMap(({ id, updates }) =>
      updates.map(({ acceptedAt, name }) => ({ at: acceptedAt, who: id, what: `a person says: ${name}` })),
    );
  return [...runs, ...queue];
}

function ended(at: Moment | undefined, who: string, what: string): Happening[] {
  return at === undefined ? [] : [{ at, who, what }];
}

/** Each sentence once, when it was first shown. */
function sentences({ waits, cluster }: Evidence): Happening[] {
  const reported = new Set<string>();
  return waits.flatMap(({ at, run, activities }) =>
    activities.flatMap(({ workflowId, shown }) => {
      if (shown === undefined || reported.has(`${workflowId} ${shown.waitingFor}`)) return [];
      reported.add(`${workflowId} ${shown.waitingFor}`);
      const [, , , , node] = workflowId.split('/');
      return [{ at, who: node ?? `run/${cluster}/${run}`, what: `waits: ${shown.waitingFor}` }];
    }),
  );
}

function talosRequests(evidence: Evidence): Happening[] {
  const changing = new Set([
    ...destructiveRequests(evidence).map(({ request }) => request),
    ...pullRequests(evidence),
  ]);
  return evidence.requests
    .filter((request) => changing.has(request) || TOLD_TOO.has(callOf(request)))
    .map((request) => {
      const { at, node, endpoint, code, error, took } = request;
      const image = imageOf(evidence, request);
      const about = image === undefined ? '' : ` of ${image}`;
      const answer = code === 0 ? `answered after ${took} ms` : `failed with ${code}: ${error ?? ''}`;
      const what = `Talos ${callOf(request)}${about} through ${endpoint}, ${answer}`;
      return { at, who: node, what };
    });
}

function machines({ machineEvents }: Evidence): Happening[] {
  return machineEvents.map(({ at, machine, event, version, detail }) => ({
    at,
    who: machine,
    what: `machine ${event}, ${version}${detail === undefined ? '' : `: ${detail}`}`,
  }));
}

/** Slipway's, and the owner's since the watch began. */
function hypervisorChanges({ hypervisor }: Evidence): Happening[] {
  return (hypervisor?.requests ?? [])
    .filter(({ method }) => method !== 'GET')
    .map(({ at, method, path, by, vmid, status, took, error }) => {
      const who = hypervisor?.vms.find((vm) => vm.vmid === vmid)?.node ?? 'hypervisor';
      const answer =
        status === undefined
          ? 'never answered'
          : `${status}${error === undefined ? '' : `, ${error}`} after ${took ?? 0} ms`;
      return { at, who, what: `hypervisor ${method} ${path} by ${by}: ${answer}` };
    });
}

function apiChanges({ changes }: Evidence): Happening[] {
  return changes.flatMap(
    ({ at, user, verb, resource, subresource, namespace, name, code, unschedulable, marks }) => {
      if (resource === 'pods') {
        const what = subresource === 'eviction' ? 'evicts' : verb;
        // A budget rejects an eviction every five seconds; kubelets and controllers delete what was evicted.
        return code === 429 || user.startsWith('system:')
          ? []
          : [{ at, who: `${namespace}/${name}`, what: `${user} ${what}: ${code}` }];
      }
      const parts = [
        ...(unschedulable === undefined ? [] : [unschedulable ? 'cordons' : 'uncordons']),
        ...Object.entries(marks ?? {}).map(([key, value]) =>
          value === null ? `removes ${key}` : `sets ${key}=${value}`,
        ),
      ];
      return parts.length === 0 ? [] : [{ at, who: name, what: `${user} ${parts.join(', ')}: ${code}` }];
    },
  );
}

function readiness({ nodes }: Evidence): Happening[] {
  const last = new Map<string, boolean>();
  return nodes.flatMap(({ at, node, ready }) => {
    const before = last.get(node);
    last.set(node, ready);
    return before === undefined || before === ready
      ? []
      : [{ at, who: node, what: ready ? 'Node is Ready' : 'Node is not Ready' }];
  });
}

/** The etcd leader, and the VIP's holder, at each change. */
function etcdChanges({ etcd }: Evidence): Happening[] {
  let before = '';
  return etcd.flatMap(({ at, statuses, members }) => {
    const leader =
      statuses.find(({ said }) => said !== undefined && said.leader === said.memberId)?.node ?? 'nobody';
    const silent = statuses.filter(({ said }) => said === undefined).map(({ node }) => node);
    const learners = (members ?? []).filter(({ learner }) => learner).map(({ name }) => name);
    const words = [
      `${leader} leads`,
      ...(silent.length > 0 ? [`no answer from ${silent.join(', ')}`] : []),
      ...(learners.length > 0 ? [`learners: ${learners.join(', ')}`] : []),
      ...(members === undefined ? ['no majority'] : []),
    ].join('; ');
    if (words === before) return [];
    before = words;
    return [{ at, who: 'etcd', what: words }];
  });
}
