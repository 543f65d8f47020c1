import { describe } from './describe.js';
import { plain } from './markdown.js';
import { listed } from './phrases.js';
import type { RunReport, StoryNode } from './run-report.js';
import type { LeftToChange } from './terraform/left-to-change.js';

/** What Terraform would still do after a run. */
export function terraformSection({ terraform, nodes, plan }: RunReport): string[] {
  if (!terraform) return [];
  const inPlace = plan?.strategy === 'in-place';
  const lines =
    terraform.kind === 'known' ? leftLines(terraform, nodes, inPlace) : unknownLines(terraform, inPlace);
  return [['## What Terraform would still change', '', ...lines].join('\n')];
}

function unknownLines({ reason }: LeftToChange & { kind: 'unknown' }, inPlace: boolean): string[] {
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
  const items = writes.map(({ address, action, node }) => {
    const whose =
      node === undefined
        ? ''
        : ` (${node}${done.has(node) ? ', which this run brought to its version' : ''})`;
    return `- \`${address}\`${whose}: ${plain(action)}`;
  });
  return [
    inPlace
      ? 'With what git says. This run upgraded machines in place, which Terraform does not see: read such a plan before anybody applies ' +
        'it. What it destroys and creates below would be made anew by it, all at once.'
      : 'With what git says, and no value of a hop. Read such a plan before anybody applies it: what is not brought to its version yet is ' +
        'made anew by it, all at once.',
    '',
    ...items,
    ...(count > writes.length ? [`- and ${count - writes.length} more`] : []),
    ...outputsLine,
  ];
}
