import { z } from 'zod';
import type { GitHub } from './github.js';

/** GitHub's limit, in characters. */
const descriptionMax = 140;

/** How a deployment stands; GitHub's words. */
export type DeploymentState =
  | 'queued'
  | 'pending'
  | 'in_progress'
  | 'success'
  | 'failure'
  | 'error'
  | 'inactive';

/** One deployment: of a commit, somewhere, by a task that tells it from others. */
export interface DeploymentOf {
  /** Where: the name of the cluster. */
  readonly environment: string;
  /** `slipway:run-3` */
  readonly task: string;
  readonly commit: string;
}

export interface DeploymentStands {
  readonly state: DeploymentState;
  /** One line. */
  readonly description: string;
  /** Where to read more; `https://…`. */
  readonly url?: string;
}

const Deployment = z.object({ id: z.int() });
const Status = z.object({ state: z.string(), description: z.string().nullish() });

/**
 * Says how a deployment stands; the first time it is made. Called again with the same it changes nothing.
 *
 * @throws ForgeFailed `forbidden` or `missing` where we may make none.
 */
export async function setDeployment(
  github: GitHub,
  of: DeploymentOf,
  { state, description, url }: DeploymentStands,
): Promise<'told' | 'unchanged'> {
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
    // What stands there from another run is that run's to say.
    auto_inactive: false,
    ...(url?.startsWith('https://') ? { log_url: url } : {}),
  });
  return 'told';
}

async function deploymentOf(
  github: GitHub,
  { environment, task, commit }: DeploymentOf,
): Promise<number | undefined> {
  const [found] = await github.call(z.array(Deployment), 'GET /repos/{owner}/{repo}/deployments', {
    environment,
    task,
    // Numbers of runs begin again with another Temporal.
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
    // It is merged; and checks at a merge commit may still be under way, or be none of ours.
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
