import { z } from 'zod';
import type { DeploymentState } from '../../planning/messages/run-comment.js';
import type { GitHub } from './github.js';

/** GitHub's limit, in characters. */
const descriptionMax = 140;

/** One deployment: a commit, an environment, and a task that identifies it. */
export interface DeploymentOf {
  /** The environment: the name of the cluster. */
  readonly environment: string;
  /** `slipway:run-3` */
  readonly task: string;
  readonly commit: string;
}

export interface DeploymentStands {
  readonly state: DeploymentState;
  /** One line. */
  readonly description: string;
  /** A link to details; `https://…`. */
  readonly url?: string;
}

const Deployment = z.object({ id: z.int() });
const Status = z.object({ state: z.string(), description: z.string().nullish() });

/**
 * Creates a deployment or updates its state. A repeated call with the same state changes nothing.
 *
 * @throws GitHostFailed `forbidden` or `missing` where our credential may create none.
 */
export async function setDeployment(
  github: GitHub,
  of: DeploymentOf,
  { state, description, url }: DeploymentStands,
): Promise<'reported' | 'unchanged'> {
  const id = (await deploymentOf(github, of)) ?? (await makeDeployment(github, of));
  const [last] = await github.call(
    z.array(Status),
    'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    { deployment_id: id, per_page: 1 },
  );
  const words = shortened(description.replaceAll(/\s+/g, ' '));
  if (last?.state === state && last.description === words) return 'unchanged';
  await github.call(Status, 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', {
    deployment_id: id,
    state,
    description: words,
    environment: of.environment,
    // Each run sets its own deployments: GitHub must not deactivate those of other runs.
    auto_inactive: false,
    ...(url?.startsWith('https://') ? { log_url: url } : {}),
  });
  return 'reported';
}

async function deploymentOf(
  github: GitHub,
  { environment, task, commit }: DeploymentOf,
): Promise<number | undefined> {
  const [found] = await github.call(z.array(Deployment), 'GET /repos/{owner}/{repo}/deployments', {
    environment,
    task,
    // Run numbers restart with another Temporal.
    sha: commit,
    per_page: 1,
  });
  return found?.id;
}

async function makeDeployment(github: GitHub, { environment, task, commit }: DeploymentOf): Promise<number> {
  const { id } = await github.call(Deployment, 'POST /repos/{owner}/{repo}/deployments', {
    ref: commit,
    environment,
    task,
    // The commit is merged; checks on a merge commit may still be pending, or belong to others.
    auto_merge: false,
    required_contexts: [],
    description: 'Slipway upgrades Talos',
  });
  return id;
}

function shortened(text: string): string {
  return text.length <= descriptionMax
    ? text
    : `${text.slice(0, descriptionMax - 1).replaceAll(/\p{Cs}/gu, '')}…`;
}
