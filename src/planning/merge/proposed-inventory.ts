import type { Inventory } from '../../inventory/schema.js';
import { sorted } from '../plan/plan-hash.js';

/** The inventories a pull request is made of. */
export interface Proposal {
  /** The merge base. */
  readonly base: Inventory;
  /** The tip of the target branch. */
  readonly branch: Inventory;
  /** The head of the pull request: not approved yet. */
  readonly head: Inventory;
}

/**
 * The inventory a pull request may be planned with: the branch's own, plus the versions and schematics that the pull request changes.
 * Everything else is the branch's: access to the cluster, credentials, the factory and the programs. Nodes and roles that exist only in the
 * pull request are omitted.
 */
export function proposedInventory({ base, branch, head }: Proposal): Inventory {
  const [were, proposed] = [nodesByName(base), nodesByName(head)];
  const { worker } = branch.roles;
  return {
    ...branch,
    versions: {
      talos: merged(base.versions.talos, branch.versions.talos, head.versions.talos),
      kubernetes: merged(base.versions.kubernetes, branch.versions.kubernetes, head.versions.kubernetes),
    },
    roles: {
      'control-plane': ofRole({ base, branch, head }, 'control-plane', branch.roles['control-plane']),
      ...(worker ? { worker: ofRole({ base, branch, head }, 'worker', worker) } : {}),
    },
    nodes: branch.nodes.map((node) => {
      const [was, wanted] = [were.get(node.name), proposed.get(node.name)];
      if (!was || !wanted) return node;
      const schematic = merged(was.schematic, node.schematic, wanted.schematic);
      const { schematic: _, ...rest } = node;
      return schematic === undefined ? rest : { ...rest, schematic };
    }),
  };
}

/** The settings that a pull request changes beside those it is planned with, by their names in slipway.yaml. */
export function settingsNotPlanned({ base, head }: Pick<Proposal, 'base' | 'head'>): string[] {
  const planned = proposedInventory({ base, branch: base, head });
  const names = new Set([...Object.keys(planned), ...Object.keys(head)]) as Set<keyof Inventory>;
  const text = (value: unknown): string | undefined => JSON.stringify(sorted(value));
  return [...names].filter((name) => text(planned[name]) !== text(head[name])).toSorted();
}

type Role = Inventory['roles']['control-plane'];

function ofRole({ base, head }: Proposal, name: keyof Inventory['roles'], role: Role): Role {
  const [was, wanted] = [base.roles[name], head.roles[name]];
  if (!was || !wanted) return role;
  return { ...role, schematic: merged(was.schematic, role.schematic, wanted.schematic) };
}

/** As git would merge it: what the pull request did not change is taken from the tip of the branch. */
function merged<T>(base: T, branch: T, head: T): T {
  return head === base ? branch : head;
}

function nodesByName({ nodes }: Inventory): ReadonlyMap<string, Inventory['nodes'][number]> {
  return new Map(nodes.map((node) => [node.name, node]));
}
