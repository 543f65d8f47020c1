import type { InventoryNode } from '../inventory/schema.js';
import { armedWith } from './armed.js';
import { cordonOwner } from './cordon.js';
import { etcdMoved } from './etcd-of-talos.js';
import { isOnTarget, runningSchematic } from './expectations.js';
import { installerImage } from './installer-image.js';
import { patchesFor } from './node-configuration.js';
import type { NodeObject } from './observation.js';
import type { Hop, PlannedNode, RanBefore, RunBack } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { clusterRefusals } from './plan-refusals.js';
import type { Reason } from './reason.js';
import { plannedRebuild, rebuildOfHop } from './rebuild-plan.js';
import { machineRefusals } from './rebuild-refusals.js';
import { flowOf } from './upgrade-flow.js';
import { kubernetesRefusals } from './version-refusals.js';
import { isVersion } from './versions.js';
import { type KnownWayBack, wayBackOf } from './way-back.js';

/** The same, about the nodes of a way back alone. */
export function onlyBack(input: PlanInput, { nodes }: RunBack): PlanInput {
  const { only = [] } = input;
  const names = nodes.map(({ name }) => name);
  return { ...input, only: only.length > 0 ? names.filter((name) => only.includes(name)) : names };
}

/** Everything that forbids it before anything is touched. */
export function runBackRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Reason[] {
  const versions = [...new Set(chosen(input, back).map(({ version }) => version))];
  return [
    ...clusterRefusals(input, seen),
    ...versions.flatMap((version): Reason[] =>
      isVersion(version) ? [] : [{ kind: 'bad-version', version }],
    ),
    ...kubernetesRefusals(input, versions.filter(isVersion)),
    ...etcdRefusals(input, seen, back),
    ...chosen(input, back).flatMap((before) => nodeRefusals(seen, before, input.request.back)),
    ...machinesRefusals(input, seen, back),
  ];
}

/**
 * The hops of it: one for each version that ran before, in the order in which its nodes come; and one for each set of values, where
 * machines are made anew.
 */
