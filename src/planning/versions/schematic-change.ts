import { runningSchematic } from '../node/expectations.js';
import { extensionsProper, isExtension } from './extension-names.js';
import { schematicOf } from './installer-image.js';
import type { ClusterObservation } from '../node/observation.js';
import { listed } from '../text/phrases.js';
import type { PlanInput, SeenNode } from '../plan/plan-input.js';
import type { Reason } from '../reasons/reason.js';

/** A node that gets another schematic than it runs. */
export interface SchematicChange {
  readonly node: string;
  readonly from: string;
  readonly to: string;
  /** Extensions the node runs that the new schematic does not name. */
  readonly lost: readonly string[];
}

/** The wanted schematics of nodes that run another one, each once: Slipway requests their contents from the factory. */
export function newSchematics(
  inventory: PlanInput['inventory'],
  { nodes }: Pick<ClusterObservation, 'nodes'>,
): string[] {
  const wanted = inventory.nodes.flatMap((node) => {
    const talos = nodes.find(({ name }) => name === node.name)?.talos;
    const schematic = schematicOf(inventory, node);
    return talos?.kind === 'answered' && runningSchematic(talos.value) !== schematic ? [schematic] : [];
  });
  return [...new Set(wanted)];
}

/** Nodes of the request whose schematic changes. */
export function schematicChanges(
  { inventory, schematics }: Pick<PlanInput, 'inventory' | 'schematics'>,
  nodes: readonly SeenNode[],
): SchematicChange[] {
  return nodes.flatMap(({ node, talos, selected }): SchematicChange[] => {
    if (!talos || !selected) return [];
    const from = runningSchematic(talos);
    const to = schematicOf(inventory, node);
    if (from === to) return [];
    const contents = schematics?.kind === 'answered' ? (schematics.value[to] ?? []) : [];
    const lost = extensionsProper(talos.extensions).filter(
      (name) => !contents.some((official) => isExtension(name, official)),
    );
    return [{ node: node.name, from, to, lost }];
  });
}

/**
 * A new schematic must exist, and must not remove a system extension unless slipway.yaml gives it up: a GPU, a volume or a network may
 * depend on it, and that shows only after the reboot.
 */
export function schematicRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { inventory, schematics } = input;
  const changes = schematicChanges(input, nodes);
  if (changes.length === 0) return [];
  const { factory } = inventory.image;
  if (schematics === undefined || schematics.kind === 'unreachable') {
    const why = schematics?.why ?? 'it was not asked what the new schematics are made of';
    return [{ kind: 'factory-unreachable', factory, why }];
  }
  const unknown = [...new Set(changes.map((change) => change.to))].filter((id) => !schematics.value[id]);
  const given = inventory.upgrade.mayLoseExtensions;
  return [
    ...unknown.map((schematic): Reason => ({ kind: 'schematic-unknown', schematic, factory })),
    ...changes
      .filter((change) => !unknown.includes(change.to))
      .flatMap(({ node, to, lost }): Reason[] => {
        const missed = lost.filter((name) => !given.some((one) => isExtension(name, one)));
        return missed.length === 0
          ? []
          : [{ kind: 'extensions-would-go', node, schematic: to, lost: missed }];
      }),
  ];
}

/** One note for each change of schematic, with its nodes. */
export function schematicNotes(input: PlanInput, nodes: readonly SeenNode[]): string[] {
  const changes = schematicChanges(input, nodes);
  const kinds = [...new Set(changes.map(({ from, to }) => `${from} ${to}`))];
  return kinds.map((kind) => {
    const of = changes.filter(({ from, to }) => `${from} ${to}` === kind);
    const [first] = of;
    const lost = [...new Set(of.flatMap((change) => change.lost))];
    const without = lost.length === 0 ? '' : `, without ${listed(lost)}`;
    return `${listed(
      of.map(({ node }) => node),
      12,
    )}: made of another schematic from now on, ${short(first?.from)} → ${short(first?.to)}${without}`;
  });
}

function short(schematic: string | undefined): string {
  return schematic === undefined || schematic.length < 16
    ? (schematic ?? 'none')
    : `${schematic.slice(0, 12)}…`;
}
