import { z } from 'zod';
import type { GitHostRepository } from './hosted-repository.js';
import type { Need } from './permissions.js';
import { GitHostRefusal, invalid, notFound } from './refusal.js';
import type { CheckRun, CommitStatus } from './records.js';
import { numberIn, read, type AskedOfRepository, type RepositoryRoutes } from './route.js';
import { appShape, nodeId, repositoryShape, timeOf, userShape, type Shape } from './shapes.js';

const SEE_CHECKS: Need = { role: 'read', app: ['checks:read'] };
const CHECK: Need = { role: 'admin', app: ['checks:write'], appsOnly: true };
const SEE_STATUSES: Need = { role: 'read', app: ['statuses:read'] };
const SET_STATUS: Need = { role: 'write', app: ['statuses:write'] };

/** https://docs.github.com/en/rest/checks/runs#create-a-check-run: at most 65,535 characters each. */
const Text = z.string().max(65_535);

const CheckFields = z.object({
  name: z.string().min(1).max(255).optional(),
  status: z.enum(['queued', 'in_progress', 'completed']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])
    .optional(),
  details_url: z.url().optional(),
  external_id: z.string().optional(),
  started_at: z.string().optional(),
  completed_at: z.string().optional(),
  output: z.object({ title: z.string(), summary: Text, text: Text.optional() }).optional(),
});
const NewCheck = CheckFields.extend({ name: z.string().min(1).max(255), head_sha: z.string() });

/** https://docs.github.com/en/rest/commits/statuses; a description has at most 140 characters. */
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.string().nullish(),
  description: z.string().max(140, 'description is too long (maximum is 140 characters)').nullish(),
  context: z.string().default('default'),
});

/** Check runs (of apps alone) and commit statuses. */
export const checkRoutes: RepositoryRoutes = {
  'POST /check-runs': {
    needs: CHECK,
    guard: 'github:check',
    answer: async ({ repository, caller, body }) => {
      if (caller.kind !== 'installation') notFound();
      const fields = read(NewCheck, body);
      const run: CheckRun = {
        id: repository.gitHost.numbers.next('check run'),
        sha: await commitOf(repository, fields.head_sha),
        app: caller.app,
        name: fields.name,
        status: 'queued',
        conclusion: null,
        detailsUrl: null,
        externalId: '',
        startedAt: timeOf(repository.gitHost.now()) ?? '',
        completedAt: null,
        output: { title: null, summary: null, text: null },
      };
      set(repository, run, fields);
      repository.checkRuns.set(run.id, run);
      return { status: 201, body: checkShape(repository, run) };
    },
  },
  'PATCH /check-runs/:id': {
    needs: CHECK,
    guard: 'github:check',
    answer: (asked) => {
      const { repository, caller } = asked;
      const run = checkIn(asked);
      if (caller.kind !== 'installation' || caller.app.id !== run.app.id)
        throw new GitHostRefusal(
          403,
          'Invalid app_id: the check run can only be modified by the GitHub App that created it.',
        );
      set(repository, run, read(CheckFields, asked.body));
      return { body: checkShape(repository, run) };
    },
  },
  'GET /check-runs/:id': {
    needs: SEE_CHECKS,
    answer: (asked) => ({ body: checkShape(asked.repository, checkIn(asked)) }),
  },
  'GET /commits/:ref/check-runs': {
    needs: SEE_CHECKS,
    answer: async ({ repository, params, query }) => {
      const sha = await commitOf(repository, params['ref'] ?? '');
      const name = query.get('check_name');
      const found = [...repository.checkRuns.values()].filter(
        (run) => run.sha === sha && (name === null || run.name === name),
      );
      // The newest run of each app and name, unless all are requested.
      const newest = new Map(found.map((run) => [`${run.app.id} ${run.name}`, run]));
      const runs = query.get('filter') === 'all' ? found : [...newest.values()];
      return {
        list: runs.toReversed().map((run) => checkShape(repository, run)),
        within: (page, total) => ({ total_count: total, check_runs: page }),
      };
    },
  },
  'POST /statuses/:sha': {
    needs: SET_STATUS,
    guard: 'github:check',
    answer: async ({ repository, params, body, by }) => {
      const { state, context, description, target_url: targetUrl } = read(NewStatus, body);
      const status: CommitStatus = {
        id: repository.gitHost.numbers.next('status'),
        sha: await commitOf(repository, params['sha'] ?? ''),
        by,
        state,
        context,
        description: description ?? null,
        targetUrl: targetUrl ?? null,
        createdAt: repository.gitHost.now(),
      };
      repository.statuses.push(status);
      return { status: 201, body: statusShape(repository, status) };
    },
  },
  'GET /commits/:ref/statuses': {
    needs: SEE_STATUSES,
    answer: async ({ repository, params }) => {
      const sha = await commitOf(repository, params['ref'] ?? '');
      const found = repository.statuses.filter((status) => status.sha === sha).toReversed();
      return { list: found.map((status) => statusShape(repository, status)) };
    },
  },
  'GET /commits/:ref/status': {
    needs: SEE_STATUSES,
    answer: async ({ repository, params }) => {
      const sha = await commitOf(repository, params['ref'] ?? '');
      const latest = latestStatuses(repository, sha);
      const shown = latest.map((status) => statusShape(repository, status));
      const { api } = repository;
      return {
        body: {
          state: stateOf(latest),
          sha,
          total_count: shown.length,
          statuses: shown,
          repository: repositoryShape(repository),
          commit_url: `${api}/commits/${sha}`,
          url: `${api}/commits/${sha}/status`,
        },
      };
    },
  },
};

