import type { Account, GitHostApp } from './accounts.js';
import type { GitHostRepository, Surroundings } from './hosted-repository.js';
import { roleIn } from './permissions.js';
import type { Comment, Label, Pull, Side } from './records.js';
import { REPOSITORY_LINKS, USER_LINKS } from './repository-links.js';

/** A value in GitHub's API and webhooks. */
export type Shape = Record<string, unknown>;

/** Time without milliseconds, as GitHub has it. */
export function timeOf(date: Date | undefined): string | null {
  return date ? `${date.toISOString().slice(0, 19)}Z` : null;
}

export function nodeId(kind: string, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

function links(base: string, paths: Readonly<Record<string, string>>): Shape {
  return Object.fromEntries(Object.entries(paths).map(([field, rest]) => [field, `${base}${rest}`]));
}

export function userShape({ urls }: Surroundings, { id, login, type }: Account): Shape {
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${urls.web}/avatars/u/${id}`,
    gravatar_id: '',
    html_url: `${urls.web}/${encodeURIComponent(login)}`,
    ...links(`${urls.api}/users/${encodeURIComponent(login)}`, USER_LINKS),
    type,
    site_admin: false,
  };
}

export function repositoryShape(repository: GitHostRepository): Shape {
  const { gitHost, name, id } = repository;
  const created = timeOf(repository.createdAt);
  const open = [...repository.pulls.values()].filter(({ state }) => state === 'open').length;
  return {
    id,
    node_id: nodeId('Repository', id),
    name: name.split('/')[1],
    full_name: name,
    private: repository.private,
    owner: userShape(gitHost, repository.owner),
    html_url: repository.web,
    description: null,
    fork: repository.forkOf !== undefined,
    ...links(repository.api, REPOSITORY_LINKS),
    created_at: created,
    updated_at: created,
    pushed_at: created,
    git_url: `${repository.web.replace(/^http/, 'git')}.git`,
    ssh_url: `git@github.invalid:${name}.git`,
    clone_url: `${repository.web}.git`,
    svn_url: repository.web,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: false,
    disabled: false,
    open_issues_count: open,
    license: null,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: open,
    watchers: 0,
    default_branch: repository.defaultBranch,
    custom_properties: {},
  };
}

export function labelShape(repository: GitHostRepository, { id, name, color, description }: Label): Shape {
  const url = `${repository.api}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId('Label', id), url, name, color, default: false, description };
}

/** Fields of a single pull request that a list omits. */
export const ONLY_BY_ITSELF = [
  'merged',
  'mergeable',
  'rebaseable',
  'mergeable_state',
  'merged_by',
  'comments',
  'review_comments',
  'maintainer_can_modify',
  'commits',
  'additions',
  'deletions',
  'changed_files',
];

