import { upsertComment, type Upserted } from '../tools/git-host/github-comments.js';
import type { RepositorySettings } from '../starter/settings.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';

export interface PullRequestComment {
  readonly repository: RepositorySettings;
  readonly number: number;
  /** Which of our comments: there is one of each, kept up to date. */
  readonly marker: string;
  /** Markdown; text of other users is escaped in it. */
  readonly text: string;
  /** Only where no such comment exists yet. */
  readonly first?: true;
}

/** Creates or updates one comment at a pull request. `not-written`: Slipway has no access to comments of that git host. */
export async function commentOnPullRequest(
  settings: ActivitySettings,
  { repository, number, marker, text, first }: PullRequestComment,
): Promise<Upserted['outcome'] | 'not-written'> {
  return inActivity(`comments on pull request ${number} of ${repository.name}`, async (wait) => {
    const { github } = await openRepository(settings, repository, wait);
    if (!github) return 'not-written';
    const { signal } = wait;
    return (await upsertComment(github, { number, marker }, text, { first, signal })).outcome;
  });
}
