import type { RepositorySettings } from '../starter/settings.js';
import { GitHostFailed } from '../tools/git-host/git-host-failed.js';
import type { GitHub } from '../tools/git-host/github.js';
import { pullRequest, type PullRequest } from '../tools/git-host/github-pulls.js';
import { mergeBase } from '../tools/git/read-mirror.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';

/** Which pull request. */
export interface PullRequestPlace {
  readonly repository: RepositorySettings;
  readonly number: number;
}

/** The three commits that a plan for a pull request needs. */
export interface PullRequestSides {
  /** The pull request itself. Nobody has approved it. */
  readonly head: string;
  /** Where it left the branch. */
  readonly base: string;
  /** The head of the branch now. */
  readonly branch: string;
}

/** A pull request that plans are made for, as it is now. */
export interface OpenPullRequest extends PullRequestSides {
  /** Its labels that mean a strategy, in order. */
  readonly labels: readonly string[];
}

/** Why no plan is made, as words for a list of deliveries. */
export interface NoPlans {
  readonly none: string;
}

/**
 * Reads a pull request as the git host has it now, not as the delivery described it, and fetches its commits. One from a fork is not
 * fetched: any user may open one.
 */
export async function readPullRequest(
  settings: ActivitySettings,
  { repository, number }: PullRequestPlace,
): Promise<OpenPullRequest | NoPlans> {
  return inActivity(`reads pull request ${number} of ${repository.name}`, async (wait) => {
    const { github, mirror } = await openRepository(settings, repository, wait);
    if (!github) return { none: 'nobody may sign in at its git host' };
    const pull = await pullThere(github, number);
    const none = pull ? whyNone(repository, pull) : 'it is gone';
    if (!pull || none !== undefined) return { none: none ?? 'it is gone' };
    const branch = await mirror.fetchBranch(repository.branch);
    const { sha: head } = pull.head;
    await mirror.fetchCommits([head]);
    const base = (await mergeBase(mirror, branch, head)) ?? branch;
    return { head, base, branch, labels: meantLabels(repository, pull) };
  });
}

async function pullThere(github: GitHub, number: number): Promise<PullRequest | undefined> {
  try {
    return await pullRequest(github, number);
  } catch (error) {
    if (error instanceof GitHostFailed && error.trouble === 'missing') return undefined;
    throw error;
  }
}

/** Why a pull request gets no plan and no comment. */
export function whyNone(
  repository: RepositorySettings,
  { state, head, base }: PullRequest,
): string | undefined {
  if (state !== 'open') return `it is ${state}`;
  if (head.fork) return 'it comes from a fork, which is never trusted';
  return base.branch === repository.branch ? undefined : 'it goes into another branch';
}

/** The labels of a pull request to which starter.yaml gives a meaning. */
export function meantLabels({ labels = {} }: RepositorySettings, pull: PullRequest): string[] {
  const meant = new Set(Object.values(labels).map((label) => label.toLowerCase()));
  return pull.labels.filter((label) => meant.has(label.toLowerCase())).toSorted();
}
