import { hashAtLeast, shortHash } from '../planning/plan/approval-text.js';
import type { Approval, ApprovalInput } from './messages.js';

/** Where a run is with the approval of its plan. */
export type ApprovalState =
  /** `planning`: there is no plan yet. `not-needed`: it continues without approval. `ending`: the run is about to end. */
  | { readonly kind: 'planning' }
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'ending' }
  /** `people`: how many different approvers are required; `yes`: who approved. */
  | {
      readonly kind: 'waiting';
      readonly plan: string;
      readonly people: number;
      readonly yes: readonly Approval[];
    }
  | { readonly kind: 'approved'; readonly approval: Approval };

/**
 * Why an answer to a plan is rejected: a sentence. Undefined: it is accepted.
 *
 * @param verb `approve`: the same plan may be approved again, which changes nothing.
 * @param unproven nothing proves the name, so it cannot count as one of two approvers.
 */
export function approvalRefusal(
  verb: 'approve' | 'reject',
  state: ApprovalState,
  { plan, by }: ApprovalInput,
  unproven = false,
): string | undefined {
  if (state.kind === 'planning') return 'The run has no plan yet, so there is nothing to answer.';
  if (state.kind === 'not-needed') return 'The plan of this run needs no approval: it goes on without.';
  if (state.kind === 'ending')
    return 'The run is on its way to its end: nothing waits for an answer any more.';
  const asked = state.kind === 'waiting' ? state.plan : state.approval.plan;
  if (plan.length < hashAtLeast)
    return `"${plan}" is too short for the hash of a plan: ${hashAtLeast} characters are the least, and this is plan ${shortHash(asked)}.`;
  if (!asked.startsWith(plan))
    return `The run asks about plan ${shortHash(asked)}, not ${shortHash(plan)}: look at it before you answer it.`;
  if (state.kind === 'approved')
    return verb === 'reject'
      ? `${state.approval.by} approved the plan at ${state.approval.at}, and the run went on: slipway abort stops it.`
      : undefined;
  if (verb === 'reject' || state.people === 1) return undefined;
  if (unproven)
    return 'Two different people must approve this plan, and a signal proves nobody’s name: use slipway approve, a comment at the pull request, or the starter’s API.';
  const before = state.yes.find((one) => samePerson(one.by, by));
  return before && `${before.by} approved at ${before.at} already: another person must, too.`;
}

/** Whether two names are one person's, as far as names show: `github:Ada`, `token:ada` and `ada` are. */
export function samePerson(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

function bare(name: string): string {
  return name
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/^(?:github|token):/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
