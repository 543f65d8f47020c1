import { shortHash } from './describe-approval.js';
import { count, listed, moment, quoted, span } from '../text/phrases.js';
import type { InventoryReason, RequestReason } from './reason.js';
import type { Sentences } from './reason-table.js';

export const requestSentences: Sentences<RequestReason> = {
  'nothing-to-do': ({ target }) => `every node runs Talos ${target} already, so there is nothing to do`,
  'unknown-cluster': ({ cluster, known }) =>
    known.length === 0
      ? `no cluster "${cluster}" is known here`
      : `no cluster "${cluster}" is known here, only ${listed(known, 10)}`,
  'unknown-node': ({ node, known }) => `slipway.yaml names no node "${node}", only ${listed(known, 20)}`,
  'bad-version': ({ version }) => `"${version}" is no version; a version is written v1.12.6`,
  'version-unknown': ({ version, newest }) =>
    newest === undefined
      ? `the Image Factory knows no Talos ${version}, and no release of that minor`
      : `the Image Factory knows no Talos ${version}; the newest of that minor is ${newest}`,
  downgrade: ({ node, from, to }) => `${node} runs Talos ${from}, and ${to} would be a downgrade`,
  'minor-skipped': ({ from, to, next }) =>
    `from Talos ${from} to ${to} a minor would be skipped; the Image Factory has no release of ${next}, which lies between`,
  'strategy-unavailable': ({ from, to, asked }) =>
    `${asked ? 'whoever asked' : 'slipway.yaml'} wants an upgrade from Talos ${from} to ${to} done ` +
    'in place although the major changes, and Slipway upgrades in place within one major',
  'flow-unavailable': ({ version, highest }) =>
    `nodes that run Talos ${version} are upgraded in a way this version of Slipway does not know; it knows Talos up to ${highest}`,
  'strategy-impossible': ({ node, version }) =>
    `${node} runs Talos ${version} already and is to get another image of it: that is installed in place, and no machine is replaced for it`,
  'approval-rejected': ({ by, why, plan }) =>
    `${quoted(by)} rejected plan ${shortHash(plan)}: ${quoted(why)}`,
  'approval-expired': ({ plan, limit, by }) =>
    `${by === undefined ? 'nobody' : `nobody but ${by}`} approved plan ${shortHash(plan)} within ${span(limit)}`,
  'talos-unsupported': ({ version, known }) =>
    `the support matrix has no row for Talos ${version}; it knows ${listed(known, 10)}`,
  'kubernetes-unsupported': ({ talos, kubernetes, lowest, highest }) =>
    `Talos ${talos} supports Kubernetes ${lowest} to ${highest}, and this cluster runs ${kubernetes}`,
  'run-open': ({ cluster, run, target, back }) =>
    `run ${run} ${back ? 'takes' : 'is upgrading'} ${cluster} ${back ? 'back ' : ''}to Talos ${target}, and one run at a time is all a cluster takes`,
  held: ({ cluster, run, since, why }) =>
    `${cluster} is held since ${moment(since)} by run ${run}: ${quoted(why)}`,
  frozen: ({ cluster, by, why, since }) =>
    `${quoted(by)} froze ${cluster} on ${moment(since)}, so that no run begins: ${quoted(why)}`,
  'taken-back': ({ cluster, talos, run, since, wentBack }) =>
    wentBack === undefined
      ? `${cluster} was rolled back from Talos ${talos} by run ${run} on ${moment(since)}, so no merge brings that again automatically, nor what had been merged by then`
      : `${cluster} turned back from Talos ${talos} at ${wentBack} in run ${run}, on ${moment(since)}, so no merge brings that again automatically`,
  superseded: ({ target, commit }) =>
    `a newer merge${commit === undefined ? '' : `, ${commit.slice(0, 12)},`} wants Talos ${target}, and nothing was touched yet`,
  'request-too-old': ({ requestedAt, limit }) =>
    `the request of ${moment(requestedAt)} met a worker more than ${span(limit)} later, when nobody waited for it any more`,
  'schema-unknown': ({ schema, known }) =>
    `the request has shape ${schema}, and this worker knows shape ${known}: they are of different versions of Slipway`,
  'run-too-large': ({ nodes, hops, what, size, limit, fits }) =>
    `a run over ${count(nodes, 'node')} in ${count(hops, 'hop')} would ${writes[what]} of ${amount(what, size)}, more than the ` +
    `${amount(what, limit)} that are safe with Temporal's limits; about ${count(fits, 'node')} fit into one run`,
};

const writes: Readonly<Record<(RequestReason & { kind: 'run-too-large' })['what'], string>> = {
  plan: 'make a plan',
  events: 'write a history',
  history: 'write a history',
};

function amount(what: keyof typeof writes, size: number): string {
  return what === 'events' ? count(size, 'event') : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}

const disagreements: Readonly<Record<(InventoryReason & { kind: 'inventory-disagrees' })['what'], string>> = {
  'missing-node': 'a Node of that name in Kubernetes',
  role: 'the role',
  address: 'the address',
  schematic: 'the schematic',
  name: 'the name Talos knows the machine by',
  stranger: 'no such node',
};

export const inventorySentences: Sentences<InventoryReason> = {
  'inventory-disagrees': ({ node, what, expected, found }) => {
    if (what === 'stranger') return `Kubernetes has a Node ${node}, and slipway.yaml does not name it`;
    if (what === 'missing-node') return `slipway.yaml names ${node}, and Kubernetes has no Node of that name`;
    return `slipway.yaml and the cluster disagree on ${node}: ${disagreements[what]} should be ${expected} and is ${found}`;
  },
  'schematic-unknown': ({ schematic, factory }) => `${factory} has no schematic ${schematic}`,
  'extensions-would-go': ({ node, schematic, lost }) =>
    `schematic ${schematic} would take ${listed(lost)} away from ${node}, and slipway.yaml does not give ${lost.length === 1 ? 'it' : 'them'} up`,
  'armed-with-other': ({ node, armed, sure, wanted }) =>
    `${node} ${sure ? 'has' : 'may have'} ${armed} installed and not booted; installing ${wanted} on top could overwrite the slot it runs from`,
  'left-over-mark': ({ node, run }) => `${node} still carries the mark of ${run}, which is not open any more`,
  'two-voters': ({ members }) =>
    `etcd has ${count(members, 'member')}: while one of them is upgraded the other cannot write, so neither is touched`,
  'single-control-plane': ({ node }) =>
    `${node} is the only control plane, the Kubernetes API is away while it reboots, and slipway.yaml does not accept that`,
};
