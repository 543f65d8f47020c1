import { z } from 'zod';
import type { Need } from './permissions.js';
import { changeLabels, changePull, mergePull, openPull } from './pull-requests.js';
import { invalid, notFound } from './refusal.js';
import type { Pull } from './records.js';
import { numberIn, read, type AskedOfRepository, type RepositoryRoutes } from './route.js';
import { ONLY_BY_ITSELF, labelShape, pullShape, type Shape } from './shapes.js';
import type { FileChange } from './changed-files.js';
import type { GitHostRepository } from './hosted-repository.js';

const SEE: Need = { role: 'read', app: ['pull_requests:read'] };
const CHANGE: Need = { role: 'write', app: ['pull_requests:write'] };
const SEE_LABELS: Need = { role: 'read', app: ['issues:read', 'pull_requests:read'] };
const LABEL: Need = { role: 'triage', app: ['issues:write', 'pull_requests:write'] };

const Open = z.object({
  title: z.string().min(1).max(256),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
});
const Change = z.object({
  title: z.string().min(1).max(256).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
});
const Merge = z.object({
  merge_method: z.enum(['merge', 'squash', 'rebase']).optional(),
  sha: z.string().optional(),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});
const Names = z.object({ labels: z.array(z.string().min(1).max(50)).max(100) });

/** Pull requests and their labels: https://docs.github.com/en/rest/pulls/pulls */
export const pullRoutes: RepositoryRoutes = {
  'GET /pulls': {
    needs: SEE,
    answer: ({ repository, query }) => ({
      list: listed(repository, query).map((pull) => inList(repository, pull)),
    }),
  },
  'POST /pulls': {
    needs: { role: 'read', app: ['pull_requests:write'] },
    answer: async ({ repository, body, by }) => ({
      status: 201,
      body: pullShape(repository, await openPull(repository, read(Open, body), by)),
    }),
  },
  'GET /pulls/:number': {
    needs: SEE,
    answer: (asked) => ({
      body: pullShape(asked.repository, asked.repository.pull(numberIn(asked, 'number'))),
    }),
  },
  'PATCH /pulls/:number': {
    needs: CHANGE,
    answer: async (asked) => {
      const { repository, by, body } = asked;
      return {
        body: pullShape(
          repository,
          await changePull(repository, numberIn(asked, 'number'), read(Change, body), by),
        ),
      };
    },
  },
  'GET /pulls/:number/merge': {
    needs: SEE,
    answer: (asked) =>
      asked.repository.pull(numberIn(asked, 'number')).merged ? { status: 204 } : notFound(),
  },
  'PUT /pulls/:number/merge': {
    needs: { role: 'write', app: ['contents:write'] },
    answer: async (asked) => {
      const {
        merge_method: method,
        commit_title: title,
        commit_message: message,
        sha,
      } = read(Merge, asked.body);
      const merged = await mergePull(
        asked.repository,
        numberIn(asked, 'number'),
        { method, sha, title, message },
        asked.by,
      );
      return { body: { sha: merged, merged: true, message: 'Pull Request successfully merged' } };
    },
  },
  'GET /pulls/:number/files': {
    needs: SEE,
    answer: async (asked) => {
      const { repository } = asked;
      const { base, head } = repository.pull(numberIn(asked, 'number'));
      const changes = await repository.git.changes(base.sha, head.sha);
      return {
        list: changes.map((change) => fileShape(repository, change, head.sha)),
      };
    },
  },
  'GET /commits/:ref/pulls': {
    needs: SEE,
    answer: async ({ repository, params }) => {
      const sha = await repository.git.resolve(params['ref'] ?? '');
      if (sha === undefined) invalid('Commit', 'sha', `No commit found for SHA: ${params['ref']}`);
      const pulls = [];
      for (const pull of repository.pulls.values()) if (await brings(repository, pull, sha)) pulls.push(pull);
      return { list: pulls.map((pull) => inList(repository, pull)) };
    },
  },
  'GET /issues/:number/labels': { needs: SEE_LABELS, answer: labelsOf },
  'POST /issues/:number/labels': {
    needs: LABEL,
    answer: (asked) => {
      const { labels: add } = read(Names, asked.body);
      changeLabels(asked.repository, numberIn(asked, 'number'), { add }, asked.by);
      return labelsOf(asked);
    },
  },
  'PUT /issues/:number/labels': {
    needs: LABEL,
    answer: (asked) => {
      const { labels: add } = read(Names, asked.body);
      const { labels } = asked.repository.pull(numberIn(asked, 'number'));
      const remove = labels.map(({ name }) => name).filter((name) => !add.includes(name));
      changeLabels(asked.repository, numberIn(asked, 'number'), { add, remove }, asked.by);
      return labelsOf(asked);
    },
  },
  'DELETE /issues/:number/labels/:name': {
    needs: LABEL,
    answer: (asked) => {
      const name = asked.params['name'] ?? '';
      const { labels } = asked.repository.pull(numberIn(asked, 'number'));
      if (!labels.some((label) => label.name === name)) notFound();
      changeLabels(asked.repository, numberIn(asked, 'number'), { remove: [name] }, asked.by);
      return labelsOf(asked);
    },
  },
  'GET /labels': {
    needs: SEE_LABELS,
    answer: ({ repository }) => ({
      list: [...repository.labels.values()].map((label) => labelShape(repository, label)),
    }),
  },
};

/** A changed file at a commit. The diff itself is not shown. */
export function fileShape(repository: GitHostRepository, change: FileChange, sha: string): Shape {
  const { path, status, blob, additions, deletions } = change;
  const at = encodeURI(path);
  return {
    sha: blob,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${repository.web}/blob/${sha}/${at}`,
    raw_url: `${repository.web}/raw/${sha}/${at}`,
    contents_url: `${repository.api}/contents/${at}?ref=${sha}`,
  };
}

function labelsOf(asked: AskedOfRepository): { list: Shape[] } {
  const { labels } = asked.repository.pull(numberIn(asked, 'number'));
  return { list: labels.map((label) => labelShape(asked.repository, label)) };
}

function inList(repository: GitHostRepository, pull: Pull): Shape {
  return Object.fromEntries(
    Object.entries(pullShape(repository, pull)).filter(([field]) => !ONLY_BY_ITSELF.includes(field)),
  );
}

/** https://docs.github.com/en/rest/pulls/pulls#list-pull-requests */
function listed(repository: GitHostRepository, query: URLSearchParams): Pull[] {
  const state = query.get('state') ?? 'open';
  const [head, base] = [query.get('head'), query.get('base')];
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (query.has('sort') && sort !== 'created' ? 'asc' : 'desc');
  const time = (pull: Pull): number => (sort === 'updated' ? pull.updatedAt : pull.createdAt).getTime();
  const found = [...repository.pulls.values()].filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (head === null || head === `${pull.head.repository.split('/')[0]}:${pull.head.branch}`) &&
      (base === null || base === pull.base.branch),
  );
  const oldestFirst = found.toSorted((one, other) => time(one) - time(other) || one.number - other.number);
  return direction === 'asc' ? oldestFirst : oldestFirst.toReversed();
}

/** Whether a commit came, or would come, with a pull request. */
async function brings(repository: GitHostRepository, pull: Pull, sha: string): Promise<boolean> {
  if (pull.mergeCommit === sha || pull.head.sha === sha) return true;
  const commits = await repository.git.log([`${pull.base.sha}..${pull.head.sha}`]);
  return commits.some((commit) => commit.sha === sha);
}
