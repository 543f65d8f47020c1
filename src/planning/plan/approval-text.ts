import type { PlanApproval, UpgradePlan } from './plan.js';

/** As many characters of a plan's hash as are shown where a person types it. */
const shown = 12;
/** As few as are taken for it. */
export const hashAtLeast = 8;

/** The hash of a plan as a person types it. */
export function shortHash(hash: string): string {
  return hash.slice(0, shown);
}

/** Why a plan is not carried out without a person's approval: one sentence, without a full stop. */
export function approvalsText(approvals: readonly PlanApproval[]): string {
  return approvals.map(({ why }) => why).join('; ');
}

/** Who must say it, where one is not enough: a sentence, to stand behind another. */
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

/** The same answer as a comment at the pull request that was merged. */
export function approvalComment(hash: string, verb: 'approve' | 'reject' = 'approve'): string {
  return `/slipway ${verb} ${shortHash(hash)} REASON`;
}

/** The lines that answer a plan, to be filled in and pasted. `run`: its number; left out: that of the open one. */
export function approvalCommands(
  { cluster, hash }: Pick<UpgradePlan, 'cluster' | 'hash'>,
  run?: number,
): string[] {
  const where = run === undefined ? cluster : `${cluster}/${run}`;
  const line = (verb: string, what: string): string =>
    `slipway ${verb} ${where} --plan ${shortHash(hash)} --by "NAME" --reason "…"  # ${what}`;
  return [line('approve', 'let it begin'), line('reject', 'end it; nothing was touched')];
}
