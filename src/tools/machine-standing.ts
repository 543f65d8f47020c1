import type { ClusterObservation, MachineStanding, NodeObservation } from '../planning/node/observation.js';
import type { ClusterAccess } from './cluster-access.js';
import { nodeObject } from './kubernetes-observation.js';
import { machineAt } from './machine-seen.js';

/**
 * The first node whose machine a run began to replace. It cannot serve as an endpoint: a machine that waits for a configuration shows a
 * self-made certificate. If Kubernetes does not respond, none is returned; the observation reports that.
 */
export async function unfinishedNode(access: ClusterAccess): Promise<string | undefined> {
  const known = new Set(access.inventory.nodes.map(({ name }) => name));
  const nodes = await access.kubernetes.listNodes().catch(() => []);
  return nodes
    .filter((node) => nodeObject(node).marks.replace !== undefined)
    .flatMap(({ metadata }) => metadata?.name ?? [])
    .find((name) => known.has(name));
}

/** Adds the machine found at the address of each node whose replacement began, and whose Talos does not respond. */
export async function withStanding(
  access: ClusterAccess,
  observation: ClusterObservation,
  signal?: AbortSignal,
): Promise<ClusterObservation> {
  const nodes = observation.nodes.map(async (seen): Promise<NodeObservation> => {
    const object = seen.kubernetes.kind === 'answered' ? seen.kubernetes.value : undefined;
    if (seen.talos.kind === 'answered' || object?.marks.replace === undefined) return seen;
    const standing = await standingAt(access, seen.name, signal);
    return standing ? { ...seen, standing } : seen;
  });
  return { ...observation, nodes: await Promise.all(nodes) };
}

/** Undefined: it responds by now; its version was not read, so nothing may depend on it. */
async function standingAt(
  access: ClusterAccess,
  name: string,
  signal: AbortSignal | undefined,
): Promise<MachineStanding | undefined> {
  const machine = await machineAt(access, name, signal);
  if (machine.kind === 'configured') return undefined;
  if (machine.kind === 'unreachable') return { kind: 'unreachable' };
  return { kind: 'waiting', uuid: machine.uuid, version: machine.version };
}
