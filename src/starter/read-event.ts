import type { z } from 'zod';
import type { GitHostEvent, PullRequestEvent } from '../workflows/delivery-messages.js';
import { Comment, isCommand, PullRequest, Push } from './event-shapes.js';
import type { RepositorySettings } from './settings.js';

/** The meaning of a verified webhook. */
export type ReadEvent =
  | { readonly kind: 'event'; readonly event: GitHostEvent }
  /** It has no meaning for Slipway, which is no error. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** Its payload does not fit its name. */
  | { readonly kind: 'unreadable'; readonly why: string };

type Reader = (payload: unknown, repository: RepositorySettings) => ReadEvent;

/** The events that are read, by their name in `X-GitHub-Event`. */
const readers: Readonly<Record<string, Reader>> = {
  push: readPush,
  pull_request: readPullRequest,
  issue_comment: readComment,
};

/** Reads a webhook of a repository by its event's name. Pure: verified before, started after. */
export function readEvent(name: string, payload: unknown, repository: RepositorySettings): ReadEvent {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (!reader) return ignored(`of ${name} nothing is made; ${Object.keys(readers).join(', ')} are read`);
  return reader(payload, repository);
}

const onlyZeros = /^0+$/;

function readPush(payload: unknown, { branch }: RepositorySettings): ReadEvent {
  return read(Push, payload, ({ ref, before, after, forced, deleted, sender }) => {
    if (ref !== `refs/heads/${branch}`) return ignored(`it is not about the branch ${branch}`);
    if (deleted || onlyZeros.test(after)) return ignored(`the branch ${branch} was deleted`);
    return { kind: 'event', event: { kind: 'push', branch, before, after, forced, by: sender.login } };
  });
}

/** The meaning of a pull request's actions; other actions change nothing that Slipway shows. */
const actions: Readonly<Record<string, PullRequestEvent['action']>> = {
  opened: 'opened',
  reopened: 'opened',
  ready_for_review: 'updated',
  synchronize: 'updated',
  edited: 'updated',
  labeled: 'updated',
  unlabeled: 'updated',
  closed: 'closed',
};

function readPullRequest(payload: unknown, { branch, name }: RepositorySettings): ReadEvent {
  return read(PullRequest, payload, ({ action: asked, changes, pull_request: pull, sender }) => {
    const { number, title, labels, base, head } = pull;
    const known = Object.hasOwn(actions, asked) ? actions[asked] : undefined;
    if (!known) return ignored(`nothing is done when a pull request is ${asked}`);
    if (base.repo?.full_name.toLowerCase() !== name.toLowerCase())
      return unreadable('the pull request is not of the repository that sent it');
    if (base.ref !== branch) return ignored(`it does not go into the branch ${branch}`);
    if (asked === 'edited' && !changes?.['title'] && !changes?.['base'])
      return ignored('only its text was edited');
    const merged = known === 'closed' && pull.merged === true;
    const repository = head.repo?.full_name ?? '';
    // A pull request from a fork is read only once somebody with permission has merged it.
    if (!merged && repository.toLowerCase() !== name.toLowerCase())
      return ignored('its head is in a fork, which is never trusted');
    if (merged && !pull.merge_commit_sha) return unreadable('a merged pull request without its commit');
    const event: PullRequestEvent = {
      kind: 'pull-request',
      action: merged ? 'merged' : known,
      number,
      title,
      base: { branch: base.ref, sha: base.sha },
      head: { repository, branch: head.ref, sha: head.sha },
      ...(merged && pull.merge_commit_sha ? { mergeCommit: pull.merge_commit_sha } : {}),
      labels,
      by: sender.login,
    };
    return { kind: 'event', event };
  });
}

function readComment(payload: unknown): ReadEvent {
  return read(Comment, payload, ({ action, issue, comment }) => {
    if (action !== 'created') return ignored(`nothing is done when a comment is ${action}`);
    if (!issue.pull_request) return ignored('it is not about a pull request');
    if (comment.user.type === 'Bot') return ignored('nothing is taken from a bot');
    const body = comment.body ?? '';
    if (!isCommand(body)) return ignored('it does not begin with /slipway');
    const event: GitHostEvent = {
      kind: 'comment',
      number: issue.number,
      comment: comment.id,
      by: comment.user.login,
      body,
    };
    return { kind: 'event', event };
  });
}

function read<T>(shape: z.ZodType<T>, payload: unknown, next: (found: T) => ReadEvent): ReadEvent {
  const parsed = shape.safeParse(payload);
  if (parsed.success) return next(parsed.data);
  const [issue] = parsed.error.issues;
  // The value itself is not repeated: it is untrusted.
  return unreadable(`${issue?.path.join('.') || 'the payload'}: ${issue?.message ?? 'it does not fit'}`);
}

const ignored = (why: string): ReadEvent => ({ kind: 'ignored', why });
const unreadable = (why: string): ReadEvent => ({ kind: 'unreadable', why });
