import type { InventoryDraft, NodeDraft, PatchDraft } from './draft.js';
import type { MistakeAt } from './mistake.js';

/** Patches and devices must refer to existing nodes and resources. */
export const machineRules: readonly ((draft: InventoryDraft) => readonly MistakeAt[])[] = [
  patchesAreForSomebody,
  patchesAreSent,
  devicesAreOffered,
];

/** A patch that applies to no node has a misspelled name. */
function patchesAreForSomebody({ patches, nodes }: InventoryDraft): MistakeAt[] {
  const known = new Set(nodes.map(({ name }) => name));
  return patches.flatMap((patch): MistakeAt[] => {
    const { at } = patch;
    const strange = (patch.names ?? []).filter((name) => !known.has(name));
    if (strange.length > 0) {
      const what = `${strange.join(', ')} is no node of this cluster`;
      return [
        {
          at: [...at, 'for', 'nodes'],
          what,
          why: 'nobody would get the patch',
          fix: 'write names from nodes',
        },
      ];
    }
    if (nodes.length === 0 || nodes.some((node) => isFor(patch, node))) return [];
    return [
      {
        at: [...at, 'for'],
        what: 'no node is of all that it says',
        why: 'nobody would get the patch',
        fix: 'name nodes, a role, or what some nodes have as hardware',
      },
    ];
  });
}

/** Slipway can patch at creation only a configuration that it sends itself. It can patch a running node in any case. */
function patchesAreSent({ patches, nodes, roles }: InventoryDraft): MistakeAt[] {
  return patches.flatMap((patch): MistakeAt[] => {
    if (patch.late) return [];
    const other = nodes.find(
      (node) => isFor(patch, node) && roles[node.role ?? '']?.configuredBy !== 'apply-config',
    );
    if (!other) return [];
    return [
      {
        at: patch.at,
        what: `it is for ${other.name ?? 'a node'}, whose machine configuration Slipway does not send`,
        why: 'patches are merged into what is sent, unless they wait until it is Ready',
        fix: `write roles.${other.role ?? 'ROLE'}.configuration: { by: apply-config, … }, or when: after-ready, or leave the patch to Terraform`,
      },
    ];
  });
}

/** A node without a hardware class has its role as its class. */
function isFor({ names, hardware, role }: PatchDraft, node: NodeDraft): boolean {
  return (
    (names === undefined || names.includes(node.name ?? '')) &&
    (role === undefined || role === node.role) &&
    (hardware === undefined || hardware === (node.hardware ?? node.role))
  );
}

/** Requirements for a resource that no node has would never be checked. */
function devicesAreOffered({ devices, nodes }: InventoryDraft): MistakeAt[] {
  const offered = new Set(nodes.map(({ gpu }) => gpu?.resource));
  return devices
    .filter((resource) => !offered.has(resource))
    .map((resource) => ({
      at: ['devices', resource],
      what: 'no node offers it',
      why: 'nothing of it would ever be looked at',
      fix: `give a node gpu: { resource: ${resource}, count: 1 }, or leave it out`,
    }));
}
