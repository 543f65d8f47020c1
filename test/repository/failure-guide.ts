import { advise } from '../../src/planning/reasons/advise.js';
import { describe } from '../../src/planning/reasons/describe.js';
import { stateWords } from '../../src/planning/report/node-state-words.js';
import { failureOf } from '../../src/planning/reasons/failure.js';
import type { Failure } from '../../src/planning/reasons/entry.js';
import { accessReasons } from '../../src/planning/reasons/access.js';
import { etcdReasons } from '../../src/planning/reasons/etcd.js';
import { gateReasons } from '../../src/planning/reasons/gate.js';
import { inventoryReasons } from '../../src/planning/reasons/inventory.js';
import { machinePatchReasons } from '../../src/planning/reasons/machine-patch.js';
import { probeReasons } from '../../src/planning/reasons/probe.js';
import { replacementReasons } from '../../src/planning/reasons/replacement.js';
import { requestReasons } from '../../src/planning/reasons/request.js';
import { rollbackReasons } from '../../src/planning/reasons/rollback.js';
import { runReasons } from '../../src/planning/reasons/run.js';
import { stepReasons } from '../../src/planning/reasons/step.js';
import { terraformRunReasons } from '../../src/planning/reasons/terraform-run.js';
import { terraformReasons } from '../../src/planning/reasons/terraform.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import { everyReason } from '../planning/reasons/every-reason.js';

/** Groups of reasons, in the order in which a person meets them. */
const families: readonly { readonly title: string; readonly kinds: readonly string[] }[] = [
  { title: 'The request', kinds: Object.keys(requestReasons) },
  { title: 'slipway.yaml and the cluster', kinds: Object.keys(inventoryReasons) },
  { title: 'Access', kinds: Object.keys(accessReasons) },
  { title: 'Gates', kinds: Object.keys(gateReasons) },
  { title: 'etcd and the control planes', kinds: Object.keys(etcdReasons) },
  { title: 'The steps of a node', kinds: Object.keys(stepReasons) },
  { title: 'The run', kinds: Object.keys(runReasons) },
  { title: 'Rollbacks of a node', kinds: Object.keys(rollbackReasons) },
  { title: 'Probes of a node', kinds: Object.keys(probeReasons) },
  { title: 'Terraform: state and plan', kinds: Object.keys(terraformReasons) },
  { title: 'Terraform: the program', kinds: Object.keys(terraformRunReasons) },
  { title: 'Machines that are replaced', kinds: Object.keys(replacementReasons) },
  { title: 'Patches of a machine that was replaced', kinds: Object.keys(machinePatchReasons) },
];

const context = { cluster: 'prox-ops', run: 42, address: '10.20.67.1' };

/** The code's tables of all failures, in Markdown: one table per group. */
export function failureGuide(): string {
  return families.map(({ title, kinds }) => [`## ${title}`, '', ...table(kinds)].join('\n')).join('\n\n');
}

/** The states of a node that a result may name. */
export const nodeStates = Object.keys(stateWords);

function table(kinds: readonly string[]): string[] {
  return [
    '| kind | what you read | what Slipway does | what you type |',
    '|---|---|---|---|',
    ...kinds.map((kind) => row(kind as Reason['kind'])),
  ];
}

function row(kind: Reason['kind']): string {
  const reason = everyReason[kind];
  const typed = advise(reason, context).map(command).join('<br>');
  return `| \`${kind}\` | ${cell(describe(reason))} | ${does(failureOf({ kind }))} | ${typed} |`;
}

const after: Readonly<Record<Failure['after'], string>> = {
  refuse: 'refuses: the run does not start',
  'undo-and-halt':
    'returns the node to service if nothing was installed on it yet, otherwise leaves it as it is, and halts',
  halt: 'halts, and leaves the node as it is',
  none: 'ends the run as `incomplete`, without a hold',
};

/** Of a node that runs the new version. */
const rollsBackAutomatically: Readonly<Record<NonNullable<Failure['rollback']>, string>> = {
  always: 'takes the node back to the previous version, and halts; with `onFailure: ask`',
  'if-its-own':
    'takes a node back whose own doing it is, where that runs the new version, and halts; else, and with `onFailure: ask`,',
};

function does({ after: then, retry, rollback, skippable, note }: Failure): string {
  const waits = retry ? 'waits for it within the limit of the step; then ' : '';
  return `${waits}${rollback ? `${rollsBackAutomatically[rollback]} ` : ''}${after[then]}${skippable ? '; a worker is left out with `undrained: skip`' : ''} (${cell(note)})`;
}

/** `slipway status prox-ops  # what runs` → the command, and its purpose. */
function command(line: string): string {
  const [what = '', why] = line.split('  # ');
  return `\`${what.replaceAll('|', String.raw`\|`)}\`${why === undefined ? '' : ` ${cell(why)}`}`;
}

/** Escapes a text for a table cell and for HTML. */
function cell(words: string): string {
  return words
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .replaceAll('*', String.raw`\*`);
}
