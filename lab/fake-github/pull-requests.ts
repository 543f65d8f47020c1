import type { Account } from './accounts.js';
import type { MergeMethod } from './bare-repository.js';
import { committerOf } from './committer.js';
import type { GitHostRepository } from './hosted-repository.js';
import { closePull, commentOnPull } from './pull-events.js';
import { pushed } from './pushes.js';
import type { Pull, Side } from './records.js';
import { GitHostRefusal, invalid } from './refusal.js';
import { labelShape } from './shapes.js';
import { lookAgain } from './trial-merge.js';

/** The parameters of a new pull request. `head`: `branch`, or `owner:branch` of a fork. */
export interface NewPull {
  readonly title: string;
  readonly body?: string | null | undefined;
  readonly head: string;
  readonly base: string;
  readonly draft?: boolean | undefined;
}

/** Opens a pull request. @throws {GitHostRefusal} 422, as GitHub has it */
export function openPull(repository: GitHostRepository, asked: NewPull, by: Account): Promise<Pull> {
  return repository.gitHost.exclusively(async () => {
    const { gitHost } = repository;
    const head = await sideOf(repository, asked.head, 'head');
    const base = await sideOf(repository, asked.base, 'base');
    const twin = [...repository.pulls.values()].find(
      (pull) =>
        pull.state === 'open' &&
        pull.head.repository === head.repository &&
        pull.head.branch === head.branch &&
        pull.base.branch === base.branch,
    );
    if (twin) {
      const [owner = ''] = head.repository.split('/');
      invalid('PullRequest', 'head', `A pull request already exists for ${owner}:${head.branch}.`);
    }
    const source = gitHost.repositories.get(head.repository);
    if (source && source !== repository) await repository.git.fetch(source.git, head.sha);
    if (await repository.git.isAncestor(head.sha, base.sha))
      invalid('PullRequest', 'head', `No commits between ${asked.base} and ${asked.head}`);
    const now = gitHost.now();
    const pull: Pull = {
      id: gitHost.numbers.next('pull'),
      number: gitHost.numbers.next(`issue of ${repository.name}`, 1),
      by,
      createdAt: now,
      updatedAt: now,
      head,
      base,
      title: asked.title,
      body: asked.body ?? null,
      state: 'open',
      draft: asked.draft ?? false,
      labels: [],
      mergeable: false,
      size: { commits: 0, additions: 0, deletions: 0, files: 0 },
    };
    await lookAgain(repository, pull);
    repository.pulls.set(pull.number, pull);
    commentOnPull(repository, pull, 'opened', by);
    return pull;
  });
}

/** Edits, closes or reopens a pull request. */
export function changePull(
  repository: GitHostRepository,
  number: number,
  change: {
    title?: string | undefined;
    body?: string | null | undefined;
    state?: 'open' | 'closed' | undefined;
  },
  by: Account,
): Promise<Pull> {
  return repository.gitHost.exclusively(async () => {
    const pull = repository.pull(number);
    const before = { title: pull.title, body: pull.body };
    if (change.title !== undefined) pull.title = change.title;
    if (change.body !== undefined) pull.body = change.body;
    pull.updatedAt = repository.gitHost.now();
    const changes = Object.fromEntries(
      (['title', 'body'] as const)
        .filter((field) => pull[field] !== before[field])
        .map((field) => [field, { from: before[field] ?? '' }]),
    );
    if (Object.keys(changes).length > 0) commentOnPull(repository, pull, 'edited', by, { changes });
    if (change.state === undefined || change.state === pull.state) return pull;
    if (change.state === 'closed') {
      closePull(repository, pull, by);
      return pull;
    }
    if (pull.merged) invalid('PullRequest', 'state', 'state cannot be changed. The pull request was merged.');
    pull.state = 'open';
    delete pull.closedAt;
    await lookAgain(repository, pull);
    commentOnPull(repository, pull, 'reopened', by);
    return pull;
  });
}

/**
 * Merges a pull request with the real git, moves its base branch, and returns the commit.
 *
 * @throws {GitHostRefusal} 405 where it cannot be merged, 409 where its head is not `sha` any more
 */
export function mergePull(
  repository: GitHostRepository,
  number: number,
  asked: {
    method?: MergeMethod | undefined;
    sha?: string | undefined;
    title?: string | undefined;
    message?: string | undefined;
  },
  by: Account,
): Promise<string> {
  return repository.gitHost.exclusively(async () => {
    const pull = repository.pull(number);
    const { method = 'merge' } = asked;
    if (pull.state === 'closed') throw new GitHostRefusal(405, 'Pull Request is not mergeable');
    if (pull.draft) throw new GitHostRefusal(405, 'Pull Request is still a draft');
    if (asked.sha !== undefined && asked.sha !== pull.head.sha)
      throw new GitHostRefusal(409, 'Head branch was modified. Review and try the merge again.');
    const before = await repository.git.heads();
    const [owner = ''] = pull.head.repository.split('/');
    const titles: Readonly<Record<MergeMethod, string>> = {
      merge: `Merge pull request #${number} from ${owner}/${pull.head.branch}`,
      squash: `${pull.title} (#${number})`,
      rebase: '',
    };
    const title = asked.title ?? titles[method];
    const message = asked.message ?? (method === 'merge' ? pull.title : '');
    const sha = await repository.git.merge({
      base: before.get(pull.base.branch) ?? pull.base.sha,
      head: pull.head.sha,
      method,
      message: [title, message].filter(Boolean).join('\n\n'),
      by: committerOf(by),
      at: repository.gitHost.now(),
    });
    if (sha === undefined) throw new GitHostRefusal(405, 'Pull Request is not mergeable');
    await repository.git.setRef(`refs/heads/${pull.base.branch}`, sha);
    closePull(repository, pull, by, sha);
    await pushed(repository, before, by);
    return sha;
  });
}

/** Adds or removes labels of a pull request, one event each. */
export function changeLabels(
  repository: GitHostRepository,
  number: number,
  change: { add?: readonly string[]; remove?: readonly string[] },
  by: Account,
): Pull {
  const pull = repository.pull(number);
  for (const name of change.add ?? []) {
    const label = repository.label(name);
    if (pull.labels.includes(label)) continue;
    pull.labels.push(label);
    commentOnPull(repository, pull, 'labeled', by, { label: labelShape(repository, label) });
  }
  for (const name of change.remove ?? []) {
    const label = repository.label(name);
    if (!pull.labels.includes(label)) continue;
    pull.labels = pull.labels.filter((other) => other !== label);
    commentOnPull(repository, pull, 'unlabeled', by, { label: labelShape(repository, label) });
  }
  pull.updatedAt = repository.gitHost.now();
  return pull;
}

async function sideOf(repository: GitHostRepository, label: string, field: 'head' | 'base'): Promise<Side> {
  const colon = label.indexOf(':');
  const owner = colon < 0 ? repository.owner.login : label.slice(0, colon);
  const branch = label.slice(colon + 1);
  const there = [repository, ...repository.gitHost.repositories.values()].find(
    (other) => (other === repository || other.forkOf === repository) && other.owner.login === owner,
  );
  const sha = (await there?.git.heads())?.get(branch);
  if (!there || sha === undefined)
    throw new GitHostRefusal(422, 'Validation Failed', {
      errors: [{ resource: 'PullRequest', field, code: 'invalid' }],
    });
  return { repository: there.name, branch, sha };
}
