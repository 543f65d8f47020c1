import { endpointOwner } from '../node/endpoint-owner.js';
import { kubernetesVersions } from '../versions/kubernetes-versions.js';
import { type PlanInput, type SeenNode, runsTarget } from './plan-input.js';
import type { Reason } from '../reasons/reason.js';
import { hopsOfNode } from './node-strategy.js';
import { expandAddress } from '../terraform/address-template.js';
import { templatesOf } from '../terraform/templates.js';
import { hopsOf } from './version-refusals.js';

/** The nodes that some hop of the request replaces. */
export function replacedNodes(input: PlanInput, seen: readonly SeenNode[]): SeenNode[] {
  const { hops } = hopsOf(input, seen);
  return seen.filter(
    (node) =>
      node.selected &&
      !runsTarget(input, node) &&
      hopsOfNode(input, node, hops).some(({ strategy }) => strategy === 'replace'),
  );
}

/** Those whose machine is replaced before anything else changes it: a version armed on it is never booted. */
export function replacedFirst(input: PlanInput, seen: readonly SeenNode[]): SeenNode[] {
  const { hops } = hopsOf(input, seen);
  return replacedNodes(input, seen).filter((node) => {
    const first = hopsOfNode(input, node, hops).find(({ from, to }) => from !== to);
    return first?.strategy === 'replace';
  });
}

/** What forbids replacing machines, before any is touched. */
export function replacementRefusals(input: PlanInput, seen: readonly SeenNode[]): Reason[] {
  return machineRefusals(input, replacedNodes(input, seen));
}

/** What forbids replacing these nodes, whatever the version. */
export function machineRefusals(input: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  if (nodes.length === 0) return [];
  const missing = missingSettings(input, nodes);
  return [
    ...(missing.length > 0 ? [{ kind: 'replacement-unprepared', missing } as const] : []),
    ...addressRefusals(input, nodes),
    ...commitRefusals(input),
    ...endpointRefusals(input, nodes),
    ...etcdRefusals(input, nodes),
    ...kubernetesRefusals(input),
  ];
}

function missingSettings({ inventory }: PlanInput, nodes: readonly SeenNode[]): string[] {
  const roles = [...new Set(nodes.map(({ node }) => node.role))];
  return [
    ...(inventory.terraform ? [] : ['terraform']),
    ...roles.flatMap((role) =>
      (['terraform', 'configuration'] as const)
        .filter((setting) => inventory.roles[role]?.[setting] === undefined)
        .map((setting) => `roles.${role}.${setting}`),
    ),
  ];
}

function addressRefusals({ inventory }: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const machines = nodes.flatMap(({ node: { name, host, role, vm } }): Reason[] => {
    const template = inventory.roles[role]?.terraform;
    const expanded =
      template === undefined ? undefined : expandAddress(template, { node: name, host, role, vm });
    return !expanded || expanded.ok ? [] : [expanded.reason];
  });
  const template = inventory.terraform?.templates?.address;
  const made = nodes.map(({ node: { name, host, role } }) => ({ node: name, host, role }));
  return [...machines, ...(template === undefined ? [] : templatesOf(made, template).refusals)];
}

/** Terraform's configuration is checked out at the commit of slipway.yaml, so that commit must declare what is made. */
function commitRefusals({ request, inventory }: PlanInput): Reason[] {
  if (!inventory.terraform || request.commit !== undefined) return [];
  return [{ kind: 'terraform-commit-unknown', file: 'slipway.yaml' }];
}

/** The new machine would have to join the cluster through itself. */
function endpointRefusals({ inventory }: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const owner = endpointOwner(inventory);
  const { endpoint } = inventory.controlPlane;
  if (!owner || endpoint === undefined || !nodes.some(({ node }) => node.name === owner.name)) return [];
  return [{ kind: 'replacement-endpoint', node: owner.name, endpoint }];
}

/** A new control plane gets its data from the other members. With two members no node is touched at all. */
function etcdRefusals({ inventory, observation }: PlanInput, nodes: readonly SeenNode[]): Reason[] {
  const [first] = nodes.filter(({ node }) => node.role === 'control-plane');
  if (!first) return [];
  const declared = inventory.nodes.filter((node) => node.role === 'control-plane').length;
  const members = observation.etcd.kind === 'answered' ? observation.etcd.value.members.length : declared;
  if (members === 2 || Math.min(members, declared) > 2) return [];
  return [{ kind: 'replacement-loses-etcd', node: first.node.name, members }];
}

/** One variable, one value: with two Kubernetes versions running, some machine would be made with another version than it had. */
function kubernetesRefusals({ inventory, observation }: PlanInput): Reason[] {
  const variable = inventory.terraform?.variables.kubernetes;
  const runs = kubernetesVersions(observation);
  if (variable === undefined || !runs || runs.lowest === runs.highest) return [];
  return [{ kind: 'replacement-kubernetes-mixed', variable, ...runs }];
}
