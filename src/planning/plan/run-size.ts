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

/** What Temporal takes: `limit.blobSize.error`, `limit.historyCount.error` and `limit.historySize.error` of its server. */
export const temporalLimits: RunSize = { plan: 2 * mib, events: 51_200, history: 50 * mib };

/** What a run may be estimated to write: the rest is left for pauses, workers that die, and sentences longer than usual. */
export const runLimits: RunSize = {
  plan: temporalLimits.plan * 0.95,
  events: temporalLimits.events * 0.8,
  history: temporalLimits.history * 0.8,
};

/** Events: of the run itself, of each hop, of its templates, and of each node in it. A control plane waits for etcd and may have its own snapshot. */
const events = { run: 45, hop: 20, templates: 7, node: 9, controlPlane: 14 } as const;

/**
 * Where slipway.yaml names somebody to tell: a letter is an activity and the decision after it. One a node; a run's are its start and
 * end, a hop's its first board; the rest is for waits, halts and what people say.
 */
const letters = { run: 10, hop: 1, node: 1 } as const;
const letter = { events: 6, bytes: 4 * kib, bytesOfReceiver: kib / 2 } as const;

/** Bytes, in the same way. A node's: what its workflow is started with beside the node itself, and what it answers. */
const bytes = { run: 16 * kib, hop: 4 * kib, node: 8 * kib } as const;

/** The plan stands in its own answer and, hop by hop, in what the order is asked with; the order repeats the names. */
const timesInHistory = 3;

/** What a run of this plan will write at most, unless much happens that nobody planned. */
export function runSize(plan: UpgradePlan, inventory: Inventory): RunSize {
  const { hops } = plan;
  const touched = hops.flatMap(touchedNodes);
  const controlPlanes = touched.filter(({ role }) => role === 'control-plane').length;
  const planBytes = encodedBytes(plan);
  const receivers = inventory.notify.length;
  const told = receivers === 0 ? 0 : letters.run + letters.hop * hops.length + letters.node * touched.length;
  return {
    plan: planBytes,
    events:
      events.run +
      events.hop * hops.length +
      events.templates * hops.filter((hop) => hop.templates).length +
      events.node * touched.length +
      events.controlPlane * controlPlanes +
      letter.events * told,
    history:
      bytes.run +
      bytes.hop * hops.length +
      bytes.node * touched.length +
      (letter.bytes + letter.bytesOfReceiver * receivers) * told +
      encodedBytes(inventory) +
      timesInHistory * planBytes +
      // Each node's workflow is started with its part.
      encodedBytes(touched),
  };
}

/** Why a run of this plan could not come to its end; undefined: it can. */
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

/** As Temporal carries it: JSON in UTF-8. */
function encodedBytes(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
