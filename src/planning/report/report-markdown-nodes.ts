import { describe } from '../reasons/describe.js';
import { stateWords } from './node-state-words.js';
import { fenced, plain, table } from '../text/markdown.js';
import { listed, moment, span } from '../text/phrases.js';
import { bootedThroughFirmware, plannedOf, type LeftBehind } from './report-nodes.js';
import type { RunReport, StoryNode } from './run-report.js';

/** Names in one sentence. */
const namesMax = 20;

/** Nodes that do not run the target. */
export function behindSection({ leftBehind, target }: RunReport): string[] {
  if (leftBehind.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const node of leftBehind) {
    const words = behindWords(node, target);
    groups.set(words, [...(groups.get(words) ?? []), node.node]);
  }
  const items = [...groups].map(([words, names]) => `- ${listed(names, namesMax)}: ${words}.`);
  return [
    [
      '## Left behind',
      '',
      `Not brought to Talos ${target} by this run. The next one takes them along: \`slipway upgrade\`.`,
      '',
      ...items,
    ].join('\n'),
  ];
}

function behindWords({ why, runs }: LeftBehind, target: string): string {
  const on = runs === null ? '' : `, on Talos ${runs}`;
  const words: Readonly<Record<LeftBehind['why'], string>> = {
    'left-out': 'left out by `--only`; what they run stands in the notes of the plan',
    skipped: `skipped${on}`,
    'not-begun': `never begun${on}`,
    'between-hops': `through a hop on the way to ${target}, not through the last one${on}`,
    undone: `begun, and returned to service as it was${on}`,
    'rolled-back': `upgraded, and rolled back to the previous version${on}`,
    halted: `begun, and stopped on the way${on}`,
  };
  return words[why];
}

/** What the run left on nodes. */
export function lookSection({ toLookAt }: RunReport): string[] {
  if (toLookAt.length === 0) return [];
  return [
    [
      '## What the run left on nodes',
      '',
      'From the record of the run. To check the current state:',
      '',
      ...toLookAt.map(({ sentence }) => `- ${plain(sentence)}.`),
      '',
      `      ${marksCommand}`,
    ].join('\n'),
  ];
}

const marksCommand =
  `kubectl get nodes -o custom-columns='NAME:.metadata.name,CORDONED:.spec.unschedulable,` +
  String.raw`RUN:.metadata.annotations.slipway\.dev/run,INSTALL:.metadata.annotations.slipway\.dev/install,` +
  String.raw`ARMED:.metadata.annotations.slipway\.dev/armed'`;

/** References to the previous version after an upgrade in place, and what to write there. */
export function lagSection({ lag }: RunReport): string[] {
  if (!lag) return [];
  const { machineConfig, terraform, declared } = lag;
  const images = machineConfig.flatMap(({ image, nodes, role }) => [
    `- Machine configuration of ${role === null ? listed(nodes, namesMax) : `every ${role === 'worker' ? 'worker' : 'control plane'} (${listed(nodes, namesMax)})`}: ` +
      'Talos leaves `machine.install.image` as it was. It should say:',
    '',
    ...fenced(`machine:\n  install:\n    image: ${image}`, 'yaml')
      .split('\n')
      .map((line) => `  ${line}`),
    '',
  ]);
  const would =
    terraform.addresses.length === 0
      ? 'machines and templates that were upgraded in place'
      : `what was upgraded in place: ${terraform.addresses.map((address) => `\`${address}\``).join(', ')}, and templates`;
  const named =
    terraform.variable === null
      ? `Its name is a guess, \`${terraform.guessedVariable}\` in most modules; nobody looked.`
      : 'slipway.yaml names it.';
  return [
    [
      '## What still names the old version',
      '',
      'An in-place upgrade changes the machine and nothing that describes it. Bring these after it:',
      '',
      ...images,
      `- The Terraform variable ${terraform.variable === null ? 'that carries the Talos version' : `\`${terraform.variable}\``}: ` +
        `${terraform.values.map((value) => `\`${value}\``).join(' or ')}. ${named} With the new value \`terraform plan\` ` +
        `wants to replace ${would}. Read that plan before anybody applies it.`,
      ...(declared === null ? [] : [`- \`versions.talos\` in slipway.yaml: it does not say ${declared}.`]),
    ].join('\n'),
  ];
}

