import { hasOwnComment, upsertComment } from '../tools/git-host/github-comments.js';
import { setCheck } from '../tools/git-host/github-checks.js';
import { pullRequest } from '../tools/git-host/github-pulls.js';
import { GitHostFailed } from '../tools/git-host/git-host-failed.js';
import type { GitHub } from '../tools/git-host/github.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';
import type { PullRequestPlan } from './plan-for-pull-request.js';
import { meantLabels, whyNone, type OpenPullRequest, type PullRequestPlace } from './read-pull-request.js';

export interface PublishPlan extends PullRequestPlace {
  /** The pull request as the plan was made for it. */
  readonly pull: OpenPullRequest;
  readonly plan: PullRequestPlan;
}

/**
 * The result. `moved`: the pull request has changed, and nothing was written: its own delivery publishes. `overtaken`: it changed
 * during the write, so an older plan may stand there. `nothing`: there was nothing to publish. `no-check`: the comment is written, but
 * Slipway may not write checks.
 */
export type PlanPublished = 'written' | 'no-check' | 'nothing' | 'moved' | 'overtaken' | 'over';

/** Publishes a plan at its pull request: one comment for each cluster, kept up to date, and a check of the commit. Safe to repeat. */
export async function publishPlan(
  settings: ActivitySettings,
  { repository, number, pull, plan }: PublishPlan,
): Promise<PlanPublished> {
  return inActivity(`publishes the plan on pull request ${number} of ${repository.name}`, async (wait) => {
    const { github } = await openRepository(settings, repository, wait);
    if (!github) return 'nothing';
    const standing = async (): Promise<'as-planned' | 'moved' | 'over'> => {
      const now = await pullRequest(github, number);
      if (whyNone(repository, now) !== undefined) return 'over';
      const labels = meantLabels(repository, now);
      const same =
        labels.length === pull.labels.length && labels.every((label) => pull.labels.includes(label));
      return same && now.head.sha === pull.head ? 'as-planned' : 'moved';
    };
    const before = await standing();
    if (before !== 'as-planned') return before;
    // Characters that a comment's hidden marker may have.
    const marker = `plan/${plan.about.replaceAll(/[^\w./]+/g, '-')}`.slice(0, 100);
    const place = { number, marker };
    // "Does not concern the cluster" is published only where an earlier push did concern it.
    if (!plan.check && !(await hasOwnComment(github, place))) return 'nothing';
    const { signal } = wait;
    // Another delivery may have written until now.
    const still = async (): Promise<boolean> => (await standing()) === 'as-planned';
    const { outcome } = await upsertComment(github, place, plan.text, { signal, still });
    if (outcome === 'out-of-date') return (await standing()) === 'over' ? 'over' : 'moved';
    const written = await writeCheck(github, pull.head, plan);
    return (await standing()) === 'moved' ? 'overtaken' : written;
  });
}

async function writeCheck(
  github: GitHub,
  head: string,
  { about, text, check }: PullRequestPlan,
): Promise<PlanPublished> {
  if (!check) return 'written';
  try {
    await setCheck(github, head, { name: `slipway/${about}`, ...check, summary: text });
    return 'written';
  } catch (error) {
    if (error instanceof GitHostFailed && error.trouble === 'forbidden') return 'no-check';
    throw error;
  }
}
