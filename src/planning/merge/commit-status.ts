import type { DeclaredChange } from './declared-change.js';
import { describe } from '../reasons/describe.js';
import { describeDeclaredChange } from './describe-declared-change.js';
import { couldNotBeSeen } from './plan-comment.js';
import { count, span } from '../text/phrases.js';
import type { Planned } from '../plan/plan.js';
import type { WholePlan } from '../terraform/whole-plan.js';

/** The commit status of a pull request, in one line. */
export interface PlanCheck {
  readonly state: 'success' | 'failure' | 'neutral';
  readonly title: string;
}

/** The status of each change that has no plan. A change whose upgrade is refused fails; a change that starts no run says so. */
const unplanned: Readonly<Record<DeclaredChange['kind'], PlanCheck['state']>> = {
  upgrade: 'neutral',
  downgrade: 'failure',
  unreadable: 'failure',
  nothing: 'neutral',
  mended: 'neutral',
  new: 'neutral',
  gone: 'neutral',
  renamed: 'neutral',
  absent: 'neutral',
};

/**
 * The check of a pull request's head: success, refused with the sentence, or undecided because something was unreachable.
 *
 * @param terraform what Terraform reported, where it was asked.
 */
export function planCheck(
  change: DeclaredChange,
  planned: Planned | undefined,
  terraform?: WholePlan,
): PlanCheck {
  if (!planned) return { state: unplanned[change.kind], title: describeDeclaredChange(change) };
  if (planned.verdict === 'nothing-to-do') return { state: 'success', title: describe(planned.reason) };
  if (planned.verdict === 'refused') {
    const [first, ...others] = planned.reasons;
    const title = `${first ? describe(first) : 'refused'}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
    return couldNotBeSeen(planned)
      ? { state: 'neutral', title: `no plan could be made: ${title}` }
      : { state: 'failure', title };
  }
  const { hops, target, strategy, estimate, blocked, approvals } = planned.plan;
  const names = new Set(
    hops.flatMap(({ nodes }) => nodes.filter(({ skip }) => !skip).map(({ name }) => name)),
  );
  const notes = [
    ...(approvals ? ['a person approves it first'] : []),
    ...(strategy === 'replace' && terraform?.kind === 'unknown'
      ? [`${terraform.tool} could not be asked`]
      : []),
    ...(blocked.length > 0 ? [`blocked at ${count(blocked.length, 'place')} as things stand`] : []),
  ];
  const words = [
    `${count(names.size, 'node')} to Talos ${target}`,
    strategy === 'in-place' ? 'in place' : 'by replacement',
    `about ${span(estimate)}`,
    ...notes,
  ];
  return { state: 'success', title: words.join(', ') };
}
