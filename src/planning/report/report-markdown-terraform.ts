import { describe } from '../reasons/describe.js';
import { plain } from '../text/markdown.js';
import { listed } from '../text/phrases.js';
import type { RunReport, StoryNode } from './run-report.js';
import type { LeftToChange } from '../terraform/left-to-change.js';

/** What Terraform would still do after a run. */
export function terraformSection({ terraform, nodes, plan }: RunReport): string[] {
  if (!terraform) return [];
  const inPlace = plan?.strategy === 'in-place';
  const lines =
    terraform.kind === 'known'
      ? leftLines(terraform, nodes, inPlace)
      : unknownLines(terraform, nodes, inPlace);
  return [['## What Terraform would still change', '', ...wentBack(nodes), ...lines].join('\n')];
}

/** Git names the version that was left, and Terraform would bring it back. */
function wentBack(nodes: readonly StoryNode[]): string[] {
  const back = nodes.filter(({ state }) => state === 'rolled-back');
  return back.flatMap(({ node, from, to }) => [
    `${node} was rolled back to ${from}, and git names ${to}: its template and its machine were made with the previous values, given by \`-var\`. ` +
      `A plan without \`-var\` finds them to change, and applied it would bring ${to} again; put git back to ${from} first if that is not wanted.`,
    '',
  ]);
}

function unknownLines(
  { reason }: LeftToChange & { kind: 'unknown' },
  nodes: readonly StoryNode[],
  inPlace: boolean,
): string[] {
  if (nodes.some(({ state }) => state === 'rolled-back')) return [`Not known: ${plain(describe(reason))}.`];
  const should = inPlace
    ? 'upgraded in place, their machines are not what Terraform made: read its next plan before anybody applies it'
    : 'a plan with what git says should find nothing to change';
  return [`Not known: ${plain(describe(reason))}. The nodes run what they should; ${should}.`];
}

function leftLines(
  { writes, count, outputs }: LeftToChange & { kind: 'known' },
  nodes: readonly StoryNode[],
  inPlace: boolean,
): string[] {
  const outputsLine =
    outputs.length === 0
      ? []
      : [
          '',
          `It would write the outputs ${listed(outputs, 20)}: plans of single machines write none, and no machine changes with them.`,
        ];
  if (count === 0) return ['Nothing: machines and templates are as git says.', ...outputsLine];
  const done = new Set(nodes.filter(({ outcome }) => outcome === 'done').map(({ node }) => node));
  const back = new Set(nodes.filter(({ state }) => state === 'rolled-back').map(({ node }) => node));
  const items = writes.map(({ address, action, node }) => {
    const whose =
      node === undefined
        ? ''
        : ` (${node}${done.has(node) ? ', which this run brought to its version' : ''}${back.has(node) ? ', which this run rolled back' : ''})`;
    return `- \`${address}\`${whose}: ${plain(action)}`;
  });
  return [
    inPlace
      ? 'With what git says. This run upgraded machines in place, which Terraform does not see: read such a plan before anybody applies ' +
        'it. What it destroys and creates below would be replaced by it, all at once.'
      : 'With what git says, and no value of a hop. Read such a plan before anybody applies it: what is not brought to its version yet is ' +
        'replaced by it, all at once.',
    '',
    ...items,
    ...(count > writes.length ? [`- and ${count - writes.length} more`] : []),
    ...outputsLine,
  ];
}
