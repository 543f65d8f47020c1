import type { Evidence, Moment, TalosRequest } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { attemptAt, runsOf } from '../moments/runs.js';
import { destructiveRequests } from '../moments/talos-calls.js';
import { controlPlanes, disruptions, isControlPlane, type Disruption } from '../moments/touches.js';

/** Start times of processes are accurate to some hundredths of a second. Milliseconds. */
const BEGINNING_GRAIN = 100;

/**
 * I16: no request travels through the node it disrupts, nor through the virtual address. A destructive Talos request goes through another
 * control plane. While a node is disrupted no request goes through it, Talos or Kubernetes, and no program tries to, even where nothing
 * listens any more. No connection to the Kubernetes API ever uses the virtual address. A lone control plane is its own only endpoint, and
 * so is a replaced machine without a certificate.
 */
export function noWayThrough(evidence: Evidence): Finding[] {
  const itself = destructiveRequests(evidence).flatMap(({ request, node, called }) =>
    wrongWay(evidence, { ...request, node }, called),
  );
  const others = [...virtualAddress(evidence), ...itself];
  if (controlPlanes(evidence).length < 2) return others;
  const open = disruptions(evidence).filter(({ node }) => isControlPlane(evidence, node));
  return [
    ...others,
    ...open.flatMap((one) => [
      ...talosThrough(evidence, one),
      ...kubernetesThrough(evidence, one),
      ...triedThrough(evidence, one),
    ]),
  ];
}

function wrongWay(evidence: Evidence, { at, node, endpoint }: TalosRequest, called: string): Finding[] {
  const alone = controlPlanes(evidence).every((name) => name === node);
  if (endpoint === node && !alone)
    return [violation('I16', at, node, `${called} of ${node} was sent through ${node} itself`)];
  if (isControlPlane(evidence, endpoint)) return [];
  return [
    violation(
      'I16',
      at,
      node,
      `${called} of ${node} was sent through ${endpoint}, which is no control plane`,
    ),
  ];
}

/** From the request on: the disrupting request is judged separately. */
function talosThrough(evidence: Evidence, { node, from, to, request: own }: Disruption): Finding[] {
  const end = to ?? evidence.watched.to;
  const through = (request: TalosRequest): boolean =>
    request.endpoint === node &&
    request !== own &&
    request.at > from &&
    request.at < end &&
    !(request.node === node && hasNoCertificate(evidence, node, request.at));
  return evidence.requests
    .filter(through)
    .map(({ at, method, node: target }) =>
      violation('I16', at, node, `${method} for ${target} went through ${node}, which was being disrupted`),
    );
}

function kubernetesThrough(evidence: Evidence, { node, from, to }: Disruption): Finding[] {
  const end = to ?? evidence.watched.to;
  return evidence.connections
    .filter(({ front, event, at }) => front === node && event !== 'close' && at > from && at < end)
    .map(({ at }) =>
      violation(
        'I16',
        at,
        node,
        `a connection to the Kubernetes API through ${node}, which was being disrupted`,
      ),
    );
}

/**
 * A machine that is down logs nothing, so programs are judged by the address they were told to dial; Slipway's own reads that were sent
 * there are not visible. Only while the workflow that disrupts the node runs: later, a person may use any endpoint to inspect a node that
 * never came back.
 */
function triedThrough(evidence: Evidence, { node, from, to }: Disruption): Finding[] {
  const end: Moment = Math.min(
    to ?? evidence.watched.to,
    attemptAt(runsOf(evidence), node, from)?.endedAt ?? evidence.watched.to,
  );
  return evidence.commands
    .filter(({ endpoint, at }) => endpoint === node && at > from + BEGINNING_GRAIN && at < end)
    .filter(
      ({ insecure, nodes, at }) =>
        !(insecure && isAlone(nodes, node) && hasNoCertificate(evidence, node, at)),
    )
    .map(({ at, command, nodes }) => {
      const about = nodes.length === 0 ? '' : ` for ${nodes.join(', ')}`;
      return violation(
        'I16',
        at,
        node,
        `${command}${about} was to go through ${node}, which was being disrupted`,
      );
    });
}

/** A replaced machine that does not run yet: in maintenance mode it answers only for itself, to every client. */
function hasNoCertificate({ machineEvents }: Evidence, node: string, at: Moment): boolean {
  const last = machineEvents.findLast(
    ({ machine, event, at: then }) =>
      machine === node && then <= at && ['created', 'running', 'destroyed'].includes(event),
  );
  return last?.event === 'created';
}

function isAlone(nodes: readonly string[], node: string): boolean {
  return nodes.every((name) => name === node);
}

function virtualAddress({ connections }: Evidence): Finding[] {
  return connections
    .filter(({ front, event }) => front === 'vip' && event !== 'close')
    .map(({ at }) =>
      violation('I16', at, 'vip', 'a connection to the Kubernetes API through the virtual address'),
    );
}
