import type { PlannedNode } from './plan.js';

/** Observed besides the plan: which extended resources each node offers, by name. */
export type ResourcesOf = (node: string) => readonly string[];

/**
 * Cuts an order into batches. Nodes of one batch are worked on at the same time; batches run one after another. Control planes, canaries
 * and nodes that are only uncordoned have a batch of their own; the other workers are grouped, up to `size`. Replaced nodes have a batch of
 * their own too: the Terraform state has one writer, and the plan for a node depends on the current state. The only nodes that offer an
 * extended resource (a GPU) are never all in one batch: its pods can still be scheduled.
 */
export function batchesOf(
  order: readonly string[],
  nodes: readonly PlannedNode[],
  size: number,
  resourcesOf: ResourcesOf,
): string[][] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const offering = offers(nodes, resourcesOf);
  const batches: { readonly names: string[]; readonly alone: boolean }[] = [];
  for (const name of order) {
    const node = byName.get(name);
    if (!node) continue;
    const alone = standsAlone(node);
    const last = batches.at(-1);
    const fits = last && !alone && !last.alone && last.names.length < size;
    if (fits && !takesAll([...last.names, name], offering)) last.names.push(name);
    else batches.push({ names: [name], alone });
  }
  return batches.map((batch) => batch.names);
}

/** Whether this node must be worked on alone. */
export function standsAlone({ role, canary, skip, replacement }: PlannedNode): boolean {
  return role === 'control-plane' || canary || skip !== undefined || replacement !== undefined;
}

/** Which nodes offer each resource. */
function offers(nodes: readonly PlannedNode[], resourcesOf: ResourcesOf): ReadonlyMap<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { name } of nodes) {
    for (const resource of resourcesOf(name)) {
      const offering = found.get(resource) ?? new Set();
      found.set(resource, offering.add(name));
    }
  }
  return found;
}

function takesAll(batch: readonly string[], offering: ReadonlyMap<string, Set<string>>): boolean {
  const together = new Set(batch);
  return [...offering.values()].some(
    (names) => names.size > 1 && [...names].every((name) => together.has(name)),
  );
}
