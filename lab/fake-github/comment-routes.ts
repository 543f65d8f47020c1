import { z } from 'zod';
import { changeComment, deleteComment, writeComment } from './comments.js';
import { may, type Need } from './permissions.js';
import { GitHostRefusal, notFound } from './refusal.js';
import { numberIn, read, type AskedOfRepository, type RepositoryRoutes } from './route.js';
import { commentShape } from './shapes.js';
import type { Comment } from './records.js';

const SEE: Need = { role: 'read', app: ['issues:read', 'pull_requests:read'] };
const WRITE: Need = { role: 'read', app: ['issues:write', 'pull_requests:write'] };
const CHANGE_ANYBODYS: Need = { role: 'write', app: ['issues:write', 'pull_requests:write'] };

const Body = z.object({ body: z.string() });

/** Comments on pull requests, which GitHub treats as issues: https://docs.github.com/en/rest/issues/comments */
export const commentRoutes: RepositoryRoutes = {
  'GET /issues/comments': { needs: SEE, answer: (asked) => ({ list: listed(asked, () => true) }) },
  'GET /issues/:number/comments': {
    needs: SEE,
    answer: (asked) => {
      const { number } = asked.repository.pull(numberIn(asked, 'number'));
      return { list: listed(asked, (comment) => comment.issue === number) };
    },
  },
  'POST /issues/:number/comments': {
    needs: WRITE,
    guard: 'github:comment',
    answer: (asked) => {
      const { repository, caller, by } = asked;
      const app = caller.kind === 'installation' ? caller.app : undefined;
      const comment = writeComment(
        repository,
        numberIn(asked, 'number'),
        read(Body, asked.body).body,
        by,
        app,
      );
      return { status: 201, body: commentShape(repository, comment) };
    },
  },
  'GET /issues/comments/:id': {
    needs: SEE,
    answer: (asked) => ({ body: commentShape(asked.repository, commentIn(asked)) }),
  },
  'PATCH /issues/comments/:id': {
    needs: WRITE,
    guard: 'github:comment',
    answer: (asked) => {
      const { id } = ownOrAnybodys(asked);
      const comment = changeComment(asked.repository, id, read(Body, asked.body).body, asked.by);
      return { body: commentShape(asked.repository, comment) };
    },
  },
  'DELETE /issues/comments/:id': {
    needs: WRITE,
    guard: 'github:comment',
    answer: (asked) => {
      deleteComment(asked.repository, ownOrAnybodys(asked).id, asked.by);
      return { status: 204 };
    },
  },
};

function commentIn(asked: AskedOfRepository): Comment {
  return asked.repository.comments.get(numberIn(asked, 'id')) ?? notFound();
}

function ownOrAnybodys(asked: AskedOfRepository): Comment {
  const comment = commentIn(asked);
  if (comment.by.id !== asked.by.id && !may(asked.repository, asked.caller, CHANGE_ANYBODYS))
    throw new GitHostRefusal(403, 'Must have admin rights to Repository.');
  return comment;
}

/** Oldest first; for the whole repository by `sort` and `direction`. */
function listed({ repository, query }: AskedOfRepository, meant: (comment: Comment) => boolean): unknown[] {
  const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
  const time = (comment: Comment): number =>
    (query.get('sort') === 'updated' ? comment.updatedAt : comment.createdAt).getTime();
  const found = [...repository.comments.values()]
    .filter((comment) => meant(comment) && comment.updatedAt.getTime() >= since)
    .toSorted((one, other) => time(one) - time(other) || one.id - other.id);
  const sorted = query.get('direction') === 'desc' ? found.toReversed() : found;
  return sorted.map((comment) => commentShape(repository, comment));
}
