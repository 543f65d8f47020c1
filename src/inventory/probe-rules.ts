import type { InventoryDraft, NodeDraft, ProbeDraft } from './draft.js';
import type { MistakeAt } from './mistake.js';

/** Smoke tests must apply to existing nodes and have unique names. */
export const probeRules: readonly ((draft: InventoryDraft) => readonly MistakeAt[])[] = [
  probesAreForSomebody,
  probesHaveNames,
  probesEnd,
];

/** A smoke test that applies to no node has a misspelled name, and the intended node would be trusted untested. */
function probesAreForSomebody({ probes, nodes }: InventoryDraft): MistakeAt[] {
  const known = new Set(nodes.map(({ name }) => name));
  return probes.flatMap((probe): MistakeAt[] => {
    const strange = (probe.names ?? []).filter((name) => !known.has(name));
    const why = 'no node would be tried with it';
    if (strange.length > 0) {
      const at = [...probe.at, 'for', 'nodes'];
      const what = `${strange.join(', ')} is no node of this cluster`;
      return [{ at, what, why, fix: 'write names from nodes' }];
    }
    if (nodes.length === 0 || nodes.some((node) => isFor(probe, node))) return [];
    const fix = 'name nodes, a role, what some nodes have as hardware, or the resource of their gpu';
    return [{ at: [...probe.at, 'for'], what: 'no node is of all that it says', why, fix }];
  });
}

function isFor({ names, hardware, role, resource }: ProbeDraft, node: NodeDraft): boolean {
  return (
    (names === undefined || names.includes(node.name ?? '')) &&
    (role === undefined || role === node.role) &&
    (resource === undefined || resource === node.gpu?.resource) &&
    (hardware === undefined || hardware === (node.hardware ?? node.role))
  );
}

/** The Pod of a smoke test is identified by the name of the test. */
function probesHaveNames({ probes }: InventoryDraft): MistakeAt[] {
  return probes.flatMap(({ at, name }, index): MistakeAt[] => {
    const first = probes.findIndex((other) => other.name === name);
    if (name === undefined || first === index) return [];
    const what = `probes[${first}] is called ${name} too`;
    const why = 'they could not be distinguished';
    return [{ at: [...at, 'name'], what, why, fix: 'give each probe a name of its own' }];
  });
}

/** Kubernetes counts whole seconds. */
function probesEnd({ probes }: InventoryDraft): MistakeAt[] {
  return probes
    .filter(({ limit }) => limit !== undefined && limit < 1000)
    .map(({ at }) => ({
      at: [...at, 'limit'],
      what: 'it is shorter than a second',
      why: 'Kubernetes counts the time of a Pod in whole seconds',
      fix: 'write 1s or more',
    }));
}
