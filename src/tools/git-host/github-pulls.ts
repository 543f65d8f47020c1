import { z } from 'zod';
import { pageSize, type GitHub, type IfChanged } from './github.js';

const Side = z.object({
  ref: z.string(),
  sha: z.string(),
  repo: z.object({ full_name: z.string() }).nullish(),
});

const Pull = z.object({
  number: z.int(),
  title: z.string(),
  state: z.string(),
  merged_at: z.string().nullish(),
  updated_at: z.string(),
  merge_commit_sha: z.string().nullish(),
  base: Side,
  head: Side,
  labels: z.array(z.object({ name: z.string() })).default([]),
  user: z.object({ login: z.string() }).nullish(),
});

/** A pull request, as GitHub has it now. */
export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** ISO time. */
  readonly mergedAt: string | undefined;
  readonly updatedAt: string;
  readonly mergeCommit: string | undefined;
  readonly base: { readonly branch: string; readonly sha: string };
  readonly head: {
    /** Empty when the repository was deleted. */
    readonly repository: string;
    readonly branch: string;
    readonly sha: string;
    /** The head is in another repository than the base: its content is not trusted before the merge. */
    readonly fork: boolean;
  };
  readonly labels: readonly string[];
  readonly by: string;
}

/** One pull request. @throws GitHostFailed `missing` */
export async function pullRequest(github: GitHub, number: number): Promise<PullRequest> {
  return shown(
    await github.call(Pull, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number }),
  );
}

/** Open pull requests into a branch, the last changed first, a hundred at most. @throws GitHostFailed */
export async function openPullRequests(
  github: GitHub,
  branch: string,
  etag: string | undefined,
): Promise<IfChanged<readonly PullRequest[]>> {
  return listed(github, { state: 'open', base: branch }, etag);
}

/** Pull requests that were merged into a branch after that time, among the hundred that changed last. @throws GitHostFailed */
export async function pullRequestsMergedSince(
  github: GitHub,
  branch: string,
  since: string,
  etag: string | undefined,
): Promise<IfChanged<readonly PullRequest[]>> {
  const found = await listed(github, { state: 'closed', base: branch }, etag);
  const after = (one: PullRequest): boolean =>
    one.mergedAt !== undefined && Date.parse(one.mergedAt) > Date.parse(since);
  return found.changed ? { ...found, value: found.value.filter(after) } : found;
}

/** The merged pull requests that brought a commit into a branch; none: it was pushed. @throws GitHostFailed */
export async function pullRequestsOf(
  github: GitHub,
  commit: string,
  branch: string,
): Promise<readonly PullRequest[]> {
  const all = await github.pages(
    Pull,
    'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    { commit_sha: commit },
    1,
  );
  return all.map(shown).filter((one) => one.state === 'merged' && one.base.branch === branch);
}

/** The labels of a pull request. @throws GitHostFailed */
export async function labelsOf(github: GitHub, number: number): Promise<readonly string[]> {
  const all = await github.pages(
    z.object({ name: z.string() }),
    'GET /repos/{owner}/{repo}/issues/{issue_number}/labels',
    { issue_number: number },
    1,
  );
  return all.map(({ name }) => name);
}

/** The commit a branch stands at. @throws GitHostFailed `missing`: there is no such branch, or no such repository for us. */
export async function headOf(
  github: GitHub,
  branch: string,
  etag: string | undefined,
): Promise<IfChanged<string>> {
  const found = await github.ifChanged(
    z.object({ commit: z.object({ sha: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/) }) }),
    'GET /repos/{owner}/{repo}/branches/{branch}',
    { branch },
    etag,
  );
  return found.changed ? { ...found, value: found.value.commit.sha } : found;
}

async function listed(
  github: GitHub,
  which: { readonly state: string; readonly base: string },
  etag: string | undefined,
): Promise<IfChanged<readonly PullRequest[]>> {
  const found = await github.ifChanged(
    z.array(Pull),
    'GET /repos/{owner}/{repo}/pulls',
    { ...which, sort: 'updated', direction: 'desc', per_page: pageSize },
    etag,
  );
  return found.changed ? { ...found, value: found.value.map(shown) } : found;
}

function shown(pull: z.infer<typeof Pull>): PullRequest {
  const { number, title, base, head, labels, merged_at: mergedAt, merge_commit_sha: mergeCommit } = pull;
  const repository = head.repo?.full_name ?? '';
  const merged = typeof mergedAt === 'string';
  return {
    number,
    title,
    state: merged ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    mergedAt: mergedAt ?? undefined,
    updatedAt: pull.updated_at,
    // For an open one it is GitHub's trial merge, which is on no branch.
    mergeCommit: merged ? (mergeCommit ?? undefined) : undefined,
    base: { branch: base.ref, sha: base.sha },
    head: {
      repository,
      branch: head.ref,
      sha: head.sha,
      fork: repository.toLowerCase() !== (base.repo?.full_name ?? ' ').toLowerCase(),
    },
    labels: labels.map(({ name }) => name),
    by: pull.user?.login ?? '',
  };
}
