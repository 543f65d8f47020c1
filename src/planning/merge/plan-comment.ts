import { standsAlone } from '../plan/batches.js';
import type { DeclaredChange } from './declared-change.js';
import { advise } from '../reasons/advise.js';
import { describe } from '../reasons/describe.js';
import { describeDeclaredChange } from './describe-declared-change.js';
import { shortHash } from '../plan/approval-text.js';
import { quote } from '../plan/manual-node-commands.js';
import { fenced, harmless, table } from '../text/markdown.js';
import { mergeOutlook, type MergeMeets } from './merge-preview.js';
import type { AddressOf } from '../node/node-address.js';
import { count, listed, moment, span } from '../text/phrases.js';
import type { Planned, PlannedNode, UpgradePlan } from '../plan/plan.js';
import { bullets, line, lineMax } from './plan-comment-lines.js';
import { terraformText } from './plan-comment-terraform.js';
import { planText } from '../plan/plan-text.js';
import type { Reason } from '../reasons/reason.js';
import type { WholePlan } from '../terraform/whole-plan.js';

/** A change that a pull request proposes for one cluster, and its plan. */
export interface ProposedChange {
  readonly change: DeclaredChange;
  /** Path of the slipway.yaml in the repository. */
  readonly file: string;
  /** The commit of the pull request that was read. */
  readonly head: string;
  /** The target branch. */
  readonly branch: string;
  /** Settings that the pull request changes, and that planning took from the branch instead. */
  readonly notPlanned?: readonly string[];
  /** Left out: a change for which there is no plan. */
  readonly made?: MadePlan;
}

/** A plan, and what it would meet. */
export interface MadePlan extends MergeMeets {
  readonly planned: Planned;
  /** Node addresses by the planned inventory. */
  readonly address: AddressOf;
  /** ISO time of the observation of the cluster. */
  readonly at: string;
  /** What Terraform reported; left out: it was not asked. */
  readonly terraform?: WholePlan;
}

/** Characters; GitHub accepts 65,536 as one comment. */
const textMax = 60_000;
/** Rows and lines that are shown outside of the full plan. */
const most = { nodes: 50, images: 20, blocked: 20, reasons: 20, mistakes: 20 };

/** Kinds of reasons that say nothing against a plan: its input could not be read. */
const notSeen: ReadonlySet<Reason['kind']> = new Set<Reason['kind']>([
  'credential-unreadable',
  'credential-rejected',
  'etcd-unreachable',
  'factory-unreachable',
  'kubernetes-unreachable',
  'talos-unreachable',
  'tool-missing',
  'unexpected',
]);

/** Whether the input of a plan was unreachable, as opposed to a refused plan. */
export function couldNotBeSeen(planned: Planned): boolean {
  return planned.verdict === 'refused' && planned.reasons.every(({ kind }) => notSeen.has(kind));
}

/** The comment of a pull request: Markdown, in which text of others stays text, never longer than a git host accepts. */
export function planComment(proposed: ProposedChange): string {
  const { change, head, made } = proposed;
  const opening = [
    `**${line(describeDeclaredChange(change))}.**`,
    `For commit ${head.slice(0, 12)}${made ? `, with the cluster as it was ${moment(made.at)}` : ''}. The next push changes this comment.`,
    ...notPlannedText(proposed),
  ];
  const parts = [...opening, ...(made ? plannedParts(made, proposed.branch) : [whatNow(change)])];
  const text = parts.join('\n\n');
  return made?.planned.verdict === 'planned' ? withWholePlan(text, made.planned.plan, proposed) : text;
}

function notPlannedText({ notPlanned = [], branch }: ProposedChange): string[] {
  if (notPlanned.length === 0) return [];
  const names = listed(
    notPlanned.map((name) => `\`${name}\``),
    30,
  );
  return [
    `It changes ${names} of slipway.yaml, too. That counts once it is merged; what follows is made with what ${harmless(branch)} has of it.`,
  ];
}

