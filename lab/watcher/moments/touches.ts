import type { ApiChange, Evidence, MachineEvent, Moment, TalosRequest } from '../evidence.js';

/** Talos calls that stop a machine, change what it boots, or take its etcd member away. */
const DESTRUCTIVE = new Set([
  'Upgrade',
  'Reboot',
  'Shutdown',
  'Reset',
  'Rollback',
  'EtcdRemoveMember',
  'EtcdRemoveMemberByID',
  'EtcdLeaveCluster',
]);

/** Something Slipway did to a node: a cordon that was set, or a destructive Talos request, whatever its answer was. */
export interface Touch {
  readonly at: Moment;
  readonly node: string;
  readonly by: 'cordon' | 'request';
  /** `cordon`, or the Talos method. */
  readonly name: string;
}

export function destructiveRequests({ requests }: Evidence): TalosRequest[] {
  return requests.filter(({ method }) => DESTRUCTIVE.has(method));
}

/** Every touch, in the order of time. */
export function touches(evidence: Evidence): Touch[] {
  const cordons = slipwayChanges(evidence)
    .filter((change) => change.unschedulable === true)
    .map(({ at, name }): Touch => ({ at, node: name, by: 'cordon', name: 'cordon' }));
  const requests = destructiveRequests(evidence).map(({ at, node, method }): Touch => ({
    at,
    node,
    by: 'request',
    name: method,
  }));
  return [...cordons, ...requests].toSorted((a, b) => a.at - b.at);
}

/** What Slipway changed through the Kubernetes API, with success. */
export function slipwayChanges({ changes, slipwayUser }: Evidence): ApiChange[] {
  return changes.filter((change) => change.user === slipwayUser && succeeded(change));
}

export function succeeded({ code }: ApiChange): boolean {
  return code >= 200 && code < 300;
}

export function isControlPlane({ machines }: Evidence, node: string): boolean {
  return machines.some((machine) => machine.name === node && machine.role === 'control-plane');
}

export function controlPlanes({ machines }: Evidence): string[] {
  return machines.filter(({ role }) => role === 'control-plane').map(({ name }) => name);
}

/** A disruption a machine took on: from its acceptance until the machine was ready again with another boot id. */
export interface Disruption {
  readonly node: string;
  readonly from: Moment;
  /** Undefined: it was never ready again. */
  readonly to: Moment | undefined;
  readonly request: TalosRequest | undefined;
  /** `Upgrade`, or the method of the request. */
  readonly method: string;
}

/**
 * Disruptions by request. The machine's own log says which upgrades it accepted, so that one whose answer was lost
 * counts too; of the other calls, those that were answered well.
 */
export function disruptions(evidence: Evidence): Disruption[] {
  const { machineEvents } = evidence;
  const requests = destructiveRequests(evidence);
  const upgrades = machineEvents
    .filter(({ event }) => event === 'upgrade-accepted')
    .map((accepted) => {
      const request = requestOf(requests, accepted);
      return disruption(machineEvents, accepted.machine, accepted.at, request, 'Upgrade');
    });
  const others = requests
    .filter(({ method, code }) => method !== 'Upgrade' && !method.startsWith('Etcd') && code === 0)
    .map((request) => disruption(machineEvents, request.node, request.at, request, request.method));
  return [...upgrades, ...others].toSorted((a, b) => a.from - b.from);
}

/** The request that was under way when the machine accepted; the last one to come, if there were two. */
function requestOf(
  requests: readonly TalosRequest[],
  { machine, at }: MachineEvent,
): TalosRequest | undefined {
  return requests.findLast(
    (request) =>
      request.method === 'Upgrade' &&
      request.node === machine &&
      request.at <= at &&
      at <= request.at + request.took + 500,
  );
}

function disruption(
  events: readonly MachineEvent[],
  node: string,
  from: Moment,
  request: TalosRequest | undefined,
  method: string,
): Disruption {
  const own = events.filter(({ machine }) => machine === node);
  const bootId = own.findLast(({ at }) => at <= from)?.bootId ?? '';
  const back = own.find((event) => event.at > from && event.event === 'ready' && event.bootId !== bootId);
  return { node, from, to: back?.at, request, method };
}
