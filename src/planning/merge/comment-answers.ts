import { approvalComment, approvalsText, approversText, shortHash } from '../plan/approval-text.js';
import { plain } from '../text/markdown.js';
import { sentence } from '../text/sentence.js';
import type { PlanApproval } from '../plan/plan.js';

/** An open run that a merged pull request started. */
export interface RunOfPull {
  readonly cluster: string;
  readonly run: number;
  /** The plan that waits for approval; left out: the run waits for none. */
  readonly waits?: {
    readonly plan: string;
    readonly needs: readonly PlanApproval[];
    readonly approvers?: number;
    readonly yes?: readonly { readonly by: string }[];
  };
}

/** The reply to a comment without a usable command: what to type, for each plan that waits. */
export function whatToType(runs: readonly RunOfPull[], why: string, verb: 'approve' | 'reject'): string {
  const waiting = runs.flatMap(({ waits, ...run }) => (waits ? [{ ...run, waits }] : []));
  const lines = waiting.flatMap(({ cluster, run, waits }) => [
    `${plain(`Run ${run} of ${cluster} waits for approval of plan ${shortHash(waits.plan)}: ${sentence(approvalsText(waits.needs))}${approversText(waits.approvers, waits.yes)}`)} To answer it, write as a comment:`,
    `    ${approvalComment(waits.plan, verb)}`,
  ]);
  return [`**Nothing was counted.** ${sentence(plain(why))}`, ...lines].join('\n\n');
}

/** The reply where no run of the pull request waits. */
export function nothingWaits(runs: readonly RunOfPull[]): string {
  const open = runs.map(
    ({ cluster, run }) => `run ${run} of ${cluster} is open, and its plan waits for no answer`,
  );
  const why = open.length > 0 ? open.join('; ') : 'no open run came from this pull request';
  return `**Nothing was counted.** ${sentence(plain(why))}`;
}

/** The reply to a rejected command. */
export function notTaken(why: string): string {
  return `**Nothing was counted.** ${sentence(plain(why))}`;
}

/** The reply to an accepted command. */
export function taken(
  { cluster, run }: Pick<RunOfPull, 'cluster' | 'run'>,
  verdict: 'approved' | 'approved-already' | 'approved-by-one' | 'rejected',
  said: { readonly plan: string; readonly by: string; readonly at: string },
): string {
  const about = `Plan ${shortHash(said.plan)} of run ${run} of ${cluster}`;
  const words = {
    approved: `${about} is approved by ${said.by}: it goes on.`,
    'approved-already': `${about} was approved by ${said.by} at ${said.at} already: nothing changed.`,
    'approved-by-one': `${said.by} approved it. ${about} waits for the approval of another person.`,
    rejected: `${about} is rejected by ${said.by}: it ends, with nothing touched.`,
  };
  return plain(words[verdict]);
}
