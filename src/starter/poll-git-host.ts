import { createHash } from 'node:crypto';
import { openGitHub, type GitHub } from '../tools/git-host/github.js';
import { commentsSince } from '../tools/git-host/github-comments.js';
import { headOf, openPullRequests, type PullRequest } from '../tools/git-host/github-pulls.js';
import { remoteHead } from '../tools/git/remote-head.js';
import type { CommentEvent, PullRequestEvent } from '../workflows/delivery-messages.js';
import { isCommand, titleOfPull } from './event-shapes.js';
import { textOfComment } from '../planning/merge/comment-text.js';
import type { RepositorySettings } from './settings.js';

/** What a poll reads. Each method returns undefined where nothing changed since the last poll. */
export interface PolledGitHost {
  /** The head of the branch. */
  head(): Promise<string | undefined>;
  /** Open pull requests into the branch, except those from forks; none where the git host has no pull requests. */
  pullRequests(): Promise<readonly PullRequestEvent[] | undefined>;
  /** Comments to Slipway at pull requests since the last poll, or of the last day. */
  comments(): Promise<readonly CommentEvent[] | undefined>;
}

/** How far back the first poll reads comments: the starter may have been down. Milliseconds. */
const commentsBackMs = 24 * 3_600_000;

/** Opens the git host of a repository for polling. @throws Refusal `credential-unreadable` */
export async function openPolledGitHost(
  repository: RepositorySettings,
  now: () => Date,
): Promise<PolledGitHost> {
  return repository.gitHost === 'git'
    ? polledGit(repository)
    : polledGitHub(await openGitHub(repository), repository, now);
}

/** Any git server: only its branch, asked of git itself. */
function polledGit(repository: RepositorySettings): PolledGitHost {
  return {
    head: () => remoteHead(repository),
    pullRequests: () => Promise.resolve(undefined),
    comments: () => Promise.resolve(undefined),
  };
}

/** GitHub, by conditional requests: a 304 costs nothing of the rate limit. */
function polledGitHub(github: GitHub, { branch }: RepositorySettings, now: () => Date): PolledGitHost {
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
      // Another time is another URL, whose ETag is unknown.
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

/** A list does not say what happened to a pull request: it counts as updated. */
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
 * The delivery id of a poll's observation: identical for the same state, whoever polls and however often. For a pull request, a new
 * commit on its base branch is no change.
 */
export function idOfSight(repository: RepositorySettings, event: PullRequestEvent | CommentEvent): string {
  if (event.kind === 'comment') return `poll-comment-${digest(repository.name)}-${event.comment}`;
  const { number, title, base, head, labels } = event;
  const what = [repository.name, number, title, base.branch, head.branch, head.sha, [...labels].toSorted()];
  return `poll-pull-${number}-${digest(...what)}`;
}

/** Letters and digits that identify the values. */
export function digest(...what: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 20);
}
