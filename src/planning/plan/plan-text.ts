import { standsAlone } from './batches.js';
import { approvalCommands, approversText } from './approval-text.js';
import { describe } from '../reasons/describe.js';
import { gateTable } from '../gates/evaluate-gates.js';
import { type StepName, allSteps, stepsOf, steps } from '../steps/node-steps.js';
import { count, listed, span } from '../text/phrases.js';
import { limitsWaitedFor } from './plan-hash.js';
import type { Hop, PlanApproval, PlannedNode, UpgradePlan } from './plan.js';
import { minorOf } from '../versions/versions.js';

/** The plan for people: plain text, no colours, ending in the hash. */
export function planText(plan: UpgradePlan): string {
  const sections = [
    headline(plan),
    ...plan.hops.map((hop) => hopText(plan, hop)),
    stepsText(plan),
    gatesText(plan),
    limitsText(plan),
    ...(plan.blocked.length > 0 ? [blockedText(plan)] : []),
    ...(plan.notes.length > 0 ? [notesText(plan)] : []),
    ...(plan.approvals ? [approvalText(plan, plan.approvals)] : []),
    `plan ${plan.hash}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function headline(plan: UpgradePlan): string {
  const todo = plan.hops.flatMap((hop) => hop.nodes).filter((node) => !node.skip).length;
  const { lowest, highest } = plan.kubernetes;
  return [
    `${plan.cluster}  Talos → ${plan.target}  ${plan.strategy === 'in-place' ? 'in place' : plan.strategy} (${plan.strategyReason})`,
    `${count(todo, 'node')} to upgrade, ${pace(plan)} · about ${span(plan.estimate)} · Kubernetes ${lowest === highest ? lowest : `${lowest} to ${highest}`}`,
  ].join('\n');
}

function hopText(plan: UpgradePlan, hop: Hop): string {
  const number = plan.hops.length > 1 ? `hop ${plan.hops.indexOf(hop) + 1} of ${plan.hops.length}: ` : '';
  const width = Math.max(...hop.nodes.map((node) => node.name.length));
  const rows = hop.nodes.map((node, index) => nodeText(node, hop, index + 1, width));
  return [
    `${number}nodes, in this order (${clientsText(hop)})${hop.why === undefined ? '' : `\n  ${hop.why}`}`,
    ...rows,
    ...imageRows(hop),
    ...terraformRows(plan, hop),
  ].join('\n');
}

/** How many nodes at a time. */
function pace({ batch, hops }: UpgradePlan): string {
  const together = hops.flatMap(({ nodes }) => nodes).filter((node) => !standsAlone(node));
  if (batch === 1 || together.length === 0) return 'one at a time';
  const inPlace = hops.some(({ strategy }) => strategy === 'replace') ? ' that are upgraded in place' : '';
  return `one at a time, and workers${inPlace} after the canary up to ${batch} together`;
}

/** `talosctl 1.12, legacy flow`: decided by what the touched nodes run. */
function clientsText({ nodes }: Hop): string {
  const touched = nodes.filter((node) => !node.skip);
  const clients = new Set(
    touched.map((node) =>
      node.replacement ? 'replaced by Terraform' : `talosctl ${minorOf(node.from)}, ${node.flow} flow`,
    ),
  );
  return [...clients].join('; ') || 'none of them is touched';
}

function nodeText(node: PlannedNode, hop: Hop, number: number, width: number): string {
  const start = `  ${String(number).padStart(3)}  ${node.name.padEnd(width)}  ${node.role.padEnd(13)}`;
  if (node.skip)
    return `${start}  ${hop.to} already${node.adopts === undefined ? '' : `, takes over the marks of ${node.adopts}`}`;
  const remarks = [
    ...(node.canary ? ['canary'] : []),
    ...(node.replacement
      ? [`${node.replacement.continues ? 'resumed' : 'replaced'}, ${node.replacement.address}`]
      : []),
    ...(node.replacement?.accepts ? [`${count(node.replacement.accepts.length, 'attribute')} changed`] : []),
    ...(node.patches ? [`${count(node.patches, 'patch', 'patches')} once it is Ready`] : []),
    ...(node.probes ? [`tried with ${listed(node.probes.map(({ name }) => name))}`] : []),
    ...(node.armed ? ['installed already: rebooted only'] : []),
    ...(node.rebootMode === 'powercycle' ? ['boots through its firmware'] : []),
    ...(node.soak > 0 ? [`soak ${span(node.soak)}`] : []),
    ...(node.keepCordon ? ['stays cordoned'] : []),
    ...(node.adopts === undefined ? [] : [`takes over the marks of ${node.adopts}`]),
  ];
  return `${start}  ${node.from} → ${hop.to}${remarks.length > 0 ? `  ${remarks.join(', ')}` : ''}`;
}

/** Each image once, with its nodes. */
function imageRows(hop: Hop): string[] {
  const nodes = new Map<string, string[]>();
  for (const node of hop.nodes) {
    if (!node.skip && !node.replacement) nodes.set(node.image, [...(nodes.get(node.image) ?? []), node.name]);
  }
  if (nodes.size === 0) return [];
  return ['', 'images', ...[...nodes].map(([image, names]) => `  ${image}\n    for ${namesText(names)}`)];
}

/** Terraform's variables in this hop, and the templates that come first. */
function terraformRows({ terraform }: UpgradePlan, { values, templates = [] }: Hop): string[] {
  if (!terraform || !values) return [];
  const { tool, version, repository, folder, workspace, commit } = terraform;
  return [
    '',
    `${tool} ${version}, ${repository === undefined ? folder : `${repository} ${folder}`} at ${commit.slice(0, 12)}, workspace ${workspace}`,
    ...Object.entries(values).map(([name, value]) => `  ${name} = ${value}`),
    ...(templates.length > 0 ? ['', 'templates, first and only where they differ'] : []),
    ...templates.map((address) => `  ${address}`),
  ];
}

function namesText(names: readonly string[]): string {
  return names.length > 8
    ? `${names.slice(0, 3).join(', ')} … ${names.at(-1)} (${names.length})`
    : names.join(', ');
}

function stepsText(plan: UpgradePlan): string {
  const names = allSteps(plan);
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.flatMap((name) => {
    const { does } = steps[name];
    return [
      `  ${name.padEnd(width)}  ${does}${whose(plan, name)}`,
      `  ${' '.repeat(width)}    undo: ${undoText(name)}`,
    ];
  });
  return ['steps of each node', ...rows].join('\n');
}

/** Which nodes take a step, where not all do. */
function whose(plan: UpgradePlan, name: StepName): string {
  if (steps[name].only) return ' (control planes)';
  const touched = plan.hops.flatMap((hop) => hop.nodes).filter((node) => !node.skip);
  const taking = touched.filter((node) => stepsOf(plan, node).includes(name));
  return taking.length === touched.length ? '' : ` (${namesText(taking.map((node) => node.name))})`;
}

function undoText(name: StepName): string {
  const { undo } = steps[name];
  return typeof undo === 'string' ? undo : `none, ${undo.none}`;
}

function gatesText(plan: UpgradePlan): string {
  const width = Math.max(...plan.gates.map((name) => name.length));
  return ['gates', ...plan.gates.map((name) => `  ${name.padEnd(width)}  ${gateTable[name].question}`)].join(
    '\n',
  );
}

function limitsText(plan: UpgradePlan): string {
  const limits = Object.entries(limitsWaitedFor(plan)).map(([name, value]) => `${name} ${span(value)}`);
  const rows: string[] = [];
  for (let index = 0; index < limits.length; index += 6)
    rows.push(`  ${limits.slice(index, index + 6).join(' · ')}`);
  const scratch = plan.drain.deleteEmptyDirData ? 'emptyDir data is given up' : 'emptyDir data stops it';
  rows.push(
    `  drain in ${count(plan.drain.attempts, 'attempt')}, ${scratch} · snapshot at most ${span(plan.snapshotMaxAge)} old before each control plane`,
  );
  if (plan.onFailure === 'rollback')
    rows.push(
      '  a node that does not get well on its new version rolls back automatically, and the run ends, held',
    );
  if (plan.undrained === 'skip')
    rows.push('  a worker that cannot be emptied is returned to service, and the run goes on without it');
  return ['limits', ...rows].join('\n');
}

function blockedText(plan: UpgradePlan): string {
  return [
    'blocked, as things stand',
    ...plan.blocked.map(({ node, reason }) => `  at ${node}: ${describe(reason)}`),
  ].join('\n');
}

/** What a run of this plan waits for before it touches anything. */
function approvalText(plan: UpgradePlan, approvals: readonly PlanApproval[]): string {
  return [
    `needs an approval: a run of it waits ${span(plan.limits.approval)} at most, with nothing touched`,
    ...approvals.map(({ why }) => `  ${why}`),
    ...(plan.approvers ? [` ${approversText(plan.approvers)}`] : []),
    ...approvalCommands(plan).map((line) => `    ${line}`),
  ].join('\n');
}

function notesText(plan: UpgradePlan): string {
  return ['notes', ...plan.notes.map((note) => `  ${note}`)].join('\n');
}
