import { cordonOwner, cordonOwnerText } from '../node/cordon.js';
import type { ClusterObservation, NodeObject, NodeObservation } from '../node/observation.js';
import type { Reason } from '../reasons/reason.js';
import { closed, type GateContext, type GateVerdict, open } from './gates.js';

/**
 * Open when every node is Ready, and no control plane is cordoned. A worker that a person cordoned stays cordoned and closes nothing.
 * Talos' state counts where Talos was asked and responded: an upgrade or a reboot shows there first.
 */
export function nodesReadyGate({ nodes }: ClusterObservation, context: GateContext): GateVerdict {
  const cordoned: string[] = [];
  let away = 0;
  for (const node of nodes) {
    if (node.kubernetes.kind === 'unreachable') {
      return closed({ kind: 'kubernetes-unreachable', endpoints: [], why: node.kubernetes.why });
    }
    const seen = node.kubernetes.value;
    if (!seen) return closed({ kind: 'node-missing', node: node.name });
    if (besides(context, node.name)) {
      away += seen.ready ? 0 : 1;
      continue;
    }
    const reason = notReady(node, seen) ?? wrongCordon(node, seen, context);
    if (reason) return closed(reason);
    if (seen.unschedulable && !isUnderWork(context, node.name)) cordoned.push(node.name);
  }
  const ready = `${nodes.length - away} of ${nodes.length} Ready`;
  return open(cordoned.length === 0 ? ready : `${ready}; cordoned, and left so: ${cordoned.join(', ')}`);
}

function isUnderWork({ underWork = [] }: GateContext, name: string): boolean {
  return underWork.includes(name);
}

/** Another node of the same batch may be rebooting, and its own steps judge it. */
function besides({ underWork = [], judged }: GateContext, name: string): boolean {
  return underWork.includes(name) && name !== judged;
}

function notReady({ name, talos }: NodeObservation, seen: NodeObject): Reason | undefined {
  if (!seen.ready)
    return { kind: 'node-not-ready', node: name, since: seen.readySince, message: seen.readyMessage };
  if (talos.kind === 'unreachable') return undefined;
  const { stage, ready, unmet } = talos.value;
  return stage === 'running' && ready ? undefined : { kind: 'talos-not-ready', node: name, stage, unmet };
}

function wrongCordon(
  { name, role }: NodeObservation,
  seen: NodeObject,
  context: GateContext,
): Reason | undefined {
  const owner = cordonOwner(seen);
  if (owner.by === 'nobody' || isUnderWork(context, name)) return undefined;
  const by = cordonOwnerText(owner);
  // A worker that Talos cordoned is in the middle of an upgrade or a reboot somebody started.
  if (role === 'worker') return owner.by === 'talos' ? { kind: 'node-cordoned', node: name, by } : undefined;
  // An earlier run's cordon on the very node that comes next is taken over, not waited for.
  const takenOver = owner.by === 'run' && context.toDrain?.includes(name);
  return takenOver ? undefined : { kind: 'node-cordoned', node: name, by };
}
