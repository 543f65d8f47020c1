import type { ApiChange, Evidence, Moment, TalosRequest } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { CORDON_MARK, cordonsOf, type CordonChange } from '../moments/cordons.js';
import { lastBefore, seconds } from '../moments/last-before.js';
import { installerAt } from '../moments/boot-slots.js';
import { destructiveRequests } from '../moments/talos-calls.js';
import { disruptions, isBeingReplaced, slipwayChanges } from '../moments/touches.js';
import { oneWriterAtATime } from './i4-one-writer.js';

/** A drain stops this soon after another user uncordoned its node. Milliseconds. */
const DRAIN_STOPS_WITHIN = 5_000;

/** A cordon that kubectl set in a race with an uncordon is undone this soon. Milliseconds. */
const TAKEN_BACK_WITHIN = 10_000;

/**
 * I4: no two destructive requests for one node, no two writers of one Terraform state, no eviction from a node that another user uncordoned
 * meanwhile, and a cordon that kubectl set by losing that race is undone.
 */
export function oneRequestAtATime(evidence: Evidence): Finding[] {
  const nodes = evidence.machines.map(({ name }) => name);
  return [
    ...overlapping(evidence),
    ...oneWriterAtATime(evidence),
    ...nodes.flatMap((node) => lateEvictions(evidence, node)),
    ...nodes.flatMap((node) => racedCordons(evidence, node)),
  ];
}

/** A second request before the first was answered, or while the machine still worked on it. */
function overlapping(evidence: Evidence): Finding[] {
  const requests = destructiveRequests(evidence);
  return requests.flatMap(({ request, node, called, removesMember }, index) => {
    const { at } = request;
    const unanswered = requests
      .slice(0, index)
      .find(({ request: first, node: same }) => same === node && at < first.at + first.took);
    // The member of a dead machine is removed while its replacement is being created.
    const follows = removesMember === true && isBeingReplaced(evidence, node, at);
    const earlier = unanswered?.called ?? (follows ? undefined : atWorkFor(evidence, request, node));
    if (earlier === undefined) return [];
    return [
      violation('I4', at, node, `${called} of ${node} while an earlier ${earlier} was still under way`),
    ];
  });
}

/** What the machine was still working on when a request arrived; undefined: nothing. */
function atWorkFor(evidence: Evidence, request: TalosRequest, node: string): string | undefined {
  const { at } = request;
  const open = disruptions(evidence).find(
    (one) =>
      one.node === node &&
      one.request !== request &&
      one.from < at &&
      (one.to === undefined || one.to > at) &&
      !cameBack(evidence, node, one.from, at),
  );
  // An installer continues without its client.
  return open?.name ?? (installerAt(evidence, node, at) && 'install');
}

/** It runs again with another boot id, though it may not be ready, and may never be. */
function cameBack({ machineEvents }: Evidence, node: string, from: Moment, until: Moment): boolean {
  const own = machineEvents.filter(({ machine }) => machine === node);
  const bootId = lastBefore(own, from)?.bootId;
  return own.some(
    ({ at, event, bootId: id }) => at > from && at <= until && event === 'running' && id !== bootId,
  );
}

function lateEvictions(evidence: Evidence, node: string): Finding[] {
  const history = cordonsOf(evidence, node);
  const evictions = evidence.changes.filter(
    (change) =>
      change.user === evidence.slipwayUser &&
      change.subresource === 'eviction' &&
      nodeOf(evidence, change) === node,
  );
  return evictions.flatMap(({ at, namespace, name }) => {
    const lost = lastForeignUncordon(history, at);
    if (lost === undefined || at - lost <= DRAIN_STOPS_WITHIN) return [];
    const words = `${namespace}/${name} was evicted from ${node} ${seconds(at - lost)} after somebody had uncordoned it`;
    return [violation('I4', at, node, words)];
  });
}

/** When another user removed Slipway's cordon, unless Slipway has set one with its annotation since. */
function lastForeignUncordon(history: readonly CordonChange[], until: Moment): Moment | undefined {
  let lost: Moment | undefined;
  for (const change of history) {
    if (change.at > until) break;
    if (change.by === 'somebody' && !change.cordoned && change.ownerBefore === 'slipway') lost = change.at;
    if (change.by === 'slipway' && change.cordoned && marked(change.change)) lost = undefined;
  }
  return lost;
}

function racedCordons(evidence: Evidence, node: string): Finding[] {
  const own = slipwayChanges(evidence).filter(({ resource, name }) => resource === 'nodes' && name === node);
  return own
    .filter((change) => change.unschedulable === true && !marked(change))
    .filter(({ at }) => !blockedVersions(evidence, node, at))
    .map(({ at }) =>
      violation('I4', at, node, `${node} was cordoned without Slipway's mark, and that was not removed`),
    );
}

function blockedVersions(evidence: Evidence, node: string, since: Moment): boolean {
  const again = cordonsOf(evidence, node).find(({ at, cordoned }) => at > since && !cordoned);
  if (again !== undefined) return again.at - since <= TAKEN_BACK_WITHIN;
  // On a cordoned node, kubectl's cordon changes nothing and leaves nothing to undo.
  return cordonsOf(evidence, node).some(({ at, ownerBefore }) => at === since && ownerBefore !== undefined);
}

function marked(change: ApiChange | undefined): boolean {
  return typeof change?.marks?.[CORDON_MARK] === 'string';
}

function nodeOf({ pods }: Evidence, { namespace, name, at }: ApiChange): string | undefined {
  const own = pods.filter((pod) => pod.namespace === namespace && pod.name === name);
  return (lastBefore(own, at) ?? own[0])?.node;
}
