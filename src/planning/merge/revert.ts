import type { Origin, UpgradeRequest } from '../plan/plan.js';

/** A version that git declares, and where it was declared. */
export interface StillDeclared {
  readonly talos: string;
  /**
   * `merged`: the commit that declared it. Otherwise the commit at which slipway.yaml was read; which earlier commit declared it is not
   * known.
   */
  readonly commit: string;
  readonly came: 'merged' | 'checked-out';
  /** Its pull request: an address, or its number. */
  readonly pull?: string;
}

/** What git declares of a run's version; of a rollback, of the rolled-back version. Undefined: nothing, or not known. */
export function stillDeclared(request: UpgradeRequest): StillDeclared | undefined {
  const { talos, back, declared, origin, commit } = request;
  if (back) return back.declared;
  if (!declared) return undefined;
  if (origin) return { talos, commit: origin.commit, came: 'merged', ...pullOf(origin) };
  return commit === undefined ? undefined : { talos, commit, came: 'checked-out' };
}

/** What git declares of an ended run, where not all nodes run that version; of a rollback, where they no longer do. */
export function declaredStill(request: UpgradeRequest, outcome: string): StillDeclared | undefined {
  // Where nodes were skipped, most run what git declares, and the others are still to follow.
  const ended = outcome === 'done' || outcome === 'incomplete';
  const short = notThere.has(outcome) || (ended && request.back !== undefined);
  return short ? stillDeclared(request) : undefined;
}

const notThere: ReadonlySet<string> = new Set(['halted', 'aborted', 'failed', 'terminated']);

/**
 * The command that reverts it in git, and why. A commit that slipway.yaml was merely read at is not reverted: it may be about something
 * else.
 */
export function revertCommand({ talos, commit, came, pull }: StillDeclared): string {
  const short = commit.slice(0, 12);
  const press = pull === undefined ? '' : `; or press Revert at ${pull}`;
  if (came === 'merged')
    return `git revert ${short}  # git still declares Talos ${talos}: reverts that there; of a merge commit: git revert -m 1 ${short}${press}`;
  return `git log --oneline -S ${talos} ${short}  # git still declares Talos ${talos}: names the commit; git revert COMMIT reverts it there, of a merge commit: git revert -m 1 COMMIT`;
}

function pullOf({ repository, pullRequest, gitHost }: Origin): { readonly pull?: string } {
  if (pullRequest === undefined) return {};
  if (!gitHost) return { pull: `pull request ${pullRequest} of ${repository}` };
  // GitHub Enterprise Server has its API under the address of its pages.
  const web =
    gitHost.api === 'https://api.github.com'
      ? 'https://github.com'
      : gitHost.api.replace(/\/api\/v3\/?$/, '');
  return { pull: `${web}/${repository}/pull/${pullRequest}` };
}
