import path from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../tools/binaries/cache.js';
import { defaultTaskQueue } from '../workflows/messages.js';
import { ownWorkerName } from './worker-identity.js';

/** The worker's settings, from the environment; Temporal's own envconfig reads its address, namespace and TLS. */
export interface WorkerSettings {
  /** `SLIPWAY_TASK_QUEUE`: one queue a site. */
  readonly taskQueue: string;
  /** `SLIPWAY_CREDENTIALS_DIR`: where relative credential files start; default the folder of the run's slipway.yaml. */
  readonly credentialsFolder: string | undefined;
  /** `SLIPWAY_REPOSITORIES_DIR`: where repositories that declare clusters are mirrored; default a folder of the cache. */
  readonly repositoriesFolder: string;
  /** `SLIPWAY_DIAL`: see `tools/dial-map`. */
  readonly dialMapFile: string | undefined;
  /** `SLIPWAY_RETENTION_DAYS`: how long closed runs are kept. Applies to runs that close afterwards. */
  readonly retentionDays: number;
  /** The worker's name in Temporal; it ends with `#` and the process id. */
  readonly identity: string;
  /** `SLIPWAY_WORKFLOW_BUNDLE`: the prebuilt workflow bundle. */
  readonly workflowBundle: string | undefined;
}

const schema = z.object({
  SLIPWAY_TASK_QUEUE: z.string().min(1).default(defaultTaskQueue),
  SLIPWAY_CREDENTIALS_DIR: z.string().min(1).optional(),
  SLIPWAY_REPOSITORIES_DIR: z.string().min(1).optional(),
  SLIPWAY_DIAL: z.string().min(1).optional(),
  SLIPWAY_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650).default(90),
  SLIPWAY_WORKFLOW_BUNDLE: z.string().min(1).optional(),
});

/** @throws Error naming every setting that is wrong, before anything starts. */
export function readSettings(environment: NodeJS.ProcessEnv): WorkerSettings {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(
      `The worker cannot start. ${mistakes.join('; ')}. Correct the environment and start it again.`,
    );
  }
  const found = parsed.data;
  return {
    taskQueue: found.SLIPWAY_TASK_QUEUE,
    credentialsFolder: found.SLIPWAY_CREDENTIALS_DIR
      ? path.resolve(found.SLIPWAY_CREDENTIALS_DIR)
      : undefined,
    repositoriesFolder: path.resolve(
      found.SLIPWAY_REPOSITORIES_DIR ?? path.join(cacheFolder(), 'repositories'),
    ),
    dialMapFile: found.SLIPWAY_DIAL,
    retentionDays: found.SLIPWAY_RETENTION_DAYS,
    identity: ownWorkerName(),
    workflowBundle: found.SLIPWAY_WORKFLOW_BUNDLE,
  };
}
