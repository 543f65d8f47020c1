import type { PlanApproval, UpgradePlan } from './plan.js';

/** How many characters of a plan's hash are shown to type. */
const shown = 12;
/** How few are accepted. */
export const hashAtLeast = 8;

/** A plan's hash as a person types it. */
export function shortHash(hash: string): string {
  return hash.slice(0, shown);
}

/** Why a plan needs approval: one sentence, without a full stop. */
export function approvalsText(approvals: readonly PlanApproval[]): string {
  return approvals.map(({ why }) => why).join('; ');
}

/** Who must approve, where one person is not enough: a sentence that follows another. */
export function approversText(
  approvers: number | undefined,
  said: readonly { readonly by: string }[] = [],
): string {
  if (approvers === undefined) return '';
  const one = said[0];
  return one
    ? ` ${one.by} approved; another person must, too (upgrade.approvers of slipway.yaml).`
    : ' Two different people must approve (upgrade.approvers of slipway.yaml).';
}

/** The same command as a comment at the merged pull request. */
export function approvalComment(hash: string, verb: 'approve' | 'reject' = 'approve'): string {
  return `/slipway ${verb} ${shortHash(hash)} REASON`;
}

/** The commands that approve or reject a plan, to be filled in and pasted. `run`: its number; left out: the open run. */
export function approvalCommands(
  { cluster, hash }: Pick<UpgradePlan, 'cluster' | 'hash'>,
  run?: number,
): string[] {
  const where = run === undefined ? cluster : `${cluster}/${run}`;
  const line = (verb: string, what: string): string =>
    `slipway ${verb} ${where} --plan ${shortHash(hash)} --by "NAME" --reason "…"  # ${what}`;
  return [line('approve', 'let it begin'), line('reject', 'end it; nothing was touched')];
}
