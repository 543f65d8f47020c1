import path from 'node:path';
import { projectRoot } from '../tools/project-root.js';
import type { Tell } from './events.js';
import { ServiceProcess } from './service-process.js';
import type { Service } from './supervisor.js';
import { whyNotPolling } from './temporal-answers.js';

/** The Temporal and task queue of the worker. */
export interface WorkerSettings {
  /** Temporal's address: `127.0.0.1:7233`. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Our environment; the worker reads its own settings and credentials from it. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves as soon as Temporal responds; rejects only by the signal. */
  readonly temporalReady: (signal: AbortSignal) => Promise<void>;
}

/** The start may include bundling the workflows. */
const readyMs = 180_000;
/** The worker stops its own children within five seconds. */
const graceMs = 20_000;

/** A missing file has no profile. */
const noFile = '/nonexistent/temporal.toml';

/** Slipway's worker, in its own process. It prepares the namespace: retention and search attributes. */
export function workerService(settings: WorkerSettings, report: Tell): Service {
  const { address, namespace, taskQueue, temporalReady } = settings;
  return {
    name: 'worker',
    where: `works on task queue ${taskQueue} of namespace ${namespace}`,
    readyMs,
    mayStart: temporalReady,
    start: () =>
      ServiceProcess.start({
        command: process.execPath,
        args: [path.join(projectRoot, 'dist', 'programs', 'worker.js')],
        env: workerEnvironment(settings),
        graceMs,
        onLine: (line) => report({ event: 'said', service: 'worker', line: withoutTime(line) }),
      }),
    whyNotReady: ({ pid }) => whyNotPolling(address, { namespace, taskQueue, pid }),
  };
}

/** Our environment, except for Temporal's address: a person's profile may name another Temporal. */
function workerEnvironment({ env, address, namespace, taskQueue }: WorkerSettings): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && !name.startsWith('TEMPORAL_')) own[name] = value;
  return {
    ...own,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_CONFIG_FILE: noFile,
    SLIPWAY_TASK_QUEUE: taskQueue,
  };
}

/** Removes the worker's timestamp, because we add our own. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '');
}
