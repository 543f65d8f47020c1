import type { ClusterObservation, MachineStanding, NodeObservation } from '../planning/node/observation.js';
import type { ClusterAccess } from './cluster-access.js';
import { nodeObject } from './kubernetes-observation.js';
import { machineAt } from './machine-seen.js';

/**
 * The node whose machine a run had begun to replace; the first of them. It is no way to anything: a machine that waits for a
 * configuration shows a certificate of its own making. Kubernetes that does not answer names none, which whoever observes finds out.
 */
export async function unfinishedNode(access: ClusterAccess): Promise<string | undefined> {
  const known = new Set(access.inventory.nodes.map(({ name }) => name));
  const nodes = await access.kubernetes.listNodes().catch(() => []);
  return nodes
    .filter((node) => nodeObject(node).marks.replace !== undefined)
    .flatMap(({ metadata }) => metadata?.name ?? [])
    .find((name) => known.has(name));
}

/** Adds what stands at the address of each node whose machine a run had begun to replace, and whose Talos does not answer. */
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

/** Undefined: it answers by now; what it runs was not read, so nothing rests on it. */
async function standingAt(
  access: ClusterAccess,
  name: string,
  signal: AbortSignal | undefined,
): Promise<MachineStanding | undefined> {
  const machine = await machineAt(access, name, signal);
  if (machine.kind === 'configured') return undefined;
  if (machine.kind === 'silent') return { kind: 'silent' };
  return { kind: 'waiting', uuid: machine.uuid, version: machine.version };
}
