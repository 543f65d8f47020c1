import { endpointOwner } from '../node/endpoint-owner.js';
import { count, listed, span } from '../text/phrases.js';
import type { PlanInput } from './plan-input.js';
import type { PlannedNode } from './plan.js';
import { drainOutlastsGrantMs, grantForgottenAfterMs } from '../node/undrained-pods.js';

/** Consequences of the settings of slipway.yaml, for whoever reads the plan. */
export function settingNotes({ inventory }: PlanInput, nodes: readonly PlannedNode[]): string[] {
  return [
    ...aloneNotes(inventory),
    ...endpointNotes(inventory, nodes),
    ...drainNotes(inventory),
    ...windowNotes(inventory),
  ];
}

type Inventory = PlanInput['inventory'];

function aloneNotes({ nodes }: Inventory): string[] {
  const controlPlanes = nodes.filter((node) => node.role === 'control-plane');
  if (controlPlanes.length !== 1) return [];
  const drain = nodes.length === 1 ? '; there is nowhere to drain it to, so its pods stop with it' : '';
  return [
    `there is one control plane: the Kubernetes API is away while it reboots, and requests go through the node itself${drain}`,
  ];
}

/** Machine configurations that name one node as the cluster's endpoint. */
function endpointNotes(inventory: Inventory, planned: readonly PlannedNode[]): string[] {
  const owner = endpointOwner(inventory);
  if (!owner || !planned.some((node) => node.name === owner.name && !node.skip)) return [];
  return [
    `machine configurations name ${owner.name} as the cluster endpoint (${inventory.controlPlane.endpoint}): while it is away the kubelets ` +
      'reach the API only where KubePrism or another way is set up; Slipway goes through the other control planes',
  ];
}

/** A Slipway worker that dies in the middle of an eviction blocks the budget for two minutes; a shorter drain fails. */
function drainNotes({ limits, upgrade }: Inventory): string[] {
  const { attempts } = upgrade.drain;
  const whole = limits.drain * attempts;
  if (whole >= drainOutlastsGrantMs) return [];
  return [
    `a drain has ${span(whole)} in all (limits.drain, ${count(attempts, 'attempt')}): an eviction that was granted and not carried out, as ` +
      `when a worker dies in the middle of it, keeps a PodDisruptionBudget at its end for ${span(grantForgottenAfterMs)}, and such a drain ` +
      `fails; ${span(drainOutlastsGrantMs)} outlast that`,
  ];
}

function windowNotes({ upgrade: { windows } }: Inventory): string[] {
  if (!windows) return [];
  const open = windows.open.map(({ at, lasts }) => `"${at}" for ${span(lasts)}`);
  return [
    `nodes are begun only while a maintenance window is open (${listed(open)}, ${windows.zone}); outside it the run waits`,
  ];
}
