import { upsertComment, type Upserted } from '../tools/forge/github-comments.js';
import type { RepositorySettings } from '../starter/settings.js';
import { inActivity, type ActivitySettings } from './activity-context.js';
import { openRepository } from './open-repository.js';

export interface TellPullRequest {
  readonly repository: RepositorySettings;
  readonly number: number;
  /** Which of our comments: one of each, kept up to date. */
  readonly marker: string;
  /** Markdown; what others wrote is escaped in it. */
  readonly text: string;
  /** Only where nothing stands there yet. */
  readonly first?: true;
}

/** Makes, or brings up to date, one comment at a pull request. Where the forge takes none: `not-told`. */
export async function tellPullRequest(
  settings: ActivitySettings,
  { repository, number, marker, text, first }: TellPullRequest,
): Promise<Upserted['outcome'] | 'not-told'> {
  return inActivity(`tells pull request ${number} of ${repository.name}`, async (wait) => {
    const { github } = await openRepository(settings, repository, wait);
    if (!github) return 'not-told';
    const { signal } = wait;
    return (await upsertComment(github, { number, marker }, text, { first, signal })).outcome;
  });
}
