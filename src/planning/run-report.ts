import { advise, describe, stateWords } from './describe.js';
import { count, listed, moment, span } from './phrases.js';
import type { NodeResult, RunResult, StepRecord } from './run-result.js';
import { reportFigures, reportLag } from './report-figures.js';

/** What a run leaves for people: Markdown, complete without Temporal. */
export function runReportMarkdown(result: RunResult): string {
  const sections = [
    head(result),
    ...(result.reasons.length > 0 ? [why(result)] : []),
    ...(result.nodes.length > 0
      ? [nodesTable(result), ...result.nodes.filter((node) => node.steps.length > 0).map(nodeSteps)]
      : []),
    ...(result.snapshots.length > 0 ? [snapshots(result)] : []),
    ...reportFigures(result),
    ...reportLag(result),
    ...(result.plan ? [planSection(result)] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const outcomes: Readonly<Record<RunResult['outcome'], string>> = {
  done: 'Done: every node of the plan runs it.',
  'nothing-to-do': 'Nothing was to do.',
  refused: 'Refused: nothing was touched.',
  halted: 'Halted: the cluster is held until somebody releases it.',
  aborted: 'Aborted: the cluster is held until somebody releases it.',
};

function head(result: RunResult): string {
  const { cluster, run, target, declared, requestedBy, startedAt, endedAt } = result;
  const took = span(Date.parse(endedAt) - Date.parse(startedAt));
  return [
    `# Run ${run}: ${cluster} to Talos ${target}`,
    '',
    `**${outcomes[result.outcome]}**`,
    '',
    `- Asked for by ${text(requestedBy)}, started ${moment(startedAt)}, ended ${moment(endedAt)}, ${took}.`,
    declared
      ? `- slipway.yaml declares Talos ${target}.`
      : `- slipway.yaml does **not** declare Talos ${target}: it was given on the command line. Write it there, or the next run goes elsewhere.`,
    ...(result.order.length > 0
      ? [`- Order, once it was known who leads etcd: ${result.order.join(', ')}.`]
      : []),
    ...leftOver(result),
  ].join('\n');
}

/** Nodes of the order that never had their turn. */
function leftOver({ order, nodes }: RunResult): string[] {
  const begun = new Set(nodes.map((node) => node.node));
  const rest = order.filter((name) => !begun.has(name));
  return rest.length === 0 ? [] : [`- Never begun: ${listed(rest, 20)}.`];
}

function why(result: RunResult): string {
  const context = {
    cluster: result.cluster,
    run: result.run,
    address: (name: string) => addressOf(result, name),
  };
  const items = result.reasons.map((reason) => {
    const advice = advise(reason, context).map((line) => `      ${line}`);
    return [`- ${text(describe(reason))}.`, '', ...advice].join('\n');
  });
  return ['## Why', '', ...items].join('\n');
}

function addressOf({ plan }: RunResult, name: string): string | undefined {
  return plan?.hops.flatMap((hop) => hop.nodes).find((node) => node.name === name)?.address;
}

function nodesTable({ nodes }: RunResult): string {
  const rows = nodes.map((node) => {
    const time = node.outcome === 'skipped' ? '' : span(lengthOf(node));
    return `| ${node.node} | ${node.outcome} | ${node.from} → ${node.to} | ${time} | ${stateWords[node.state]} |`;
  });
  return [
    '## Nodes',
    '',
    '| node | outcome | version | took | state |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function nodeSteps(node: NodeResult): string {
  const rows = node.steps.map(
    (step) => `| ${step.step} | ${moment(step.startedAt)} | ${span(step.took)} | ${noteOf(step)} |`,
  );
  const attempt = node.attempt > 1 ? `, attempt ${node.attempt}` : '';
  return [
    `### ${node.node}${attempt}`,
    '',
    ...(node.reason === undefined
      ? []
      : [
          `${node.failedStep ? `Stopped at **${node.failedStep}**: ` : ''}${text(describe(node.reason))}.`,
          '',
        ]),
    ...(node.undoFailed === undefined
      ? []
      : [`Taking it back failed: ${text(describe(node.undoFailed))}.`, '']),
    '| step | started | took | |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function noteOf(step: StepRecord): string {
  return text(step.note ?? '');
}

function snapshots(result: RunResult): string {
  const rows = result.snapshots.map(
    ({ file, takenAt, from, bytes, revision, keys, proven, sha256 }) =>
      `| ${text(file)} | ${moment(takenAt)} | ${from} | ${(bytes / 1024 / 1024).toFixed(1)} MiB | ${revision} | ${keys} | ${proven ? 'restored and compared' : 'checked'} | \`${sha256.slice(0, 12)}\` |`,
  );
  return [
    '## Snapshots',
    '',
    '| file | taken | read from | size | revision | keys | proof | sha256 |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function planSection({ plan }: RunResult): string {
  if (!plan) return '';
  const nodes = plan.hops.flatMap((hop) => hop.nodes);
  const items = [
    `- ${plan.strategy === 'in-place' ? 'In place' : 'By rebuild'} (${plan.strategyReason}), ${count(nodes.filter((node) => !node.skip).length, 'node')}, hash \`${plan.hash}\`.`,
    `- Estimated ${span(plan.estimate)}.`,
    `- Steps: ${plan.steps.join(', ')}.`,
    `- Gates: ${plan.gates.join(', ')}.`,
    ...plan.blocked.map(({ node, reason }) => `- Foreseen at ${node}: ${text(describe(reason))}.`),
    ...plan.notes.map((note) => `- ${text(note)}.`),
  ];
  return ['## Plan', '', ...items].join('\n');
}

function lengthOf(node: NodeResult): number {
  return Date.parse(node.endedAt) - Date.parse(node.startedAt);
}

/** Text from elsewhere, so that it stays in its cell and is not taken for Markdown or HTML. */
function text(words: string): string {
  return words.replaceAll(/\s+/g, ' ').replaceAll(/[\\|<>`*_[\]]/g, (sign) => `\\${sign}`);
}