/** For a change without a plan. */
function whatNow(change: DeclaredChange): string {
  if (change.kind === 'unreadable') {
    const lines = change.mistakes.slice(0, most.mistakes).map((mistake) => mistake.slice(0, lineMax));
    const more = change.mistakes.length - lines.length;
    return fenced([...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'));
  }
  if (change.kind === 'upgrade' && change.what === 'kubernetes')
    return 'Merging it begins nothing: Slipway upgrades Talos. Kubernetes alone is for `talosctl upgrade-k8s`.';
  if (change.kind === 'upgrade')
    return 'There is no plan for it yet: it rests on settings that count once it is merged.';
  return 'Merging it begins no upgrade.';
}

function plannedParts(made: MadePlan, branch: string): string[] {
  const { planned, terraform } = made;
  const merging = `**Merging it as things stand.** ${mergeOutlook(planned, made).join(' ')}`;
  if (couldNotBeSeen(planned))
    return [
      'There is no plan: the cluster could not be looked at. That says nothing against the change.',
      ...reasonsText(made),
    ];
  if (planned.verdict === 'nothing-to-do')
    return [`${line(describe(planned.reason))}.`, merging, ...terraformText(undefined, terraform, branch)];
  if (planned.verdict === 'refused') return ['**The plan is refused:**', ...reasonsText(made), merging];
  const { plan } = planned;
  return [
    factsTable(plan),
    merging,
    ...blockedText(plan),
    ...terraformText(plan, terraform, branch),
    nodesText(plan),
  ];
}

/** Each reason, and what to type about it. */
function reasonsText({ planned, cluster, address }: MadePlan): string[] {
  if (planned.verdict !== 'refused') return [];
  const { reasons } = planned;
  const shown = reasons.slice(0, most.reasons);
  const typed = new Set(shown.flatMap((reason) => advise(reason, { cluster, held: false, address })));
  return [
    bullets(
      shown.map((reason) => describe(reason)),
      reasons.length,
    ),
    fenced([...typed].slice(0, most.reasons).join('\n'), 'sh'),
  ];
}

function factsTable(plan: UpgradePlan): string {
  const { approvals = [], hops, estimate, hash } = plan;
  const touched = touchedNodes(plan);
  const names = new Set(touched.map(({ name }) => name));
  const strategy = plan.strategy === 'in-place' ? 'in place' : 'machines replaced by Terraform';
  const rows = [
    ['strategy', `${strategy} (${line(plan.strategyReason)})`],
    ['nodes', `${names.size}, ${pace(plan)}`],
    ['hops', hops.map(({ to, why }) => (why === undefined ? to : `${to} (${line(why)})`)).join(' → ')],
    ['takes about', span(estimate)],
    [
      'needs approval',
      approvals.length === 0 ? 'of nobody' : approvals.map(({ why }) => line(why)).join('; '),
    ],
    ['plan', `\`${shortHash(hash)}\`; the run makes its own, and asks by that one's hash`],
  ];
  return table(['', ''], rows).join('\n');
}

function pace({ batch, hops }: UpgradePlan): string {
  const together = hops.flatMap(({ nodes }) => nodes).some((node) => !standsAlone(node));
  return batch === 1 || !together
    ? 'one at a time'
    : `one at a time, workers after the canary up to ${batch} together`;
}

function blockedText({ blocked }: UpgradePlan): string[] {
  if (blocked.length === 0) return [];
  const shown = blocked.slice(0, most.blocked).map(({ node, reason }) => `at ${node}: ${describe(reason)}`);
  return ['**What would stop it, if it stays as it is:**', bullets(shown, blocked.length)];
}

function nodesText(plan: UpgradePlan): string {
  const rows = plan.hops.flatMap((hop) =>
    hop.nodes
      .filter(({ skip }) => !skip)
      .map((node) => [node.name, node.role, `${node.from} → ${hop.to}`, how(node)]),
  );
  const shown = rows.slice(0, most.nodes).map((row, index) => [String(index + 1), ...row]);
  const images = new Set(
    touchedNodes(plan).flatMap(({ image, replacement }) => (replacement ? [] : [image])),
  );
  return [
    '**Nodes, in this order**',
    '',
    ...table(['', 'node', 'role', 'Talos', ''], shown),
    ...(rows.length > shown.length
      ? ['', `… and ${count(rows.length - shown.length, 'more step')} of nodes`]
      : []),
    ...(images.size > 0 ? ['', `**Images**`, '', fenced([...images].slice(0, most.images).join('\n'))] : []),
    ...(images.size > most.images ? [`… and ${images.size - most.images} more`] : []),
  ].join('\n');
}

function how({ canary, replacement, armed, keepCordon }: PlannedNode): string {
  return [
    replacement ? 'replaced' : armed ? 'installed already: rebooted only' : 'in place',
    ...(canary ? ['canary'] : []),
    ...(keepCordon ? ['stays cordoned'] : []),
  ].join(', ');
}

/** All that `slipway plan` prints, as far as it fits. */
function withWholePlan(text: string, plan: UpgradePlan, { file, branch }: ProposedChange): string {
  const open = '<details><summary>All of it, as slipway plan says it</summary>';
  const whole = planText(plan).trimEnd();
  const typed = `slipway plan -f ${quote(file)} --talos ${plan.target}`;
  const rest = `… and more than fits here. All of it, in a checkout of ${branch}: ${typed}`;
  const available = textMax - text.length - open.length - rest.length - 200;
  if (whole.length <= available) return `${text}\n\n${open}\n\n${fenced(whole)}\n\n</details>`;
  const cut = whole.slice(0, Math.max(0, available));
  const lines = cut.slice(0, Math.max(0, cut.lastIndexOf('\n')));
  return `${text}\n\n${open}\n\n${fenced(lines === '' ? rest : `${lines}\n\n${rest}`)}\n\n</details>`;
}

function touchedNodes({ hops }: UpgradePlan): PlannedNode[] {
  return hops.flatMap(({ nodes }) => nodes.filter(({ skip }) => !skip));
}
