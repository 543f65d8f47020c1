import { armedFor, armedWith } from './armed.js';
import { etcdMoved } from './etcd-of-talos.js';
import { isOnTarget, runningSchematic } from './expectations.js';
import type { Hop, PlannedNode, RanBefore, RunBack } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { clusterRefusals } from './plan-refusals.js';
import { legsBack } from './run-back-legs.js';
import { plannedBack, type PlannedLeg, wayOf } from './run-back-nodes.js';
import type { Reason } from './reason.js';
import { rebuildOfHop } from './rebuild-plan.js';
import { machineRefusals } from './rebuild-refusals.js';
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
  const versions = [
    ...new Set(
      chosen(input, back).flatMap(({ version, through = [] }) => [
        version,
        ...through.map((one) => one.version),
      ]),
    ),
  ];
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

/** A hop as it is put together. */
interface OpenHop {
  readonly to: string;
  readonly nodes: PlannedNode[];
  /** What Terraform is given for its machines, where it makes some. */
  values?: string;
}

/**
 * The hops of it: one for each version that ran before, in the order in which its nodes come; and one for each set of values, where
 * machines are made anew. A node that was upgraded more than once comes in one for each.
 */
export function runBackHops(input: PlanInput, seen: readonly SeenNode[], back: RunBack): Hop[] {
  const ways = chosen(input, back).map((before) => plannedBack(input, seenAs(seen, before.name), before));
  const order = ways.flatMap((legs) => legs[0]?.node.name ?? []);
  // Put together from its end: that is where all come together, from wherever each begins. The longest way makes the hops.
  const reversed: OpenHop[] = [];
  for (const legs of ways.toReversed().toSorted((one, other) => other.length - one.length)) {
    let earliest = 0;
    for (const leg of legs.toReversed()) earliest = 1 + addTo(reversed, leg, earliest);
  }
  const hops = reversed.toReversed();
  for (const { nodes } of hops) nodes.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return hops.map(({ to, nodes }, at) => {
    const way = nodes.find(({ rebuild }) => rebuild?.wayBack)?.rebuild?.wayBack;
    const goesOn = nodes.some(({ name }) => isIn(hops.slice(at + 1), name));
    return {
      to,
      ...(goesOn ? { why: 'it is what ran between, and no slot holds anything older' } : {}),
      ...(way ? { ...rebuildOfHop(input, to, nodes), values: way.values } : {}),
      nodes,
    };
  });
}

/** Adds it to a hop to its version, not before the `earliest`. Answers which. */
function addTo(hops: OpenHop[], { to, node }: PlannedLeg, earliest: number): number {
  const { wayBack } = node.rebuild ?? {};
  const values = wayBack && JSON.stringify(wayBack.values);
  const found = hops.findIndex(
    (hop, at) =>
      at >= earliest &&
      hop.to === to &&
      (values === undefined || hop.values === undefined || hop.values === values),
  );
  const hop = hops[found];
  if (!hop) return hops.push({ to, nodes: [node], ...(values === undefined ? {} : { values }) }) - 1;
  hop.nodes.push(node);
  if (values !== undefined) hop.values = values;
  return found;
}

function isIn(hops: readonly OpenHop[], name: string): boolean {
  return hops.some(({ nodes }) => nodes.some((node) => node.name === name));
}

/** Those it is about. A node that slipway.yaml does not know is refused as such. */
function chosen({ only = [], inventory }: PlanInput, { nodes }: RunBack): readonly RanBefore[] {
  return nodes.filter(
    ({ name }) => only.includes(name) && inventory.nodes.some((node) => node.name === name),
  );
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
  if (before.noSlot === 'several-hops' && !before.through)
    return refused(
      `run ${back?.run ?? 0} upgraded it more than once, and made its machine anew; what it has to go back to is the version between, and that is as far as a way back of one node goes`,
    );
  const runs = { version: talos.version, schematic: runningSchematic(talos) };
  const legs = before.through ? legsBack(before, runs) : undefined;
  const armed = flowOf(talos.version) === 'lifecycle' ? armedWith(object) : undefined;
  const next = legs?.[0];
  if (armed && before.noSlot !== 'rebuilt' && !(next && !next.bySlot && armedFor(armed, next.to)))
    return refused(`it has ${armed.version} installed and not booted, in the slot it would go back to`);
  if (before.through ? !legs : talos.version !== before.to)
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
