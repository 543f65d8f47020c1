import type { Evidence, Moment, NodeObserved } from '../evidence.js';
import { lastBefore } from './last-before.js';

/** Events of `machines.jsonl` after which a machine runs, and after which it does not. */
const UP = new Set(['running', 'ready', 'not-ready']);
const NOT_UP = new Set([
  'power-off',
  'power-on',
  'rebooting',
  'down',
  'booting',
  'destroyed',
  'created',
  'maintenance',
]);

/** A problem of a node, and since when it exists. */
export interface Trouble {
  readonly what: string;
  readonly since: Moment;
}

/** The Node object as it was at a moment; undefined before it was first seen. */
export function nodeAt({ nodes }: Evidence, node: string, at: Moment): NodeObserved | undefined {
  return lastBefore(
    nodes.filter((observation) => observation.node === node),
    at,
  );
}

/** Why a node is not healthy at a moment: cordoned, not Ready, or its machine does not run. */
export function troublesAt(evidence: Evidence, node: string, at: Moment): Trouble[] {
  const troubles: Trouble[] = [];
  const add = (what: string, since: Moment | undefined): void => {
    if (since !== undefined) troubles.push({ what, since });
  };
  add(
    'cordoned',
    sightedSince(evidence, node, at, ({ unschedulable }) => unschedulable),
  );
  add(
    'not Ready',
    sightedSince(evidence, node, at, ({ ready, gone }) => !ready || gone),
  );
  add('not running', machineDownSince(evidence, node, at));
  return troubles;
}

/** Since when, without interruption until the moment, observations of the node match; undefined: they do not. */
function sightedSince(
  { nodes }: Evidence,
  node: string,
  at: Moment,
  isSo: (observation: NodeObserved) => boolean,
): Moment | undefined {
  let since: Moment | undefined;
  for (const observation of nodes) {
    if (observation.at > at) break;
    if (observation.node !== node) continue;
    since = isSo(observation) ? (since ?? observation.at) : undefined;
  }
  return since;
}

function machineDownSince({ machineEvents }: Evidence, node: string, at: Moment): Moment | undefined {
  let since: Moment | undefined;
  for (const { machine, event, at: then } of machineEvents) {
    if (then > at) break;
    if (machine !== node) continue;
    if (UP.has(event)) since = undefined;
    else if (NOT_UP.has(event)) since ??= then;
  }
  return since;
}
