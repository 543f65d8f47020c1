import type { Inventory } from '../../inventory/schema.js';
import type { Hop, PlannedNode, UpgradePlan } from './plan.js';
import type { Reason } from '../reasons/reason.js';

/** What a run writes into Temporal. */
export interface RunSize {
  /** Bytes of its plan, which is one value. */
  readonly plan: number;
  /** Events of the run's own history; each node's workflow has one of its own. */
  readonly events: number;
  /** Bytes of that history. */
  readonly history: number;
}

const kib = 1024;
const mib = 1024 * kib;

/** Temporal's limits: `limit.blobSize.error`, `limit.historyCount.error` and `limit.historySize.error` of its server. */
export const temporalLimits: RunSize = { plan: 2 * mib, events: 51_200, history: 50 * mib };

/** The share of those limits that an estimate may use: the rest is left for pauses, dying workers, and longer sentences than usual. */
export const runLimits: RunSize = {
  plan: temporalLimits.plan * 0.95,
  events: temporalLimits.events * 0.8,
  history: temporalLimits.history * 0.8,
};

/** Events: of the run itself, each hop, its templates, and each node. A control plane waits for etcd and may have its own snapshot. */
const events = { run: 45, hop: 20, templates: 7, node: 9, controlPlane: 14 } as const;

/**
 * Where slipway.yaml names receivers: an outbox message is an activity and the workflow task after it. A node has one; a run has its start
 * and end; a hop has its first status message. The rest is for waits, halts and commands.
 */
const notifications = { run: 10, hop: 1, node: 1 } as const;
const notification = { events: 6, bytes: 4 * kib, bytesOfReceiver: kib / 2 } as const;

/** Bytes, counted likewise. A node's: its workflow's input besides the node itself, and its result. */
const bytes = { run: 16 * kib, hop: 4 * kib, node: 8 * kib } as const;

/** The plan is in its activity's result and, hop by hop, in the input of the order; the order repeats the names. */
const timesInHistory = 3;

/** An upper estimate of what a run of this plan writes, unless much happens that was not planned. */
export function runSize(plan: UpgradePlan, inventory: Inventory): RunSize {
  const { hops } = plan;
  const touched = hops.flatMap(touchedNodes);
  const controlPlanes = touched.filter(({ role }) => role === 'control-plane').length;
  const planBytes = encodedBytes(plan);
  const receivers = inventory.notify.length;
  const sent =
    receivers === 0
      ? 0
      : notifications.run + notifications.hop * hops.length + notifications.node * touched.length;
  return {
    plan: planBytes,
    events:
      events.run +
      events.hop * hops.length +
      events.templates * hops.filter((hop) => hop.templates).length +
      events.node * touched.length +
      events.controlPlane * controlPlanes +
      notification.events * sent,
    history:
      bytes.run +
      bytes.hop * hops.length +
      bytes.node * touched.length +
      (notification.bytes + notification.bytesOfReceiver * receivers) * sent +
      encodedBytes(inventory) +
      timesInHistory * planBytes +
      // Each node's workflow is started with its part.
      encodedBytes(touched),
  };
}

/** Why a run of this plan could not finish; undefined: it can. */
export function tooLarge(plan: UpgradePlan, inventory: Inventory): Reason | undefined {
  const size = runSize(plan, inventory);
  const nodes = Math.max(...plan.hops.map((hop) => hop.nodes.length));
  const [worst] = (['plan', 'events', 'history'] as const)
    .filter((what) => size[what] > runLimits[what])
    .toSorted((one, other) => size[other] / runLimits[other] - size[one] / runLimits[one]);
  if (worst === undefined) return undefined;
  const limit = Math.floor(runLimits[worst]);
  return {
    kind: 'run-too-large',
    nodes,
    hops: plan.hops.length,
    what: worst,
    size: size[worst],
    limit,
    fits: Math.floor((nodes * limit) / size[worst]),
  };
}

function touchedNodes({ nodes }: Hop): PlannedNode[] {
  return nodes.filter((node) => !node.skip || node.adopts !== undefined);
}

/** Temporal's encoding: JSON in UTF-8. */
function encodedBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
