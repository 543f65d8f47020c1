import type { Account, ForgeApp } from './accounts.js';
import type { ForgeRepository } from './forge-repository.js';
import type { Comment } from './records.js';
import { ForgeRefusal, invalid, notFound } from './refusal.js';
import { commentShape, issueShape, type Shape } from './shapes.js';

/**
 * GitHub takes at most this many characters: https://github.com/orgs/community/discussions/41331. Counted in UTF-16 code
 * units, the strictest reading.
 */
export const COMMENT_CHARACTERS_MOST = 65_536;

/** Writes a comment on a pull request. */
export function writeComment(
  repository: ForgeRepository,
  issue: number,
  body: string,
  by: Account,
  app?: ForgeApp,
): Comment {
  const { forge } = repository;
  const pull = repository.pull(issue);
  checkBody(body);
  const now = forge.now();
  const comment: Comment = {
    id: forge.numbers.next('comment'),
    issue,
    by,
    ...(app ? { app } : {}),
    createdAt: now,
    updatedAt: now,
    body,
  };
  repository.comments.set(comment.id, comment);
  pull.updatedAt = now;
  repository.tell('issue_comment', by, { action: 'created', ...told(repository, comment) });
  return comment;
}

/** Writes it again. */
export function changeComment(repository: ForgeRepository, id: number, body: string, by: Account): Comment {
  const comment = repository.comments.get(id) ?? notFound();
  checkBody(body);
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = repository.forge.now();
  repository.tell('issue_comment', by, { action: 'edited', changes, ...told(repository, comment) });
  return comment;
}

export function deleteComment(repository: ForgeRepository, id: number, by: Account): void {
  const comment = repository.comments.get(id) ?? notFound();
  const shown = told(repository, comment);
  repository.comments.delete(id);
  repository.tell('issue_comment', by, { action: 'deleted', ...shown });
}

function told(repository: ForgeRepository, comment: Comment): Shape {
  return {
    issue: issueShape(repository, repository.pull(comment.issue)),
    comment: commentShape(repository, comment),
  };
}

function checkBody(body: string): void {
  if (body.trim() === '')
    throw new ForgeRefusal(422, 'Validation Failed', {
      errors: [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }],
    });
  if (body.length > COMMENT_CHARACTERS_MOST)
    invalid('IssueComment', 'body', `body is too long (maximum is ${COMMENT_CHARACTERS_MOST} characters)`);
}