export function runBackHops(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Hop[] {
  const hops: { to: string; nodes: PlannedNode[]; values?: string }[] = [];
  for (const before of chosen(input, back)) {
    const node = plannedBack(input, seenAs(seen, before.name), before);
    const { wayBack } = node.rebuild ?? {};
    const values = wayBack && JSON.stringify(wayBack.values);
    const hop = hops.find(
      (one) =>
        one.to === before.version &&
        (values === undefined || one.values === undefined || one.values === values),
    );
    if (hop) {
      hop.nodes.push(node);
      if (values !== undefined) hop.values = values;
    } else hops.push({ to: before.version, nodes: [node], ...(values === undefined ? {} : { values }) });
  }
  return hops.map(({ to, nodes }) => {
    const way = nodes.find(({ rebuild }) => rebuild?.wayBack)?.rebuild?.wayBack;
    return {
      to,
      ...(way ? { ...rebuildOfHop(input, to, nodes), values: way.values } : {}),
      nodes,
    };
  });
}

/** Those it is about. A node that slipway.yaml does not know is refused as such. */
function chosen({ only = [], inventory }: PlanInput, { nodes }: RunBack): readonly RanBefore[] {
  return nodes.filter(
    ({ name }) => only.includes(name) && inventory.nodes.some((node) => node.name === name),
  );
}

function plannedBack(input: PlanInput, { node, talos, object }: SeenNode, before: RanBefore): PlannedNode {
  const { inventory } = input;
  // Refused before, but the types do not know.
  if (!talos || !object) throw new Error(`${node.name} was planned without having answered`);
  const { name, role, address } = node;
  const { limits } = inventory;
  const skip = isOnTarget(before, talos);
  const adopts = object.marks.cordonedBy ?? object.marks.run;
  const planned: PlannedNode = {
    name,
    role,
    address,
    image: installerImage(inventory, node, before.version),
    from: talos.version,
    flow: flowOf(talos.version) ?? 'legacy',
    // What halted that run need not be well to go back: no gate is asked whether it is.
    steps: skip ? 'adopted' : isUnwell(object) ? 'back' : 'back-run',
    schematic: before.schematic,
    expects: {
      version: talos.version,
      schematic: runningSchematic(talos),
      extensions: talos.extensions,
    },
    ...(skip ? { skip: 'already-on-target' as const } : { back: 'run' as const }),
    canary: false,
    keepCordon: cordonOwner(object).by === 'somebody',
    ...(adopts === undefined ? {} : { adopts }),
    soak: skip ? 0 : role === 'control-plane' ? limits.soakControlPlane : limits.soakWorker,
  };
  return before.noSlot === 'rebuilt' && !skip ? madeAnew(input, node, planned, before) : planned;
}

/** By another machine: of the old template, with the values from before. */
function madeAnew(
  input: PlanInput,
  node: InventoryNode,
  planned: PlannedNode,
  before: RanBefore,
): PlannedNode {
  const known = wayOf(input, node, planned, before);
  // Refused before, but the types do not know.
  if (known.verdict !== 'known') throw new Error(`${node.name} was planned without a way back`);
  const patches = patchesFor(input.inventory, node, 'after-ready').length;
  const order = planned.steps === 'back' ? 'back-rebuilt' : 'rebuild';
  return {
    ...planned,
    steps: patches > 0 ? `${order}-patched` : order,
    ...(patches > 0 ? { patches } : {}),
    rebuild: { ...plannedRebuild(input, node), wayBack: known.way },
  };
}

/** What Terraform is given for it; or why nobody can tell. */
function wayOf(
  input: PlanInput,
  node: InventoryNode,
  planned: Pick<PlannedNode, 'name' | 'role'>,
  { version, schematic }: RanBefore,
): KnownWayBack {
  const made = {
    ...planned,
    from: version,
    expects: { version, schematic },
    rebuild: plannedRebuild(input, node),
  };
  return wayBackOf(input.inventory, made, rebuildOfHop(input, version, [made]));
}

/** Left by a run as it halted, or not Ready. */
function isUnwell(object: NodeObject): boolean {
  return !object.ready || object.marks.cordonedBy !== undefined;
}

function nodeRefusals(seen: readonly SeenNode[], before: RanBefore, back: RunBack | undefined): Reason[] {
  const { talos, object, halfMade } = seenAs(seen, before.name);
  const refused = (why: string): Reason[] => [{ kind: 'rollback-impossible', node: before.name, why }];
  if (halfMade)
    return refused(
      'its machine is half made, and nobody recorded of which schematic the one before was; the next upgrade makes it whole first',
    );
  // What did not answer is refused for that.
  if (!talos || !object || isOnTarget(before, talos)) return [];
  if (before.noSlot === 'several-hops')
    return refused(
      `run ${back?.run ?? 0} upgraded it more than once, and what it has to go back to is the version between; that is as far as a way back of one node goes`,
    );
  const armed = flowOf(talos.version) === 'lifecycle' ? armedWith(object) : undefined;
  if (armed && before.noSlot === undefined)
    return refused(`it has ${armed.version} installed and not booted, in the slot it would go back to`);
  if (talos.version !== before.to)
    return refused(
      `it runs ${talos.version}, neither ${before.version}, which it ran before that run, nor ${before.to}, which it was brought to; somebody else has changed it since`,
    );
  return [];
}

/** What forbids making machines anew, of those that go back that way. */
function machinesRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Reason[] {
  const rebuilt = chosen(input, back).filter((before) => {
    const { talos } = seenAs(seen, before.name);
    return before.noSlot === 'rebuilt' && talos && !isOnTarget(before, talos);
  });
  const refusals = machineRefusals(
    input,
    rebuilt.map(({ name }) => seenAs(seen, name)),
  );
  if (refusals.length > 0) return refusals;
  return rebuilt.flatMap((before) => {
    const { node } = seenAs(seen, before.name);
    const known = wayOf(input, node, node, before);
    return known.verdict === 'refused' ? known.reasons : [];
  });
}

/** A member that goes back must be able to join the data of the others. */
function etcdRefusals(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Reason[] {
  const { etcd } = input.observation;
  // What did not answer is refused for that.
  if (etcd.kind === 'unreachable') return [];
  return chosen(input, back).flatMap((before): Reason[] => {
    const { node, talos } = seenAs(seen, before.name);
    if (node.role !== 'control-plane' || !talos || isOnTarget(before, talos)) return [];
    const why = etcdMoved(etcd.value, before.version, talos.version);
    return why === undefined ? [] : [{ kind: 'rollback-impossible', node: before.name, why }];
  });
}

function seenAs(seen: readonly SeenNode[], name: string): SeenNode {
  const found = seen.find(({ node }) => node.name === name);
  if (!found) throw new Error(`${name} is in no slipway.yaml`);
  return found;
}