/** How nodes were booted. */
export function bootSection({ boots }: RunReport): string[] {
  const { throughFirmware, neverThroughFirmware } = boots;
  if (throughFirmware.length + neverThroughFirmware.length === 0) return [];
  return [
    [
      '## How nodes were booted',
      '',
      ...(throughFirmware.length > 0
        ? [`- Through their firmware, as after a power cut: ${listed(throughFirmware, namesMax)}.`]
        : []),
      ...(neverThroughFirmware.length > 0
        ? [
            `- Never through their firmware: ${listed(neverThroughFirmware, namesMax)}. Talos may have started the new kernel by kexec, ` +
              'and a kernel that starts so can still hang in a cold boot. A power cut would be the first to show; to know before, ' +
              'drain one of each kind of hardware and type `talosctl reboot --mode powercycle`.',
          ]
        : []),
    ].join('\n'),
  ];
}

/** Every node that was begun, each of its hops a row. */
export function nodesTable({ nodes }: RunReport): string[] {
  if (nodes.length === 0) return [];
  const rows = nodes.map((node) => [
    node.node,
    node.outcome === 'running' ? 'under way' : node.outcome,
    `${node.from} → ${node.to}`,
    node.outcome === 'skipped' ? '' : tookText(node),
    `${node.state === undefined ? '' : stateWords[node.state]}${node.cordoned && node.state !== 'cordoned' ? ', and is still cordoned' : ''}`,
  ]);
  return [['## Nodes', '', ...table(['node', 'outcome', 'version', 'took', 'state'], rows)].join('\n')];
}

function tookText({ startedAt, endedAt }: StoryNode): string {
  return endedAt === undefined ? '' : span(Date.parse(endedAt) - Date.parse(startedAt));
}

/** Each node's steps, with times and observations. */
export function stepSections(report: RunReport): string[] {
  const nodes = report.nodes.filter((node) => node.steps.length > 0);
  if (nodes.length === 0) return [];
  const what =
    '## Each node, step by step\n\nWhat a step does, and how it is undone, stands in the plan below.';
  return [what, ...nodes.map((node) => nodeSteps(report, node))];
}

function nodeSteps(report: RunReport, node: StoryNode): string {
  const planned = plannedOf({ plan: report.plan ?? undefined }, node);
  const attempt = node.attempt > 1 ? `, attempt ${node.attempt}` : '';
  const hops = (report.plan?.hops.length ?? 1) > 1 ? ` to ${node.to}` : '';
  const facts = [
    ...(planned ? [planned.role === 'worker' ? 'worker' : 'control plane', planned.address] : []),
    `${node.from} → ${node.to}`,
    ...(planned?.canary ? ['canary'] : []),
    ...(planned?.armed ? ['installed already, only rebooted'] : []),
    planned?.replacement
      ? 'its machine replaced'
      : `boots ${bootedThroughFirmware(node, planned) ? 'through its firmware' : 'as Talos does automatically'}`,
  ];
  const rows = node.steps.map((step) => [
    step.step,
    second(step.startedAt),
    step.took === undefined ? '' : span(step.took),
    plain(step.note ?? ''),
  ]);
  return [
    `### ${node.node}${hops}${attempt}`,
    '',
    `${facts.join(', ')}.`,
    '',
    ...stopped(node),
    ...table(['step', 'started', 'took', 'what was seen'], rows),
  ].join('\n');
}

function stopped({ reason, failedStep, undoFailed }: StoryNode): string[] {
  return [
    ...(reason === undefined
      ? []
      : [`${failedStep ? `Stopped at **${failedStep}**: ` : ''}${plain(describe(reason))}.`, '']),
    ...(undoFailed === undefined ? [] : [`Taking it back failed: ${plain(describe(undoFailed))}.`, '']),
  ];
}

/** `2026-11-21 14:32:07`; an invalid time is shown as it is. */
function second(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? moment(iso) : time.toISOString().slice(0, 19).replace('T', ' ');
}
