import type { Origin, UpgradeRequest } from '../plan/plan.js';

/** A version that git declares, and how it came there. */
export interface StillDeclared {
  readonly talos: string;
  /** Merged: the commit that declared it. Else the one at which slipway.yaml stood: which of those before it declared it is not known. */
  readonly commit: string;
  readonly came: 'merged' | 'checked-out';
  /** Its pull request: an address, or its number. */
  readonly pull?: string;
}

/** What git declares of a run's version; of a rollback, of the version that is rolled back. Undefined: nothing, or nobody knows. */
export function stillDeclared(request: UpgradeRequest): StillDeclared | undefined {
  const { talos, back, declared, origin, commit } = request;
  if (back) return back.declared;
  if (!declared) return undefined;
  if (origin) return { talos, commit: origin.commit, came: 'merged', ...pullOf(origin) };
  return commit === undefined ? undefined : { talos, commit, came: 'checked-out' };
}

/** The same of a run that has ended, where its nodes do not all run that; of a rollback, where they do not any more. */
export function declaredStill(request: UpgradeRequest, outcome: string): StillDeclared | undefined {
  // Where nodes were skipped, most run what git declares, and the others are to.
  const ended = outcome === 'done' || outcome === 'incomplete';
  const short = notThere.has(outcome) || (ended && request.back !== undefined);
  return short ? stillDeclared(request) : undefined;
}

const notThere: ReadonlySet<string> = new Set(['halted', 'aborted', 'failed', 'terminated']);

/** What is typed to revert that in git, and why. A commit that only stood there is not reverted: it may be about something else. */
export function revertCommand({ talos, commit, came, pull }: StillDeclared): string {
  const short = commit.slice(0, 12);
  const press = pull === undefined ? '' : `; or press Revert at ${pull}`;
  if (came === 'merged')
    return `git revert ${short}  # git still declares Talos ${talos}: reverts that there; of a merge commit: git revert -m 1 ${short}${press}`;
  return `git log --oneline -S ${talos} ${short}  # git still declares Talos ${talos}: names the commit; git revert COMMIT reverts it there, of a merge commit: git revert -m 1 COMMIT`;
}

function pullOf({ repository, pullRequest, forge }: Origin): { readonly pull?: string } {
  if (pullRequest === undefined) return {};
  if (!forge) return { pull: `pull request ${pullRequest} of ${repository}` };
  // An Enterprise server has its API under the address of its pages.
  const web =
    forge.api === 'https://api.github.com' ? 'https://github.com' : forge.api.replace(/\/api\/v3\/?$/, '');
  return { pull: `${web}/${repository}/pull/${pullRequest}` };
}