export function pullShape(repository: GitHostRepository, pull: Pull): Shape {
  const { gitHost } = repository;
  const { number, size } = pull;
  const url = `${repository.api}/pulls/${number}`;
  const issue = `${repository.api}/issues/${number}`;
  const html = `${repository.web}/pull/${number}`;
  const statuses = `${repository.api}/statuses/${pull.head.sha}`;
  const open = pull.state === 'open';
  const urls = {
    commits: `${url}/commits`,
    review_comments: `${url}/comments`,
    review_comment: `${repository.api}/pulls/comments{/number}`,
    comments: `${issue}/comments`,
    statuses,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    ...Object.fromEntries(Object.entries(urls).map(([name, link]) => [`${name}_url`, link])),
    number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userShape(gitHost, pull.by),
    body: pull.body,
    created_at: timeOf(pull.createdAt),
    updated_at: timeOf(pull.updatedAt),
    closed_at: timeOf(pull.closedAt),
    merged_at: timeOf(pull.merged?.at),
    merge_commit_sha: pull.mergeCommit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: pull.labels.map((label) => labelShape(repository, label)),
    milestone: null,
    draft: pull.draft,
    head: sideShape(repository, pull.head),
    base: sideShape(repository, pull.base),
    _links: Object.fromEntries(
      Object.entries({ self: url, html, issue, ...urls }).map(([name, href]) => [name, { href }]),
    ),
    author_association: association(repository, pull.by),
    auto_merge: null,
    active_lock_reason: null,
    merged: pull.merged !== undefined,
    mergeable: open ? pull.mergeable : null,
    rebaseable: open ? pull.mergeable : null,
    mergeable_state: mergeableState(pull),
    merged_by: pull.merged ? userShape(gitHost, pull.merged.by) : null,
    comments: [...repository.comments.values()].filter((comment) => comment.issue === number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: size.commits,
    additions: size.additions,
    deletions: size.deletions,
    changed_files: size.files,
  };
}

function mergeableState({ state, draft, mergeable }: Pull): string {
  if (state === 'closed') return 'unknown';
  if (draft) return 'draft';
  return mergeable ? 'clean' : 'dirty';
}

/** The fork may have been deleted: then its details are unknown. */
function sideShape({ gitHost }: GitHostRepository, { repository: name, branch, sha }: Side): Shape {
  const [owner = ''] = name.split('/');
  const repository = gitHost.repositories.get(name);
  return {
    label: `${owner}:${branch}`,
    ref: branch,
    sha,
    user: userShape(gitHost, gitHost.accounts.account(owner)),
    repo: repository ? repositoryShape(repository) : null,
  };
}

export function commentShape(repository: GitHostRepository, comment: Comment): Shape {
  const { gitHost } = repository;
  return {
    url: `${repository.api}/issues/comments/${comment.id}`,
    html_url: `${repository.web}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${repository.api}/issues/${comment.issue}`,
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    user: userShape(gitHost, comment.by),
    created_at: timeOf(comment.createdAt),
    updated_at: timeOf(comment.updatedAt),
    author_association: association(repository, comment.by),
    body: comment.body,
    reactions: reactions(`${repository.api}/issues/comments/${comment.id}/reactions`),
    performed_via_github_app: comment.app ? appShape(gitHost, comment.app) : null,
  };
}

/** The issue that every pull request is too. */
export function issueShape(repository: GitHostRepository, pull: Pull): Shape {
  const url = `${repository.api}/issues/${pull.number}`;
  const { html_url, diff_url, patch_url, url: pullUrl, merged_at, ...shown } = pullShape(repository, pull);
  const taken = [
    'number',
    'title',
    'user',
    'labels',
    'state',
    'locked',
    'assignee',
    'assignees',
    'milestone',
  ];
  const more = ['comments', 'created_at', 'updated_at', 'closed_at', 'author_association', 'draft', 'body'];
  return {
    url,
    repository_url: repository.api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    ...Object.fromEntries([...taken, ...more].map((field) => [field, shown[field]])),
    active_lock_reason: null,
    pull_request: { url: pullUrl, html_url, diff_url, patch_url, merged_at },
    reactions: reactions(`${url}/reactions`),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: null,
  };
}

export function appShape(gitHost: Surroundings, app: GitHostApp): Shape {
  const created = '2026-01-01T00:00:00Z';
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: userShape(gitHost, app.owner),
    name: app.slug,
    description: '',
    external_url: gitHost.urls.web,
    html_url: `${gitHost.urls.web}/apps/${app.slug}`,
    created_at: created,
    updated_at: created,
    permissions: app.permissions,
    events: [],
  };
}

function association(repository: GitHostRepository, account: Account): string {
  if (account.id === repository.owner.id) return 'OWNER';
  if (repository.roles.has(account.login.toLowerCase()) && roleIn(repository, account) !== 'none')
    return 'COLLABORATOR';
  const contributed = [...repository.pulls.values()].some(({ merged, by }) => merged && by.id === account.id);
  return contributed ? 'CONTRIBUTOR' : 'NONE';
}

function reactions(url: string): Shape {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  return { url, total_count: 0, ...Object.fromEntries(kinds.map((kind) => [kind, 0])) };
}
