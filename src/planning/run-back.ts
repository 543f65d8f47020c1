import { armedWith } from './armed.js';
import { cordonOwner } from './cordon.js';
import { etcdMoved } from './etcd-of-talos.js';
import { isOnTarget, runningSchematic } from './expectations.js';
import { installerImage } from './installer-image.js';
import type { NodeObject } from './observation.js';
import type { Hop, PlannedNode, RanBefore, RunBack } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { clusterRefusals } from './plan-refusals.js';
import type { Reason } from './reason.js';
import { flowOf } from './upgrade-flow.js';
import { kubernetesRefusals } from './version-refusals.js';
import { isVersion } from './versions.js';

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
  ];
}

/** The hops of it: one for each version that ran before, in the order in which its nodes come. */
export function runBackHops(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Hop[] {
  const nodes = chosen(input, back);
  const versions = [...new Set(nodes.map(({ version }) => version))];
  return versions.map((to) => ({
    to,
    nodes: nodes
      .filter(({ version }) => version === to)
      .map((before) => plannedBack(input, seenAs(seen, before.name), before)),
  }));
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
  return {
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
}

/** Left by a run as it halted, or not Ready. */
function isUnwell(object: NodeObject): boolean {
  return !object.ready || object.marks.cordonedBy !== undefined;
}

const noSlot: Readonly<Record<NonNullable<RanBefore['noSlot']>, string>> = {
  rebuilt:
    'made its machine anew, which leaves no slot to go back to; a way back would make it anew once more, with the version from before',
  'several-hops':
    'upgraded it more than once, and its other slot holds the version between; that is as far as a way back of one node goes',
};

function nodeRefusals(seen: readonly SeenNode[], before: RanBefore, back: RunBack | undefined): Reason[] {
  const { talos, object } = seenAs(seen, before.name);
  // What did not answer is refused for that.
  if (!talos || !object || isOnTarget(before, talos)) return [];
  const refused = (why: string): Reason[] => [{ kind: 'rollback-impossible', node: before.name, why }];
  if (before.noSlot) return refused(`run ${back?.run ?? 0} ${noSlot[before.noSlot]}`);
  const armed = flowOf(talos.version) === 'lifecycle' ? armedWith(object) : undefined;
  if (armed)
    return refused(`it has ${armed.version} installed and not booted, in the slot it would go back to`);
  if (talos.version !== before.to)
    return refused(
      `it runs ${talos.version}, neither ${before.version}, which it ran before that run, nor ${before.to}, which it was brought to; what its other slot holds is not known`,
    );
  return [];
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