/** The newest status of each context. */
export function latestStatuses(repository: GitHostRepository, sha: string): CommitStatus[] {
  const found = repository.statuses.filter((status) => status.sha === sha);
  return [...new Map(found.map((status) => [status.context, status])).values()];
}

/** https://docs.github.com/en/rest/commits/statuses#get-the-combined-status-for-a-specific-reference */
function stateOf(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === 'error' || state === 'failure')) return 'failure';
  return statuses.length > 0 && statuses.every(({ state }) => state === 'success') ? 'success' : 'pending';
}

async function commitOf(repository: GitHostRepository, name: string): Promise<string> {
  return (await repository.git.resolve(name)) ?? invalid('Commit', 'sha', `No commit found for SHA: ${name}`);
}

function checkIn(asked: AskedOfRepository): CheckRun {
  return asked.repository.checkRuns.get(numberIn(asked, 'id')) ?? notFound();
}

/** A run with a conclusion is completed, and a completed run needs one. */
function set(repository: GitHostRepository, run: CheckRun, fields: z.output<typeof CheckFields>): void {
  const { output } = fields;
  if (fields.status === 'completed' && fields.conclusion === undefined && run.conclusion === null)
    invalid('CheckRun', 'conclusion', 'a completed check run needs a conclusion');
  if (fields.name !== undefined) run.name = fields.name;
  if (fields.details_url !== undefined) run.detailsUrl = fields.details_url;
  if (fields.external_id !== undefined) run.externalId = fields.external_id;
  if (fields.started_at !== undefined) run.startedAt = fields.started_at;
  if (output) run.output = { title: output.title, summary: output.summary, text: output.text ?? null };
  if (fields.status !== undefined) run.status = fields.status;
  if (fields.conclusion !== undefined) {
    run.status = 'completed';
    run.conclusion = fields.conclusion;
    run.completedAt = fields.completed_at ?? timeOf(repository.gitHost.now());
  }
  if (run.status !== 'completed') {
    run.conclusion = null;
    run.completedAt = null;
  }
}

function checkShape(repository: GitHostRepository, run: CheckRun): Shape {
  const url = `${repository.api}/check-runs/${run.id}`;
  const html = `${repository.web}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    head_sha: run.sha,
    name: run.name,
    external_id: run.externalId,
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...run.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: run.app.id },
    app: appShape(repository.gitHost, run.app),
    pull_requests: [],
  };
}

function statusShape(repository: GitHostRepository, status: CommitStatus): Shape {
  const { gitHost } = repository;
  return {
    url: `${repository.api}/statuses/${status.sha}`,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    avatar_url: null,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: timeOf(status.createdAt),
    updated_at: timeOf(status.createdAt),
    creator: userShape(gitHost, status.by),
  };
}
