import { isDeepStrictEqual } from 'node:util';
import type { Evidence, HypervisorRequest } from '../evidence.js';
import { unobserved, violation, type Finding } from '../finding.js';
import { slipwayChangesAtHypervisor, vmCalls, type VmCall } from '../moments/hypervisor-calls.js';
import { list, text } from '../moments/payload.js';
import { attemptAt, rollbackWanted, runAt, runsOf, type Run } from '../moments/runs.js';

/** The VM attributes that an upgrade may change: its template. */
const MAY_CHANGE = new Set(['template']);

/**
 * I12: Slipway's Terraform touches only VMs of nodes that its run's plan replaces, from the start of their workflow on, and the templates
 * in that plan, or those nodes' own images. A new VM has the attributes of the previous one: size, disk, pool, bridge, network interfaces,
 * host and name, except for changes that the plan itself lists, from that value to this.
 */
export function onlyThePlan(evidence: Evidence): Finding[] {
  const runs = runsOf(evidence);
  const calls = vmCalls(evidence);
  return [
    ...calls.flatMap((call) => [...outsidePlan(evidence, runs, call), ...madeAnother(evidence, runs, call)]),
    ...slipwayChangesAtHypervisor(evidence)
      .filter(({ vmid }) => vmid === undefined)
      .flatMap((request) => templateOutside(evidence, runs, request)),
  ];
}

function outsidePlan(evidence: Evidence, runs: readonly Run[], { request, node, does }: VmCall): Finding[] {
  const what = `Terraform was to ${does} the machine of ${node}`;
  if (does !== 'change') return outsideNode(evidence, runs, { request, node, what });
  const { at, method, path } = request;
  const words = `${what} (${method} ${path}), and a replacement only destroys and makes`;
  return [violation('I12', at, node, words)];
}

/** Actions on a machine, or on its own image. */
function outsideNode(
  evidence: Evidence,
  runs: readonly Run[],
  { request, node, what }: Pick<VmCall, 'request' | 'node'> & { readonly what: string },
): Finding[] {
  const { at, method, path } = request;
  const broken = (why: string): Finding[] => [
    violation('I12', at, node, `${what} (${method} ${path}), ${why}`),
  ];
  const run = runAt(runs, at);
  if (run === undefined || plannedHops(run).length === 0) return [planUnknown(evidence, request, node)];
  const planned = plannedHops(run).flatMap((hop) => list(hop, 'nodes'));
  if (!planned.some((one) => text(one, 'name') === node && text(one, 'replacement', 'address') !== undefined))
    return broken(`which the plan of ${run.id} does not replace`);
  const attempt = attemptAt([run], node, at);
  if (attempt === undefined) return broken(`whose workflow had not begun in ${run.id}`);
  // Created with other values than those of a hop: for a rollback, which only a person starts.
  const known = new Set(plannedHops(run).map((hop) => text(hop, 'to')));
  if (known.has(attempt.to) || rollbackWanted([run], node, at)) return [];
  return broken(`for ${attempt.to}, which is no hop of ${run.id}, and nobody had said that it rolls back`);
}

/** Compared with the previous request for the VM of that id, whoever sent it. */
function madeAnother(
  { hypervisor }: Evidence,
  runs: readonly Run[],
  { request, node, does }: VmCall,
): Finding[] {
  const { asks } = request;
  if (does !== 'make' || asks === undefined) return [];
  const before = hypervisor?.requests.findLast(
    (one) => one.at < request.at && one.vmid === request.vmid && one.asks !== undefined,
  )?.asks;
  if (before === undefined) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(asks)])];
  return names
    .filter((name) => !MAY_CHANGE.has(name) && !isDeepStrictEqual(before[name], asks[name]))
    .filter((name) => !isNamed(runAt(runs, request.at), node, [name, before[name], asks[name]]))
    .map((name) => {
      const words = `the machine of ${node} was replaced with another ${name}: ${JSON.stringify(before[name])} before, ${JSON.stringify(asks[name])} now`;
      return violation('I12', request.at, node, words);
    });
}

/** Whether the plan lists this change of the node's attribute, from that value to this. */
function isNamed(
  run: Run | undefined,
  node: string,
  [name, before, now]: readonly [string, unknown, unknown],
): boolean {
  if (run === undefined) return false;
  const nodes = plannedHops(run).flatMap((hop) => list(hop, 'nodes'));
  const accepts = nodes
    .filter((one) => text(one, 'name') === node)
    .flatMap((one) => list(one, 'replacement', 'accepts'));
  return accepts.some(
    (one) =>
      attributeOf(text(one, 'path')) === name &&
      text(one, 'from') === String(before) &&
      text(one, 'to') === String(now),
  );
}

/** `input.memory_mb` is the hypervisor's `memoryMb`. */
function attributeOf(path = ''): string {
  const last = path.split('.').at(-1) ?? '';
  return last.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function templateOutside(evidence: Evidence, runs: readonly Run[], request: HypervisorRequest): Finding[] {
  const { at, method, path, template } = request;
  const { name, node } = evidence.hypervisor?.templates.find(({ id }) => id === template) ?? {};
  if (node !== undefined)
    return outsideNode(evidence, runs, {
      request,
      node,
      what: `Terraform was to change the image of ${node}`,
    });
  const about = name ?? path;
  const run = runAt(runs, at);
  if (run === undefined || plannedHops(run).length === 0) return [planUnknown(evidence, request, about)];
  const planned = plannedHops(run).flatMap((hop) => list(hop, 'templates'));
  // Addresses end with their instance: module.templates["baldar-worker"].
  const isPlanned = name !== undefined && planned.some((one) => String(one).includes(`["${name}"]`));
  if (isPlanned) return [];
  const words = `Terraform was to change ${about} (${method} ${path}), which the plan of ${run.id} does not name`;
  return [violation('I12', at, about, words)];
}

function plannedHops({ record }: Run): readonly unknown[] {
  const planned = record.activities.findLast(
    ({ type, outcome }) => type === 'planUpgrade' && outcome === 'completed',
  );
  return list(planned?.result, 'plan', 'hops');
}

/** With the complete history this is no gap in the evidence: no plan allows it. */
function planUnknown(
  { historyMissing }: Evidence,
  { at, method, path }: HypervisorRequest,
  about: string,
): Finding {
  const words = `${method} ${path} at the hypervisor belongs to no plan in Temporal's history`;
  return historyMissing === undefined
    ? violation('I12', at, about, words)
    : unobserved('I12', at, about, words);
}
