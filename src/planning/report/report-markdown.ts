import { shortHash } from '../plan/approval-text.js';
import { liftedText } from './hold-state.js';
import { fenced, plain, table } from '../text/markdown.js';
import { allSteps } from '../steps/node-steps.js';
import { count, listed, moment, span } from '../text/phrases.js';
import { planText } from '../plan/plan-text.js';
import { targets } from './report-figures.js';
import {
  behindSection,
  bootSection,
  lagSection,
  lookSection,
  nodesTable,
  stepSections,
} from './report-markdown-nodes.js';
import { notificationSection } from './report-markdown-notifications.js';
import { terraformSection } from './report-markdown-terraform.js';
import { sentence } from '../text/sentence.js';
import type { ReportOutcome, RunReport } from './run-report.js';

/**
 * A report for people, possibly read much later: the outcome, what is left to do, then the record.
 *
 * @param opening replaces the title and the current state, where there is a better one.
 */
export function reportMarkdown(report: RunReport, opening?: string): string {
  const sections = [
    ...(opening === undefined ? [title(report), facts(report), ...now(report)] : [opening, facts(report)]),
    ...why(report),
    ...inGit(report),
    ...behindSection(report),
    ...lookSection(report),
    ...terraformSection(report),
    ...lagSection(report),
    ...bootSection(report),
    decisions(report),
    ...notificationSection(report),
    ...nodesTable(report),
    ...snapshots(report),
    ...waits(report),
    ...againstTargets(report),
    ...stepSections(report),
    ...planSection(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

const outcomes: Readonly<Record<ReportOutcome, string>> = {
  done: 'Done: every node of the plan runs it.',
  incomplete: 'Incomplete: a skipped node does not run the target. The cluster is not held.',
  'nothing-to-do': 'Nothing was to do.',
  refused: 'Refused: nothing was touched.',
  halted: 'Halted',
  aborted: 'Aborted',
  failed: 'Failed, and left no result of its own',
  terminated: 'Terminated from outside, and left no result of its own; nothing was undone',
  open: 'Still open: this is what there is so far.',
};

function title({ cluster, run, target, outcome, hold }: RunReport): string {
  const words = outcomes[outcome];
  const lifted = liftedText(hold ?? undefined);
  const held =
    lifted === undefined
      ? ': the cluster is held until somebody releases it.'
      : `. ${plain(sentence(lifted))}`;
  return `# Run ${run}: ${cluster} to Talos ${target}\n\n**${words.endsWith('.') ? words : `${words}${held}`}**`;
}

function facts({ target, declared, asked, startedAt, endedAt, order, figures }: RunReport): string {
  const ended = endedAt === null ? '' : `, ended ${moment(endedAt)}`;
  const took = figures.took === null ? '' : `, ${span(figures.took)}`;
  return [
    `- Asked for by ${plain(asked.by)}, started ${moment(startedAt)}${ended}${took}.`,
    asked.commit === null
      ? '- No git commit is on record: slipway.yaml was in no checkout.'
      : `- slipway.yaml was that of git commit \`${plain(asked.commit)}\`.`,
    declared
      ? `- slipway.yaml declares Talos ${target}.`
      : `- slipway.yaml does **not** declare Talos ${target}: it was given on the command line. Write it there, or the next run goes elsewhere.`,
    ...(asked.strategy === null ? [] : [`- Asked for with \`--strategy ${asked.strategy}\`.`]),
    ...(asked.only.length > 0 ? [`- Narrowed to ${listed(asked.only, 20)} (\`--only\`).`] : []),
    ...(order.length > 0 ? [`- Order, once it was known who leads etcd: ${order.join(', ')}.`] : []),
    '- Times are UTC.',
  ].join('\n');
}

function now({ now: goesOn }: RunReport): string[] {
  return goesOn.length === 0 ? [] : [['## Now', '', ...goesOn.map((text) => `- ${plain(text)}`)].join('\n')];
}

function why({ reasons }: RunReport): string[] {
  if (reasons.length === 0) return [];
  const items = reasons.map(({ sentence: said, advice }) =>
    [`- ${plain(said)}.`, '', ...advice.map((line) => `      ${line}`)].join('\n'),
  );
  return [['## Why', '', ...items].join('\n')];
}

/** To keep the cluster on its version, revert git. */
function inGit({ revert }: RunReport): string[] {
  if (revert === null) return [];
  return [`## In git\n\nIf the cluster is to stay as it is now, git has to say so:\n\n      ${revert}`];
}

const decided = {
  abort: 'abort',
  pause: 'pause',
  resume: 'go on',
  approve: 'approve the plan',
  reject: 'reject the plan',
  retry: 'retry',
  skip: 'go on without',
  rollback: 'roll back',
  'start-now': 'begin although the maintenance window is closed',
} as const;

function decisions({ asked, startedAt, target, declared, decisions: said, hold }: RunReport): string {
  const commit = asked.commit === null ? '' : `, commit ${asked.commit.slice(0, 12)}`;
  const first = [
    moment(asked.at ?? startedAt),
    plain(asked.by),
    'start',
    plain(
      `to Talos ${target}, ${declared ? 'as slipway.yaml declares' : 'given on the command line'}${commit}`,
    ),
  ];
  const rows = said.map(({ at, by, from, kind, why: words, plan, node, tooLate }) => [
    moment(at),
    plain(from === undefined ? by : `${by} (${from})`),
    node === undefined ? decided[kind] : `${decided[kind]} ${node}`,
    plain(
      plan === undefined
        ? `${words}${tooLate ? ' (came too late: it halted)' : ''}`
        : `${words} (plan ${shortHash(plan)})`,
    ),
  ]);
  const last =
    hold?.kind === 'released'
      ? [[moment(hold.at), plain(hold.by), 'release the cluster', plain(hold.why)]]
      : [];
  const all = [first, ...rows, ...last];
  return ['## Who decided what', '', ...table(['when', 'who', 'what', 'why'], all)].join('\n');
}

function snapshots({ cluster, snapshots: taken, snapshotsKept: kept }: RunReport): string[] {
  if (taken.length === 0) return [];
  const starting = kept?.base ? `, from ${plain(kept.base)}` : '';
  const where = kept
    ? [
        `Kept in ${plain(kept.directory)}${starting}, encrypted to \`${kept.recipient}\`. With its identity one is shown to start: ` +
          `\`slipway snapshot prove FILE --identity IDENTITY\`, beside the slipway.yaml of ${cluster}.`,
        '',
      ]
    : [];
  const rows = taken.map(({ file, takenAt, from, bytes, revision, keys, proven, sha256 }) => [
    plain(file),
    moment(takenAt),
    from,
    `${(bytes / 1024 / 1024).toFixed(1)} MiB`,
    String(revision),
    String(keys),
    proven ? 'restored and compared' : 'checked',
    `\`${sha256}\``,
  ]);
  const columns = [
    'file',
    'taken',
    'read from',
    'size',
    'revision',
    'keys',
    'proof',
    'sha256 of the encrypted file',
  ];
  return [['## Snapshots of etcd', '', ...where, ...table(columns, rows)].join('\n')];
}

function waits({ figures }: RunReport): string[] {
  if (figures.waits.length === 0) return [];
  const rows = figures.waits.map(({ waitedFor, inAll, longest, node }) => [
    waitedFor,
    span(inAll),
    `${span(longest)}${node === null ? '' : ` (${node})`}`,
  ]);
  return [['## What waits cost', '', ...table(['waited for', 'in all', 'longest'], rows)].join('\n')];
}

function againstTargets({ figures }: RunReport): string[] {
  const against = figures.targets;
  if (!against) return [];
  const { nodes, ways, allowed, took, paused } = against;
  const apart = paused > 0 ? `, ${span(paused)} of waiting for people and windows apart` : '';
  return [
    [
      '## Against the targets',
      '',
      ...ways.map(
        ({ way, perNode, slow }) =>
          `- ${wayWords[way]}, its soak apart: ${span(targets.node[way])} or less. Here ${span(perNode)} on average; ` +
          (slow.length === 0 ? 'all within it.' : `longer: ${listed(slow, 20)}.`),
      ),
      `- Fifteen nodes in ${span(targets.fifteenNodes)}, so ${count(nodes, 'node')} in ${span(allowed)}. Here ${span(took)}${apart}.`,
    ].join('\n'),
  ];
}

const wayWords = { 'in-place': 'A node in place', replace: 'A node replaced' } as const;

function planSection({ plan }: RunReport): string[] {
  if (!plan) return ['## The plan\n\nThe run never came to one.'];
  const touched = new Set(
    plan.hops.flatMap((hop) => hop.nodes.filter((node) => !node.skip).map((node) => node.name)),
  );
  const summary = [
    `- ${plan.strategy === 'in-place' ? 'In place' : 'By replacement'} (${plain(plan.strategyReason)}), ${count(touched.size, 'node')}, ${count(plan.hops.length, 'hop')}, hash \`${plan.hash}\`.`,
    `- Estimated ${span(plan.estimate)}.`,
    `- Steps: ${allSteps(plan).join(', ')}.`,
  ];
  return [
    [
      '## The plan',
      '',
      'As it was made before anything was touched; the run followed it.',
      '',
      ...summary,
    ].join('\n'),
    fenced(planText(plan)),
  ];
}
