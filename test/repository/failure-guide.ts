import { advise, describe, stateWords } from '../../src/planning/reasons/describe.js';
import { failures, type Failure } from '../../src/planning/reasons/failures.js';
import { accessSentences } from '../../src/planning/reasons/describe-access.js';
import { etcdSentences } from '../../src/planning/reasons/describe-etcd.js';
import { gateSentences } from '../../src/planning/reasons/describe-gate.js';
import { inventorySentences, requestSentences } from '../../src/planning/reasons/describe-request.js';
import { probeSentences } from '../../src/planning/reasons/describe-probe.js';
import { replacementSentences } from '../../src/planning/reasons/describe-replacement.js';
import { stepSentences } from '../../src/planning/reasons/describe-step-reason.js';
import { terraformSentences } from '../../src/planning/reasons/describe-terraform.js';
import type { Reason } from '../../src/planning/reasons/reason.js';
import { everyReason } from '../planning/reasons/every-reason.js';

/** Families of reasons, as a person meets them. */
const families: readonly { readonly title: string; readonly kinds: readonly string[] }[] = [
  { title: 'The request', kinds: Object.keys(requestSentences) },
  { title: 'slipway.yaml and the cluster', kinds: Object.keys(inventorySentences) },
  { title: 'Access', kinds: Object.keys(accessSentences) },
  { title: 'Gates', kinds: Object.keys(gateSentences) },
  { title: 'etcd and the control planes', kinds: Object.keys(etcdSentences) },
  { title: 'The steps of a node, and the run', kinds: Object.keys(stepSentences) },
  { title: 'Probes of a node', kinds: Object.keys(probeSentences) },
  { title: 'Terraform', kinds: Object.keys(terraformSentences) },
  { title: 'Machines that are replaced', kinds: Object.keys(replacementSentences) },
];

const context = { cluster: 'prox-ops', run: 42, address: '10.20.67.1' };

/** What the tables of the code say about every failure, in Markdown: one table a family. */
export function failureGuide(): string {
  return families.map(({ title, kinds }) => [`### ${title}`, '', ...table(kinds)].join('\n')).join('\n\n');
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
  return `| \`${kind}\` | ${cell(describe(reason))} | ${does(failures[kind])} | ${typed} |`;
}

const after: Readonly<Record<Failure['after'], string>> = {
  refuse: 'refuses: the run does not start',
  'undo-and-halt':
    'returns the node to service if nothing was installed on it yet, otherwise leaves it as it is, and halts',
  halt: 'halts, and leaves the node as it is',
  none: 'ends the run as `incomplete`, without a hold',
};

/** Of a node that runs the new version. */
const rollsBackAutomatically: Readonly<Record<NonNullable<Failure['back']>, string>> = {
  always: 'takes the node back to the previous version, and halts; with `onFailure: ask`',
  'if-its-own':
    'takes a node back whose own doing it is, where that runs the new version, and halts; else, and with `onFailure: ask`,',
};

function does({ after: then, retry, back, alone, note }: Failure): string {
  const waits = retry ? 'waits for it within the limit of the step; then ' : '';
  return `${waits}${back ? `${rollsBackAutomatically[back]} ` : ''}${after[then]}${alone ? '; a worker is left out with `undrained: skip`' : ''} (${cell(note)})`;
}

/** `slipway status prox-ops  # what runs` → the command, and what it is for. */
function command(line: string): string {
  const [what = '', why] = line.split('  # ');
  return `\`${what.replaceAll('|', String.raw`\|`)}\`${why === undefined ? '' : ` ${cell(why)}`}`;
}

/** Text that stays in its cell and is not taken for HTML. */
function cell(words: string): string {
  return words
    .replaceAll('|', String.raw`\|`)
    .replaceAll('<', '&lt;')
    .replaceAll('*', String.raw`\*`);
}
