import type { Hop, PlannedNode, RunRollback } from '../plan/plan.js';
import type { PlanInput, SeenNode } from '../plan/plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { replacementOfHop } from '../plan/replacement-plan.js';
import { chosen, plannedBack, type PlannedHop, seenAs } from './run-rollback-nodes.js';

/** The input of a plan, restricted to the nodes of a rollback. */
export function onlyBack(input: PlanInput, { nodes }: RunRollback): PlanInput {
  const { only = [] } = input;
  const names = nodes.map(({ name }) => name);
  return { ...input, only: only.length > 0 ? names.filter((name) => only.includes(name)) : names };
}

/** The rollback's hops begin with an incomplete replacement; otherwise other nodes would be worked on first. */
export function beginsWithUnfinished(hops: readonly Hop[], { run }: RunRollback): Reason | undefined {
  const at = hops.findIndex(({ nodes }) => nodes.some(({ replacement }) => replacement?.continues));
  const unfinished = hops[at]?.nodes.find(({ replacement }) => replacement?.continues);
  if (at < 1 || !unfinished) return undefined;
  const { name: node } = unfinished;
  const why = `its machine is incomplete, and others would be worked on before it: roll it back first, alone: slipway rollback --run ${run} --only ${node} --why "…"`;
  return { kind: 'rollback-impossible', node, why };
}

/** A hop under construction. */
interface OpenHop {
  readonly to: string;
  readonly nodes: PlannedNode[];
  /** Terraform variables for its machines, where it makes some. */
  values?: string;
}

/**
 * The hops of a run rollback: one for each previous version, in the order of its nodes, and one for each set of values, where machines are
 * replaced. A node that was upgraded more than once is in one hop for each.
 */
export function runRollbackHops(input: PlanInput, seen: readonly SeenNode[], back: RunRollback): Hop[] {
  const nodeHops = chosen(input, back).map((before) => plannedBack(input, seenAs(seen, before.name), before));
  const order = nodeHops.flatMap(([first]) => first?.node.name ?? []);
  // Built from the end, where the hops of all nodes meet, whatever their start. The node with the most hops determines the hops.
  const reversed: OpenHop[] = [];
  for (const ofNode of nodeHops.toReversed().toSorted((one, other) => other.length - one.length)) {
    let earliest = 0;
    for (const hop of ofNode.toReversed()) earliest = 1 + addTo(reversed, hop, earliest);
  }
  const hops = reversed.toReversed();
  const isWhole = ({ replacement }: PlannedNode): number => (replacement?.continues ? 0 : 1);
  for (const { nodes } of hops)
    nodes.sort((a, b) => isWhole(a) - isWhole(b) || order.indexOf(a.name) - order.indexOf(b.name));
  return hops.map(({ to, nodes }, at) => {
    const previous = nodes.find(({ replacement }) => replacement?.rollbackValues)?.replacement
      ?.rollbackValues;
    const goesOn = nodes.find(({ name }) => isIn(hops.slice(at + 1), name));
    return {
      to,
      ...(goesOn ? { why: whyBetween(goesOn) } : {}),
      ...(previous ? { ...replacementOfHop(input, to, nodes), values: previous.values } : {}),
      nodes,
    };
  });
}

/** Adds a node to a hop of its version, not before `earliest`. Returns the index of the hop. */
function addTo(hops: OpenHop[], { to, node }: PlannedHop, earliest: number): number {
  const { rollbackValues } = node.replacement ?? {};
  const values = rollbackValues && JSON.stringify(rollbackValues.values);
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

function whyBetween({ replacement }: PlannedNode): string {
  return replacement
    ? 'it is what ran between, and no minor is skipped'
    : 'it is what ran between, and no slot holds anything older';
}

function isIn(hops: readonly OpenHop[], name: string): boolean {
  return hops.some(({ nodes }) => nodes.some((node) => node.name === name));
}
