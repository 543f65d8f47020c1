import { describe } from '../reasons/describe.js';
import { harmless } from '../text/markdown.js';
import { count, listed } from '../text/phrases.js';
import type { UpgradePlan } from '../plan/plan.js';
import { bullets, line } from './plan-comment-lines.js';
import type { WholePlan } from '../terraform/whole-plan.js';

/** How many addresses are shown. */
const shownMax = 50;

type Known = Extract<WholePlan, { kind: 'known' }>;

/**
 * What Terraform would do with the proposed versions, as it reports. For a plan that replaces machines without a Terraform check, the
 * machines it replaces.
 *
 * @param plan left out: every node runs its target.
 * @param says left out: Terraform was not asked.
 * @param branch whose configuration Terraform was asked with.
 */
export function terraformText(
  plan: UpgradePlan | undefined,
  says: WholePlan | undefined,
  branch: string,
): string[] {
  const replaces = plan?.terraform !== undefined;
  if (!says) return replaces ? notAsked(plan) : [];
  if (says.kind === 'unknown')
    return [
      `**${says.tool} could not be asked** what it would do: ${line(describe(says.reason))}. ` +
        (replaces
          ? 'The run asks it before it touches anything.'
          : 'It sees nothing of what is upgraded in place: read its next plan before anybody applies it.'),
      ...(replaces ? [machines(plan)] : []),
    ];
  return says.count === 0 ? [nothing(says, branch)] : known(says, branch, replaces);
}

function known(says: Known, branch: string, replaces: boolean): string[] {
  const { tool, counts, writes, outputs } = says;
  const does = `add ${counts.add}, change ${counts.change} and destroy ${counts.destroy}`;
  const shown = writes
    .slice(0, shownMax)
    .map(({ address, action, node }) => `${address}${node === undefined ? '' : ` (${node})`}: ${action}`);
  return [
    replaces
      ? `**What ${tool} says it would do**, ${asked(branch)}: ${does}. The run has it done machine by machine, and refuses whatever else it would do then.`
      : `**${tool} sees nothing of an upgrade in place.** Its next plan, ${asked(branch)}, would ${does}, all at once: read it before anybody applies it.`,
    bullets(shown, says.count),
    ...(outputs.length === 0 ? [] : [`It would write the outputs ${line(listed(outputs, 20))}, too.`]),
  ];
}

function nothing({ tool }: Known, branch: string): string {
  return `**${tool} would change nothing**, ${asked(branch)}.`;
}

function asked(branch: string): string {
  return `asked with these versions and the configuration of ${harmless(branch)}, which it finds valid`;
}

function notAsked(plan: UpgradePlan): string[] {
  return [
    'Terraform was not asked for this comment; the run asks it first, and what it would change beside the version waits for approval.',
    machines(plan),
  ];
}

/** Which machines a plan replaces. */
function machines({ hops }: UpgradePlan): string {
  const made = new Map(
    hops.flatMap(({ nodes }) =>
      nodes.flatMap(({ name, replacement }) => (replacement ? [[name, replacement]] : [])),
    ),
  );
  const templates = new Set(hops.flatMap((hop) => hop.templates ?? []));
  const before =
    templates.size > 0 ? `, and before them ${count(templates.size, 'template')} where they differ` : '';
  const addresses = [...made].map(([name, { address }]) => `${name}: ${address}`);
  const shown = bullets(addresses.slice(0, shownMax), addresses.length);
  return `It replaces ${count(made.size, 'machine')}${before}:\n\n${shown}`;
}
