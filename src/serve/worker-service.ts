import path from 'node:path';
import { projectRoot } from '../tools/project-root.js';
import type { Tell } from './events.js';
import { ServiceProcess } from './service-process.js';
import type { Service } from './supervisor.js';
import { whyNotPolling } from './temporal-answers.js';

/** For whom the worker works. */
export interface WorkerSettings {
  /** Temporal's address: `127.0.0.1:7233`. */
  readonly address: string;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Ours; the worker reads its own settings and credentials from it. */
  readonly env: NodeJS.ProcessEnv;
  /** Resolves as soon as Temporal answers; rejects only by the signal. */
  readonly temporalReady: (signal: AbortSignal) => Promise<void>;
}

/** It may have to bundle its workflows first. */
const readyMs = 180_000;
/** It stops its own children within five seconds. */
const graceMs = 20_000;

/** A file that is not there holds no profile. */
const noFile = '/nonexistent/temporal.toml';

/** Slipway's worker, in a process of its own. It prepares the namespace: retention and search attributes. */
export function workerService(settings: WorkerSettings, tell: Tell): Service {
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
        onLine: (line) => tell({ event: 'said', service: 'worker', line: withoutTime(line) }),
      }),
    whyNotReady: ({ pid }) => whyNotPolling(address, { namespace, taskQueue, pid }),
  };
}

/** Ours, but for where Temporal is: a person's profile may lead to another one. */
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

/** The worker writes the time before each line; so do we. */
function withoutTime(line: string): string {
  return line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '');
}
