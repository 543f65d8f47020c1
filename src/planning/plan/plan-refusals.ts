import { cordonOwner, cordonOwnerText } from '../node/cordon.js';
import { armedFor, armedWith } from '../node/armed.js';
import { schematicOf } from '../versions/installer-image.js';
import { schematicRefusals } from '../versions/schematic-change.js';
import { resumeRefusals } from '../rollback/resume-refusals.js';
import { owedPatchRefusals } from '../rollback/pending-patches.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { replacementRefusals, replacedFirst } from './replacement-refusals.js';
import { versionRefusals } from './version-refusals.js';

/** The port every control plane serves Kubernetes on. */
const kubernetesPort = 6443;
/** The newest schema version of a request. */
const knownSchema = 1;

/** Every reason that forbids an upgrade before anything is touched: all of them at once, so that one correction suffices. */
export function planRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  return [
    ...clusterRefusals(input, nodes),
    ...versionRefusals(input, nodes),
    ...schematicRefusals(input, nodes),
    ...replacementRefusals(input, nodes),
    ...resumeRefusals(input, nodes),
    ...owedPatchRefusals(input, nodes),
    ...armedRefusals(input, nodes),
  ];
}

/** What forbids any run, whatever it does to the nodes. */
export function clusterRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  return [
    ...requestRefusals(input),
    ...accessRefusals(input, nodes),
    ...nodes.flatMap((node) => disagreements(node)),
    ...unmanagedNodes(input),
    ...etcdRefusals(input, nodes),
    ...cordonRefusals(nodes),
  ];
}

function requestRefusals({ request, inventory, only = [] }: PlanInput): Reason[] {
  const known = inventory.nodes.map((node) => node.name);
  const reasons: Reason[] = only
    .filter((node) => !known.includes(node))
    .map((node) => ({ kind: 'unknown-node', node, known }));
  if (request.cluster !== inventory.cluster) {
    reasons.unshift({ kind: 'unknown-cluster', cluster: request.cluster, known: [inventory.cluster] });
  }
  if (request.schema > knownSchema)
    reasons.unshift({ kind: 'schema-unknown', schema: request.schema, known: knownSchema });
  return reasons;
}

/** An unreachable source is unknown, and a plan depends on known facts. */
function accessRefusals({ inventory, observation }: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const reasons: Reason[] = [];
  const silent = [...observation.nodes.map((node) => node.kubernetes), observation.workloads].find(
    (part) => part.kind === 'unreachable',
  );
  if (silent?.kind === 'unreachable') {
    const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
    const endpoints = controlPlanes.map(
      ({ address }) => `${address.includes(':') ? `[${address}]` : address}:${kubernetesPort}`,
    );
    reasons.push({ kind: 'kubernetes-unreachable', endpoints, why: silent.why });
  }
  for (const { node, seen, selected, incompleteReplacement } of nodes) {
    // The other control planes must be able to take over, whichever node is upgraded.
    if (!selected && node.role !== 'control-plane') continue;
    if (seen?.talos.kind === 'answered' || incompleteReplacement) continue;
    const why = seen?.talos.kind === 'unreachable' ? seen.talos.why : 'it was not asked';
    reasons.push({ kind: 'talos-unreachable', node: node.name, endpoint: node.address, why });
  }
  if (observation.etcd.kind === 'unreachable')
    reasons.push({ kind: 'etcd-unreachable', why: observation.etcd.why });
  return reasons;
}

type Disagreement = Extract<Reason, { kind: 'inventory-disagrees' }>;

function disagreements({ node, seen, talos, object }: SeenNode): Disagreement[] {
  const found: Disagreement[] = [];
  const differ = (what: Disagreement['what'], expected: string, actual: string): void => {
    if (expected !== actual)
      found.push({ kind: 'inventory-disagrees', node: node.name, what, expected, found: actual });
  };
  if (seen?.kubernetes.kind === 'answered' && !object) differ('missing-node', node.name, 'none');
  if (object) {
    differ(
      'role',
      node.role,
      'node-role.kubernetes.io/control-plane' in object.labels ? 'control-plane' : 'worker',
    );
    if (object.internalAddress !== undefined) differ('address', node.address, object.internalAddress);
  }
  if (talos) differ('name', node.name, talos.nodename);
  return found;
}

function unmanagedNodes({ observation }: PlanInput): Reason[] {
  return observation.strangers.map((node) => ({
    kind: 'inventory-disagrees',
    node,
    what: 'unmanaged',
    expected: 'no such node',
    found: 'a Node in Kubernetes',
  }));
}

function etcdRefusals({ inventory, observation }: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane');
  const members =
    observation.etcd.kind === 'answered' ? observation.etcd.value.members.length : controlPlanes.length;
  // The third member comes back with the resumed node, before anything else is touched.
  const third = nodes.some(
    ({ node, incompleteReplacement }) => incompleteReplacement && node.role === 'control-plane',
  );
  if (members === 2 && !third) return [{ kind: 'two-voters', members }];
  const [only] = controlPlanes;
  if (controlPlanes.length !== 1 || !only || inventory.controlPlane.outageAccepted) return [];
  return [{ kind: 'single-control-plane', node: only.name }];
}

/** A control plane that a person or Talos cordoned: another user is working on it. A cordon of an earlier run is taken over. */
function cordonRefusals(nodes: readonly SeenNode[]): Reason[] {
  return nodes.flatMap(({ node, object }): Reason[] => {
    if (node.role !== 'control-plane' || !object) return [];
    const owner = cordonOwner(object);
    if (owner.by === 'nobody' || owner.by === 'run') return [];
    return [{ kind: 'node-cordoned', node: node.name, by: cordonOwnerText(owner) }];
  });
}

/**
 * A node of the lifecycle flow boots what was installed last at its next boot; another install could overwrite the slot that runs. An
 * excluded node gets a note instead of a refusal; so does a node whose machine is replaced before it boots again.
 */
function armedRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const { request, inventory } = input;
  const gone = new Set(replacedFirst(input, nodes));
  return nodes.flatMap((seen): Reason[] => {
    const { node, talos, object, selected } = seen;
    if (!selected || !talos || !object || flowOf(talos.version) !== 'lifecycle' || gone.has(seen)) return [];
    const armed = armedWith(object);
    const wanted = { version: request.talos, schematic: schematicOf(inventory, node) };
    if (!armed || runsTarget(input, seen) || armedFor(armed, wanted)) return [];
    const { version, schematic = 'an unknown one', sure } = armed;
    const other = version === request.talos ? `${version} of schematic ${schematic}` : version;
    return [{ kind: 'armed-with-other', node: node.name, armed: other, sure, wanted: request.talos }];
  });
}
