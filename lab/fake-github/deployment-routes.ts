import { z } from 'zod';
import { latestStatuses } from './check-routes.js';
import type { GitHostRepository } from './hosted-repository.js';
import type { Need } from './permissions.js';
import { GitHostRefusal, invalid, notFound } from './refusal.js';
import type { Deployment, DeploymentStatus } from './records.js';
import { numberIn, read, type AskedOfRepository, type RepositoryRoutes } from './route.js';
import { nodeId, timeOf, userShape, type Shape } from './shapes.js';

const SEE: Need = { role: 'read', app: ['deployments:read'] };
const DEPLOY: Need = { role: 'write', app: ['deployments:write'] };

const Description = z.string().max(140, 'description is too long (maximum is 140 characters)').nullish();

/** https://docs.github.com/en/rest/deployments/deployments#create-a-deployment */
const NewDeployment = z.object({
  ref: z.string().min(1),
  task: z.string().default('deploy'),
  auto_merge: z.boolean().default(true),
  required_contexts: z.array(z.string()).optional(),
  payload: z.union([z.record(z.string(), z.unknown()), z.string()]).default({}),
  environment: z.string().default('production'),
  description: Description,
});
/** https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status */
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  log_url: z.string().default(''),
  description: Description,
  environment: z.string().optional(),
  environment_url: z.string().default(''),
  auto_inactive: z.boolean().default(true),
});

/** Deployments and their statuses. */
export const deploymentRoutes: RepositoryRoutes = {
  'GET /deployments': {
    needs: SEE,
    answer: ({ repository, query }) => {
      const wanted = ['sha', 'ref', 'task', 'environment'] as const;
      const found = [...repository.deployments.values()].filter((deployment) =>
        wanted.every((field) => !query.has(field) || query.get(field) === deployment[field]),
      );
      return { list: found.toReversed().map((deployment) => deploymentShape(repository, deployment)) };
    },
  },
  'POST /deployments': {
    needs: DEPLOY,
    guard: 'github:check',
    answer: async ({ repository, body, by }) => {
      const asked = read(NewDeployment, body);
      const sha =
        (await repository.git.resolve(asked.ref)) ??
        invalid('Deployment', 'ref', `No ref found for: ${asked.ref}`);
      if (asked.auto_merge) await refuseBehind(repository, asked.ref, sha);
      requireContexts(repository, asked.ref, sha, asked.required_contexts);
      const deployment: Deployment = {
        id: repository.gitHost.numbers.next('deployment'),
        by,
        sha,
        ref: asked.ref,
        task: asked.task,
        environment: asked.environment,
        description: asked.description ?? null,
        payload: asked.payload,
        createdAt: repository.gitHost.now(),
        statuses: [],
      };
      repository.deployments.set(deployment.id, deployment);
      return { status: 201, body: deploymentShape(repository, deployment) };
    },
  },
  'GET /deployments/:id': {
    needs: SEE,
    answer: (asked) => ({ body: deploymentShape(asked.repository, deploymentIn(asked)) }),
  },
  'GET /deployments/:id/statuses': {
    needs: SEE,
    answer: (asked) => {
      const deployment = deploymentIn(asked);
      const shown = deployment.statuses.toReversed();
      return { list: shown.map((status) => statusShape(asked.repository, deployment, status)) };
    },
  },
  'POST /deployments/:id/statuses': {
    needs: DEPLOY,
    guard: 'github:check',
    answer: (asked) => {
      const deployment = deploymentIn(asked);
      const fields = read(NewStatus, asked.body);
      const status: DeploymentStatus = {
        id: asked.gitHost.numbers.next('deployment status'),
        by: asked.by,
        state: fields.state,
        description: fields.description ?? '',
        environment: fields.environment ?? deployment.environment,
        environmentUrl: fields.environment_url,
        logUrl: fields.log_url,
        createdAt: asked.gitHost.now(),
      };
      deployment.statuses.push(status);
      if (fields.state === 'success' && fields.auto_inactive)
        retireOthers(asked.repository, deployment, status);
      return { status: 201, body: statusShape(asked.repository, deployment, status) };
    },
  },
};

/** Successful deployments of the same environment become inactive, unless `auto_inactive: false` is sent. */
function retireOthers(repository: GitHostRepository, one: Deployment, status: DeploymentStatus): void {
  for (const other of repository.deployments.values()) {
    if (other === one || other.environment !== one.environment || other.statuses.at(-1)?.state !== 'success')
      continue;
    other.statuses.push({
      ...status,
      state: 'inactive',
      id: repository.gitHost.numbers.next('deployment status'),
    });
  }
}

/** GitHub would merge the default branch into one that is behind it, and not deploy. */
async function refuseBehind(repository: GitHostRepository, ref: string, sha: string): Promise<void> {
  const heads = await repository.git.heads();
  const main = heads.get(repository.defaultBranch);
  if (!heads.has(ref) || main === undefined || (await repository.git.isAncestor(main, sha))) return;
  throw new GitHostRefusal(
    409,
    `Conflict merging ${repository.defaultBranch} into ${ref}. (The lab's fake GitHub never merges for a deployment: say auto_merge: false.)`,
  );
}

/** Without `required_contexts` every status and check of the commit must be a success; `[]` requires none. */
function requireContexts(
  repository: GitHostRepository,
  ref: string,
  sha: string,
  required: readonly string[] | undefined,
): void {
  const states = new Map<string, string>();
  for (const { context, state } of latestStatuses(repository, sha)) states.set(context, state);
  for (const run of repository.checkRuns.values())
    if (run.sha === sha) states.set(run.name, run.conclusion ?? 'pending');
  const contexts = (required ?? [...states.keys()]).map((context) => ({
    context,
    state: states.get(context) ?? 'pending',
  }));
  if (contexts.every(({ state }) => state === 'success')) return;
  throw new GitHostRefusal(409, `Conflict: Commit status checks failed for ${ref}.`, {
    errors: [{ contexts, resource: 'Deployment', field: 'required_contexts', code: 'invalid' }],
  });
}

function deploymentIn(asked: AskedOfRepository): Deployment {
  return asked.repository.deployments.get(numberIn(asked, 'id')) ?? notFound();
}

function deploymentShape(repository: GitHostRepository, deployment: Deployment): Shape {
  const url = `${repository.api}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: timeOf(deployment.createdAt),
    updated_at: timeOf(deployment.statuses.at(-1)?.createdAt ?? deployment.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: repository.api,
    creator: userShape(repository.gitHost, deployment.by),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: false,
    production_environment: deployment.environment === 'production',
  };
}

function statusShape(repository: GitHostRepository, deployment: Deployment, status: DeploymentStatus): Shape {
  const url = `${repository.api}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: userShape(repository.gitHost, status.by),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    created_at: timeOf(status.createdAt),
    updated_at: timeOf(status.createdAt),
    deployment_url: url,
    repository_url: repository.api,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
  };
}
