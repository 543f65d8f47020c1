import { armedFor, armedWith } from '../node/armed.js';
import { cordonOwner } from '../node/cordon.js';
import { runningSchematic } from '../node/expectations.js';
import { installerImage, schematicOf } from '../versions/installer-image.js';
import { orderNodes } from './node-order.js';
import type { StepsName } from '../steps/node-steps.js';
import { patchesFor } from '../node/node-configuration.js';
import { owedPatches } from '../rollback/pending-patches.js';
import type { Flow, Hop, PlannedNode, PlannedReplacement, RebootMode } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { plannedProbes } from '../node/smoke-tests.js';
import { plannedReplacement } from './replacement-plan.js';
import { hopsOfNode } from './node-strategy.js';
import { flowOf } from '../versions/upgrade-flow.js';
import type { VersionHop } from '../versions/version-hops.js';

/** The nodes of one hop, in the plan's order; the etcd leader is determined as the run starts. */
export function plannedNodes(
  input: PlanInput,
  seen: readonly SeenNode[],
  hops: readonly VersionHop[],
  at: number,
): PlannedNode[] {
  const { controlPlane, upgrade } = input.inventory;
  const nodes = withCanary(
    input,
    seen.filter((node) => node.selected).map((node) => plannedNode(input, node, hops, at)),
  );
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const ordered = orderNodes(nodes, undefined, controlPlane.leader, upgrade.order);
  return withFirmwareBoots(
    input,
    ordered.flatMap((name) => byName.get(name) ?? []),
  );
}

/** Each node of a plan once: as the first hop that touches it has it, with the annotations that its first hop takes over. */
export function nodesOnce(hops: readonly Hop[]): PlannedNode[] {
  const [first, ...later] = hops.map((hop) => hop.nodes);
  return (first ?? []).map((node) => {
    const touched = [node, ...later.flat()].find(({ name, skip }) => name === node.name && !skip);
    return { ...(touched ?? node), ...(node.adopts === undefined ? {} : { adopts: node.adopts }) };
  });
}

function plannedNode(input: PlanInput, node: SeenNode, hops: readonly VersionHop[], at: number): PlannedNode {
  const { inventory } = input;
  const { talos, object } = node;
  const hop = hops[at];
  // Refused before; this narrows the types.
  if (!talos || !object || !hop) throw new Error(`${node.node.name} was planned without having answered`);
  const { name, role, address } = node.node;
  const wanted = schematicOf(inventory, node.node);
  const hopOfNode = hopsOfNode(input, node, hops)[at];
  if (!hopOfNode) throw new Error(`${name} was planned without a version`);
  const { from, to, strategy } = hopOfNode;
  const touchedBefore = from !== talos.version;
  const half = touchedBefore ? undefined : node.incompleteReplacement;
  const replacement = strategy === 'replace' ? plannedReplacement(input, node.node, half) : undefined;
  const schematic = touchedBefore ? wanted : runningSchematic(talos);
  const skip = from === to && schematic === wanted;
  const flow = flowOf(from) ?? 'legacy';
  const waits = armedFor(armedWith(object), { version: to, schematic: wanted });
  const armed = !skip && !touchedBefore && !replacement && flow === 'lifecycle' && waits;
  const owed = owedPatches(input, node);
  const adopts = at === 0 ? (object.marks.cordonedBy ?? object.marks.run ?? owed?.run) : undefined;
  const soak = role === 'control-plane' ? inventory.limits.soakControlPlane : inventory.limits.soakWorker;
  const steps = replacement ? stepsOfReplacement(replacement) : stepsName(flow, { skip, armed });
  const late = replacement ? patchesFor(inventory, node.node, 'after-ready').length : 0;
  const patches = skip && adopts !== undefined ? (owed?.patches ?? 0) : late;
  const sameExtensions = !touchedBefore || runningSchematic(talos) === wanted;
  return {
    name,
    role,
    address,
    image: installerImage(inventory, node.node, to),
    from,
    flow,
    steps: patches > 0 ? patchedSteps[steps] : steps,
    ...(patches > 0 ? { patches } : {}),
    ...(skip && adopts === undefined ? {} : plannedProbes(inventory, node.node)),
    ...(replacement ? { replacement } : { rebootMode: rebootModeOf(input, node) }),
    schematic: wanted,
    expects: { version: from, schematic, ...(sameExtensions ? { extensions: talos.extensions } : {}) },
    ...(skip ? { skip: 'already-on-target' as const } : {}),
    ...(armed ? { armed: true as const } : {}),
    canary: false,
    keepCordon: cordonOwner(object).by === 'somebody',
    ...(adopts === undefined ? {} : { adopts }),
    soak: skip ? 0 : soak,
  };
}

type Plain = Exclude<StepsName, `${string}-patched` | `rollback-${string}`>;

/** The step order, plus the patch step for nodes that get patches. */
const patchedSteps: Readonly<Record<Plain, StepsName>> = {
  replace: 'replace-patched',
  resumed: 'resumed-patched',
  adopted: 'adopted-patched',
  legacy: 'legacy',
  lifecycle: 'lifecycle',
  armed: 'armed',
};

function stepsOfReplacement({ continues }: PlannedReplacement): Plain {
  return continues ? 'resumed' : 'replace';
}

function stepsName(flow: Flow, { skip, armed }: { skip: boolean; armed: boolean }): Plain {
  if (skip) return 'adopted';
  return armed ? 'armed' : flow;
}

/** The reboot mode of a node: its role's, or that of all nodes. */
export function rebootModeOf(
  { inventory }: Pick<PlanInput, 'inventory'>,
  { node }: Pick<SeenNode, 'node'>,
): RebootMode {
  return inventory.roles[node.role]?.reboot ?? inventory.upgrade.reboot.mode;
}

/** The first worker that is uncordoned soaks before the others follow; one that stays cordoned would show nothing. */
function withCanary({ inventory }: PlanInput, nodes: readonly PlannedNode[]): PlannedNode[] {
  if (inventory.upgrade.workers.canary === 0) return [...nodes];
  const workers = nodes.filter((node) => node.role === 'worker' && !node.skip);
  const canary = workers.find((node) => !node.keepCordon) ?? workers[0];
  return nodes.map((node) =>
    node === canary ? { ...node, canary: true, soak: inventory.limits.soakCanary } : node,
  );
}

/**
 * The first node of each class of hardware boots through its firmware, where the inventory says so: a kernel that starts by kexec can still
 * hang in a cold boot (siderolabs/talos#14146), and then no node would survive a power cut.
 *
 * @param nodes in the plan's order: of the workers the canary is the first.
 */
function withFirmwareBoots({ inventory }: PlanInput, nodes: readonly PlannedNode[]): PlannedNode[] {
  if (inventory.upgrade.reboot.canary !== 'powercycle') return [...nodes];
  const hardware = new Map(
    inventory.nodes.map(({ name, hardware: named, role }) => [name, named ?? role] as const),
  );
  const firsts = new Map<string, string>();
  for (const node of nodes.filter((one) => !one.skip && !one.replacement)) {
    const kind = hardware.get(node.name) ?? node.role;
    if (!firsts.has(kind)) firsts.set(kind, node.name);
  }
  const chosen = new Set(firsts.values());
  return nodes.map((node) => (chosen.has(node.name) ? { ...node, rebootMode: 'powercycle' } : node));
}
