import type { Evidence, TalosRequest } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import {
  controlPlanes,
  destructiveRequests,
  disruptions,
  isControlPlane,
  type Disruption,
} from '../moments/touches.js';

/**
 * I16: no request travels through the node it disrupts, nor through the virtual address. A destructive Talos request goes
 * in through another control plane; while a node is disrupted nothing goes in through it, Talos or Kubernetes; and no
 * connection to the Kubernetes API ever uses the virtual address. A cluster with one control plane has no other way.
 */
export function noWayThrough(evidence: Evidence): Finding[] {
  const virtual = virtualAddress(evidence);
  if (controlPlanes(evidence).length < 2) return virtual;
  const open = disruptions(evidence).filter(({ node }) => isControlPlane(evidence, node));
  return [
    ...virtual,
    ...itself(evidence),
    ...open.flatMap((one) => [...talosThrough(evidence, one), ...kubernetesThrough(evidence, one)]),
  ];
}

function itself(evidence: Evidence): Finding[] {
  return destructiveRequests(evidence).flatMap(({ at, node, endpoint, method }) => {
    if (endpoint === node)
      return [violation('I16', at, node, `${method} of ${node} was sent through ${node} itself`)];
    if (isControlPlane(evidence, endpoint)) return [];
    return [
      violation(
        'I16',
        at,
        node,
        `${method} of ${node} was sent through ${endpoint}, which is no control plane`,
      ),
    ];
  });
}

/** From the request on: the one that disrupts is judged for itself. */
function talosThrough(evidence: Evidence, { node, from, to, request: own }: Disruption): Finding[] {
  const end = to ?? evidence.watched.to;
  const through = (request: TalosRequest): boolean =>
    request.endpoint === node && request !== own && request.at > from && request.at < end;
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

function virtualAddress({ connections }: Evidence): Finding[] {
  return connections
    .filter(({ front, event }) => front === 'vip' && event !== 'close')
    .map(({ at }) =>
      violation('I16', at, 'vip', 'a connection to the Kubernetes API through the virtual address'),
    );
}
