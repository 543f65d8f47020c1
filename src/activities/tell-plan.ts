import { hasOwnComment, upsertComment } from '../tools/forge/github-comments.js';
import { setCheck } from '../tools/forge/github-checks.js';
import { pullRequest } from '../tools/forge/github-pulls.js';
import { ForgeFailed } from '../tools/forge/forge-failed.js';
import type { GitHub } from '../tools/forge/github.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';
import type { PullRequestPlan } from './plan-for-pull-request.js';
import { meantLabels, whyNone, type OpenPullRequest, type PullRequestPlace } from './read-pull-request.js';

export interface TellPlan extends PullRequestPlace {
  /** The pull request as the plan was made for it. */
  readonly pull: OpenPullRequest;
  readonly plan: PullRequestPlan;
}

/**
 * What became of it. `moved`: the pull request is another by now, and nothing was written: its own delivery does that. `overtaken`: it
 * became another while this was written, so that an older plan may stand there. `nothing`: there was nothing to say. `no-check`: the
 * comment is there; the forge takes no check of us.
 */
export type PlanTold = 'told' | 'no-check' | 'nothing' | 'moved' | 'overtaken' | 'over';

/** Writes a plan to its pull request: one comment for each cluster, kept up to date, and a check of the commit. Safe to repeat. */
export async function tellPlan(
  settings: ActivitySettings,
  { repository, number, pull, plan }: TellPlan,
): Promise<PlanTold> {
  return inActivity(`tells pull request ${number} of ${repository.name} its plan`, async (wait) => {
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
    // Letters that a hidden mark of a comment takes.
    const marker = `plan/${plan.about.replaceAll(/[^\w./]+/g, '-')}`.slice(0, 100);
    const place = { number, marker };
    // That a pull request does not concern a cluster is news only where it did.
    if (!plan.check && !(await hasOwnComment(github, place))) return 'nothing';
    const { signal } = wait;
    // Another delivery may have been at it until now.
    const still = async (): Promise<boolean> => (await standing()) === 'as-planned';
    const { outcome } = await upsertComment(github, place, plan.text, { signal, still });
    if (outcome === 'out-of-date') return (await standing()) === 'over' ? 'over' : 'moved';
    const written = await told(github, pull.head, plan);
    return (await standing()) === 'moved' ? 'overtaken' : written;
  });
}

async function told(
  github: GitHub,
  head: string,
  { about, text, check }: PullRequestPlan,
): Promise<PlanTold> {
  if (!check) return 'told';
  try {
    await setCheck(github, head, { name: `slipway/${about}`, ...check, summary: text });
    return 'told';
  } catch (error) {
    if (error instanceof ForgeFailed && error.trouble === 'forbidden') return 'no-check';
    throw error;
  }
}
