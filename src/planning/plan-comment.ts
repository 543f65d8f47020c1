import type { DeclaredChange } from './declared-change.js';
import { advise, approvalsText, describe, describeDeclaredChange } from './describe.js';
import { fenced, plainComment as plain, table } from './markdown.js';
import { count, moment, span } from './phrases.js';
import { planText } from './plan-text.js';
import type { Hop, Planned, PlannedNode, UpgradePlan } from './plan.js';
import type { Reason } from './reason.js';
import { sentence } from './sentence.js';

/** What is shown at a pull request that proposes a version for a cluster. */
export interface ProposalShown {
  readonly cluster: string;
  /** Where its slipway.yaml stands. */
  readonly file: string;
  readonly change: DeclaredChange;
  /** What planning said of it; left out: it is not planned, and the change says why. */
  readonly planned?: Planned;
  /** The commit it was made for. */
  readonly commit: string;
  /** ISO time. */
  readonly at: string;
  /** Nodes are begun in maintenance windows alone. */
  readonly windows: boolean;
}

/** How the commit stands, and the comment: Markdown. */
export interface PlanShown {
  readonly state: 'success' | 'failure' | 'neutral';
  /** One line. */
  readonly title: string;
  readonly text: string;
}

/** Nodes with a line of their own; the whole plan has all. */
const rowsMax = 60;
/** What is folded away is left out where a comment would not fit, in characters: forges take about 65,000. */
const wholeMax = 45_000;

/** The plan of a pull request, as a person reads it there before merging. */
export function planShown(shown: ProposalShown): PlanShown {
  const { state, title, lines } = verdictOf(shown);
  const text = [
    `### ${plain(shown.cluster)}`,
    `**${plain(sentence(describeDeclaredChange(shown.change)))}**`,
    ...lines,
    `<sub>Made for ${shown.commit.slice(0, 12)}, of what the cluster was at ${moment(shown.at)}. A run plans once more when it begins.</sub>`,
  ];
  return { state, title, text: text.join('\n\n') };
}

/** What nobody can want to merge. */
const wrong: ReadonlySet<DeclaredChange['kind']> = new Set<DeclaredChange['kind']>([
  'downgrade',
  'unreadable',
]);

interface Verdict {
  readonly state: PlanShown['state'];
  readonly title: string;
  readonly lines: readonly string[];
}

function verdictOf(shown: ProposalShown): Verdict {
  const { planned, cluster, change } = shown;
  if (!planned) {
    const state = wrong.has(change.kind) ? 'failure' : 'neutral';
    return {
      state,
      title: sentence(describeDeclaredChange(change)),
      lines: ['Nothing starts when this is merged.'],
    };
  }
  if (planned.verdict === 'nothing-to-do') {
    const says = sentence(describe(planned.reason));
    return { state: 'neutral', title: says, lines: [plain(says)] };
  }
  if (planned.verdict === 'refused') {
    const [first] = planned.reasons;
    return {
      state: 'failure',
      title: first ? sentence(describe(first)) : 'No plan can be made',
      lines: ['As things stand no run of it would begin:', reasonLines(planned.reasons, cluster)],
    };
  }
  return { state: 'success', title: titleOf(planned.plan), lines: planLines(planned.plan, shown) };
}

function titleOf(plan: UpgradePlan): string {
  const asks = plan.approvals ? '; waits for an approval' : '';
  const blocked =
    plan.blocked.length > 0 ? `; ${count(plan.blocked.length, 'node')} blocked as things stand` : '';
  return `${count(touched(plan).length, 'node')} to Talos ${plan.target}, about ${span(plan.estimate)}${asks}${blocked}`;
}

function planLines(plan: UpgradePlan, shown: ProposalShown): string[] {
  const { blocked, notes, approvals } = plan;
  return [
    headline(plan),
    ...plan.hops.flatMap((hop, index) => hopLines(hop, index + 1, plan.hops.length)),
    ...section(
      'What would stop it now',
      blocked.map(({ node, reason }) => `${node}: ${describe(reason)}`),
    ),
    ...section('To know', notes),
    mergingSays(approvals ? approvalsText(approvals) : undefined, shown),
    ...wholePlan(plan, shown),
  ];
}

function headline(plan: UpgradePlan): string {
  const { strategy, strategyReason, estimate, batch = 1 } = plan;
  const { lowest, highest } = plan.kubernetes;
  return [
    `${count(touched(plan).length, 'node')}, ${strategy === 'rebuild' ? 'made anew by Terraform' : 'in place'} (${plain(strategyReason)})`,
    batch === 1 ? 'one at a time' : `workers up to ${batch} together`,
    `about ${span(estimate)}`,
    `Kubernetes ${lowest === highest ? lowest : `${lowest} to ${highest}`} stays`,
  ].join(' · ');
}

function hopLines(hop: Hop, number: number, of: number): string[] {
  const nodes = hop.nodes.filter((node) => !node.skip);
  const rows = nodes
    .slice(0, rowsMax)
    .map((node, index) => [
      String(index + 1),
      plain(node.name),
      node.role,
      `${node.from} → ${hop.to}`,
      remarks(node),
    ]);
  const left = nodes.length - rows.length;
  return [
    ...(of > 1 ? [`**Hop ${number} of ${of}: Talos ${hop.to}**`] : []),
    ...(rows.length > 0 ? [table(['', 'node', 'role', 'Talos', ''], rows).join('\n')] : []),
    ...(left > 0 ? [`… and ${count(left, 'more node')}.`] : []),
  ];
}

function remarks({ canary, rebuild, soak, armed, keepCordon }: PlannedNode): string {
  return [
    ...(canary ? ['canary'] : []),
    ...(rebuild ? [plain(rebuild.address)] : []),
    ...(armed ? ['installed already: rebooted only'] : []),
    ...(soak > 0 ? [`watched for ${span(soak)}`] : []),
    ...(keepCordon ? ['stays cordoned'] : []),
  ].join(', ');
}

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0
    ? []
    : [[`**${title}**`, '', ...items.map((item) => `- ${plain(item)}`)].join('\n')];
}

function mergingSays(approval: string | undefined, { windows }: ProposalShown): string {
  const begins =
    approval === undefined ? 'it begins by itself' : `a run waits for an approval (${plain(approval)})`;
  return `**When this is merged**, ${begins}${windows ? ', and nodes are begun in maintenance windows alone' : ''}.`;
}

function wholePlan(plan: UpgradePlan, { file }: ProposalShown): string[] {
  const whole = planText(plan);
  if (whole.length > wholeMax)
    return [`The whole plan is too long for a comment; type: \`slipway plan -f ${plain(file)}\``];
  return [`<details><summary>The whole plan</summary>\n\n${fenced(whole)}\n\n</details>`];
}

function reasonLines(reasons: readonly Reason[], cluster: string): string {
  return reasons
    .flatMap((reason) => {
      const advice = advise(reason, { cluster, held: false });
      return [
        `- ${plain(sentence(describe(reason)))}`,
        ...(advice.length > 0 ? ['', fenced(advice.join('\n')), ''] : []),
      ];
    })
    .join('\n');
}

function touched({ hops }: UpgradePlan): readonly PlannedNode[] {
  const names = new Map(
    hops.flatMap(({ nodes }) => nodes.filter(({ skip }) => !skip)).map((node) => [node.name, node]),
  );
  return [...names.values()];
}
