import { createHash } from 'node:crypto';
import { openGitHub, type GitHub } from '../tools/forge/github.js';
import { commentsSince } from '../tools/forge/github-comments.js';
import { headOf, openPullRequests, type PullRequest } from '../tools/forge/github-pulls.js';
import { remoteHead } from '../tools/git/remote-head.js';
import type { CommentEvent, PullRequestEvent } from '../workflows/delivery-messages.js';
import { isCommand, titleOfPull } from './event-shapes.js';
import { textOfComment } from '../planning/merge/comment-text.js';
import type { RepositorySettings } from './settings.js';

/** What a poll looks at. Each look answers undefined where nothing changed since the last. */
export interface PolledForge {
  /** Where the branch stands. */
  head(): Promise<string | undefined>;
  /** Open pull requests into the branch, but for those from forks; none where the forge has no such thing. */
  pullRequests(): Promise<readonly PullRequestEvent[] | undefined>;
  /** What was written to Slipway at pull requests since the preflight check, or the last day. */
  comments(): Promise<readonly CommentEvent[] | undefined>;
}

/** Comments are looked for this far back at the first look: a starter may have been away. Milliseconds. */
const commentsBackMs = 24 * 3_600_000;

/** Opens the forge of a repository for polling. @throws Refusal `credential-unreadable` */
export async function openPolledForge(repository: RepositorySettings, now: () => Date): Promise<PolledForge> {
  return repository.forge === 'git'
    ? polledGit(repository)
    : polledGitHub(await openGitHub(repository), repository, now);
}

/** Any git server: its branch, asked of git itself. */
function polledGit(repository: RepositorySettings): PolledForge {
  return {
    head: () => remoteHead(repository),
    pullRequests: () => Promise.resolve(undefined),
    comments: () => Promise.resolve(undefined),
  };
}

/** GitHub, by conditional requests: an answer that nothing changed costs nothing of the rate limit. */
function polledGitHub(github: GitHub, { branch }: RepositorySettings, now: () => Date): PolledForge {
  const etags: Record<'head' | 'pulls' | 'comments', string | undefined> = {
    head: undefined,
    pulls: undefined,
    comments: undefined,
  };
  let since = new Date(now().getTime() - commentsBackMs).toISOString();
  return {
    head: async () => {
      const found = await headOf(github, branch, etags.head);
      if (!found.changed) return undefined;
      etags.head = found.etag;
      return found.value;
    },
    pullRequests: async () => {
      const found = await openPullRequests(github, branch, etags.pulls);
      if (!found.changed) return undefined;
      etags.pulls = found.etag;
      return found.value.filter(({ head }) => !head.fork).map(updated);
    },
    comments: async () => {
      const found = await commentsSince(github, since, etags.comments);
      if (!found.changed) return undefined;
      const newest = found.value.at(-1)?.updatedAt;
      // Another time is another address, of which no answer is known yet.
      etags.comments = newest === undefined || newest === since ? found.etag : undefined;
      since = newest ?? since;
      return found.value
        .filter(({ bot, body }) => !bot && isCommand(body))
        .map(({ id, number, by, body }) => ({
          kind: 'comment',
          number,
          comment: id,
          by,
          body: textOfComment(body),
        }));
    },
  };
}

/** A list does not say what became of a pull request: as good as changed. */
function updated({ number, title, base, head, labels, by }: PullRequest): PullRequestEvent {
  const { repository, branch, sha } = head;
  return {
    kind: 'pull-request',
    action: 'updated',
    number,
    title: titleOfPull(title),
    base,
    head: { repository, branch, sha },
    labels: labels.slice(0, 100).map(titleOfPull),
    by,
  };
}

/**
 * The id of what a poll saw: the same for the same, whoever looks and however often. Of a pull request, that what its branch leads
 * to has moved on is no news.
 */
export function idOfSight(repository: RepositorySettings, event: PullRequestEvent | CommentEvent): string {
  if (event.kind === 'comment') return `poll-comment-${digest(repository.name)}-${event.comment}`;
  const { number, title, base, head, labels } = event;
  const what = [repository.name, number, title, base.branch, head.branch, head.sha, [...labels].toSorted()];
  return `poll-pull-${number}-${digest(...what)}`;
}

/** Letters and digits that stand for anything. */
export function digest(...what: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 20);
}
