import type { ApiChange, Evidence, MachineEvent, Moment, TalosRequest } from '../evidence.js';
import { DESTRUCTION, destructions, mayHaveHappened } from './hypervisor-calls.js';
import { destructiveRequests, disruptingRequests, type Destructive } from './talos-calls.js';

/**
 * An action of Slipway on a node: a cordon, a destructive Talos request, or the destruction of its machine at the hypervisor, whatever the
 * answer was.
 */
export interface Touch {
  readonly at: Moment;
  readonly node: string;
  readonly by: 'cordon' | 'request' | 'hypervisor';
  /** `cordon`, or the name of the Talos call. */
  readonly name: string;
  /** Something stops, or is about to: an install that leaves the machine running does not disrupt. */
  readonly disrupts: boolean;
}

/** Every touch, in the order of time. */
export function touches(evidence: Evidence): Touch[] {
  const cordons = slipwayChanges(evidence)
    .filter((change) => change.unschedulable === true)
    .map(({ at, name }): Touch => ({ at, node: name, by: 'cordon', name: 'cordon', disrupts: true }));
  const requests = destructiveRequests(evidence).map(
    ({ request, node, called, stops, removesMember }): Touch => ({
      at: request.at,
      node,
      by: 'request',
      name: called,
      disrupts: stops === true || removesMember === true,
    }),
  );
  const machines = destructions(evidence).map(({ request, node }): Touch => ({
    at: request.at,
    node,
    by: 'hypervisor',
    name: DESTRUCTION,
    disrupts: true,
  }));
  return [...cordons, ...requests, ...machines].toSorted((a, b) => a.at - b.at);
}

/** Slipway's successful changes through the Kubernetes API. */
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

/** Whether the node's machine was destroyed by then, and its replacement is not back yet. */
export function isBeingReplaced(evidence: Evidence, node: string, at: Moment): boolean {
  return disruptions(evidence).some(
    (one) =>
      one.name === DESTRUCTION && one.node === node && one.from < at && (one.to === undefined || one.to > at),
  );
}

/** A disruption of a machine: from its acceptance until the machine was ready again with another boot id. */
export interface Disruption {
  readonly node: string;
  readonly from: Moment;
  /** Undefined: it was never ready again. */
  readonly to: Moment | undefined;
  readonly request: TalosRequest | undefined;
  /** The name of the call: `Upgrade`, `Reboot`. */
  readonly name: string;
}

/** The machine's log event for a request that stops it, and the method of that request. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'upgrade-accepted': 'Upgrade',
  'reboot-accepted': 'Reboot',
  'rollback-accepted': 'Rollback',
};

/**
 * Disruptions by request. The machine's own log shows which requests it accepted, so that one with a lost answer counts too; of calls
 * without a log event, the successful ones count. A destroyed machine is back when its replacement is ready.
 */
export function disruptions(evidence: Evidence): Disruption[] {
  const { machineEvents } = evidence;
  const requests = disruptingRequests(evidence).filter(({ stops }) => stops === true);
  const accepted = machineEvents.flatMap((event) => {
    const method = ACCEPTED[event.event];
    if (method === undefined) return [];
    const request = requestOf(requests, event, method);
    return [disruption(machineEvents, event.machine, event.at, request, method)];
  });
  const known = new Set(accepted.map(({ request }) => request));
  const others = requests
    .filter(({ request }) => request.method !== 'Upgrade' && request.code === 0 && !known.has(request))
    .map(({ request, called }) => disruption(machineEvents, request.node, request.at, request, called));
  const destroyed = destructions(evidence)
    .filter(({ request }) => mayHaveHappened(request))
    .map(({ request, node }) => disruption(machineEvents, node, request.at, undefined, DESTRUCTION));
  return [...accepted, ...others, ...destroyed].toSorted((a, b) => a.from - b.from);
}

/** The request in progress when the machine accepted; the latest one, if there were two. */
function requestOf(
  requests: readonly Destructive[],
  { machine, at }: MachineEvent,
  method: string,
): TalosRequest | undefined {
  return requests.findLast(
    ({ request }) =>
      request.method === method &&
      request.node === machine &&
      request.at <= at &&
      at <= request.at + request.took + 500,
  )?.request;
}

function disruption(
  events: readonly MachineEvent[],
  node: string,
  from: Moment,
  request: TalosRequest | undefined,
  name: string,
): Disruption {
  const own = events.filter(({ machine }) => machine === node);
  const bootId = own.findLast(({ at }) => at <= from)?.bootId ?? '';
  const back = own.find((event) => event.at > from && event.event === 'ready' && event.bootId !== bootId);
  return { node, from, to: back?.at, request, name };
}
