import type { Account } from './accounts.js';
import type { Commit, Signature } from './commits.js';
import { committerOf } from './committer.js';
import type { GitHostRepository } from './hosted-repository.js';
import { closePull, commentOnPull } from './pull-events.js';
import { nodeId, timeOf, type Shape } from './shapes.js';
import { lookAgain } from './trial-merge.js';

const NOTHING = '0'.repeat(40);

/** The limit of listed commits: https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const COMMITS_MOST = 2048;

/** The consequences of moved branches: pull requests are updated, webhooks delivered. */
export async function pushed(
  repository: GitHostRepository,
  before: ReadonlyMap<string, string>,
  by: Account,
): Promise<void> {
  const after = await repository.git.heads();
  for (const branch of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(branch), after.get(branch)];
    if (old === now) continue;
    await tellPush(repository, before, { branch, old, now, by });
    await followHead(repository, branch, now, by);
    if (now !== undefined) await followBase(repository, branch, now, by);
  }
}

interface Moved {
  readonly branch: string;
  readonly old: string | undefined;
  readonly now: string | undefined;
  readonly by: Account;
}

async function tellPush(
  repository: GitHostRepository,
  before: ReadonlyMap<string, string>,
  { branch, old, now, by }: Moved,
): Promise<void> {
  const { git, web } = repository;
  const known = old === undefined ? [...before.values()] : [old];
  const commits =
    now === undefined ? [] : await git.log([now, ...known.map((sha) => `^${sha}`)], COMMITS_MOST);
  const head = now === undefined ? undefined : (await git.log([now], 1))[0];
  repository.tell('push', by, {
    ref: `refs/heads/${branch}`,
    before: old ?? NOTHING,
    after: now ?? NOTHING,
    created: old === undefined,
    deleted: now === undefined,
    forced: old !== undefined && now !== undefined && !(await git.isAncestor(old, now)),
    base_ref: null,
    compare: `${web}/compare/${(old ?? NOTHING).slice(0, 12)}...${(now ?? NOTHING).slice(0, 12)}`,
    commits: commits.toReversed().map((commit) => commitShape(repository, commit)),
    head_commit: head ? commitShape(repository, head) : null,
    pusher: committerOf(by),
  });
}

/** A commit in the webhook of a push. */
function commitShape(repository: GitHostRepository, commit: Commit): Shape {
  const person = ({ name, email, date }: Signature): Shape => ({ name, email, date });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${repository.web}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

/** A commit in the API. */
export function apiCommitShape(repository: GitHostRepository, commit: Commit): Shape {
  const person = ({ name, email, date }: Signature): Shape => ({ name, email, date: timeOf(new Date(date)) });
  const url = `${repository.api}/commits/${commit.sha}`;
  return {
    sha: commit.sha,
    node_id: nodeId(`Commit:${commit.sha}`, repository.id),
    commit: {
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${repository.api}/git/trees/${commit.tree}` },
      url: `${repository.api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    url,
    html_url: `${repository.web}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repository.api}/commits/${sha}`,
      html_url: `${repository.web}/commit/${sha}`,
    })),
  };
}

/** Open pull requests from a branch get its new head; those whose branch is gone, or has no changes left, are closed. */
async function followHead(
  repository: GitHostRepository,
  branch: string,
  now: string | undefined,
  by: Account,
): Promise<void> {
  const { gitHost, name } = repository;
  for (const other of gitHost.repositories.values()) {
    for (const pull of other.pulls.values()) {
      const { head } = pull;
      if (pull.state === 'closed' || head.repository !== name || head.branch !== branch) continue;
      if (now === undefined) {
        closePull(other, pull, by);
        continue;
      }
      const before = head.sha;
      head.sha = now;
      pull.updatedAt = gitHost.now();
      await lookAgain(other, pull);
      if (pull.size.commits === 0) closePull(other, pull, by);
      else commentOnPull(other, pull, 'synchronize', by, { before, after: now });
    }
  }
}

/** Open pull requests into a branch count as merged where it contains their head, else their trial merge is repeated. */
async function followBase(
  repository: GitHostRepository,
  branch: string,
  now: string,
  by: Account,
): Promise<void> {
  for (const pull of repository.pulls.values()) {
    if (pull.state === 'closed' || pull.base.branch !== branch) continue;
    if (await repository.git.isAncestor(pull.head.sha, now)) closePull(repository, pull, by, now);
    else await lookAgain(repository, pull);
  }
}
