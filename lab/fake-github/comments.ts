import type { Account, GitHostApp } from './accounts.js';
import type { GitHostRepository } from './hosted-repository.js';
import type { Comment } from './records.js';
import { GitHostRefusal, invalid, notFound } from './refusal.js';
import { commentShape, issueShape, type Shape } from './shapes.js';

/**
 * GitHub's limit in characters: https://github.com/orgs/community/discussions/41331. Counted in UTF-16 code units, the strictest reading.
 */
export const COMMENT_CHARACTERS_MOST = 65_536;

/** Writes a comment on a pull request. */
export function writeComment(
  repository: GitHostRepository,
  issue: number,
  body: string,
  by: Account,
  app?: GitHostApp,
): Comment {
  const { gitHost } = repository;
  const pull = repository.pull(issue);
  checkBody(body);
  const now = gitHost.now();
  const comment: Comment = {
    id: gitHost.numbers.next('comment'),
    issue,
    by,
    ...(app ? { app } : {}),
    createdAt: now,
    updatedAt: now,
    body,
  };
  repository.comments.set(comment.id, comment);
  pull.updatedAt = now;
  repository.tell('issue_comment', by, { action: 'created', ...payloadOf(repository, comment) });
  return comment;
}

/** Edits it. */
export function changeComment(repository: GitHostRepository, id: number, body: string, by: Account): Comment {
  const comment = repository.comments.get(id) ?? notFound();
  checkBody(body);
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = repository.gitHost.now();
  repository.tell('issue_comment', by, { action: 'edited', changes, ...payloadOf(repository, comment) });
  return comment;
}

export function deleteComment(repository: GitHostRepository, id: number, by: Account): void {
  const comment = repository.comments.get(id) ?? notFound();
  const shown = payloadOf(repository, comment);
  repository.comments.delete(id);
  repository.tell('issue_comment', by, { action: 'deleted', ...shown });
}

function payloadOf(repository: GitHostRepository, comment: Comment): Shape {
  return {
    issue: issueShape(repository, repository.pull(comment.issue)),
    comment: commentShape(repository, comment),
  };
}

function checkBody(body: string): void {
  if (body.trim() === '')
    throw new GitHostRefusal(422, 'Validation Failed', {
      errors: [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }],
    });
  if (body.length > COMMENT_CHARACTERS_MOST)
    invalid('IssueComment', 'body', `body is too long (maximum is ${COMMENT_CHARACTERS_MOST} characters)`);
}
