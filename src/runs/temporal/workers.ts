import path from 'node:path';
import { lookForWorkers, type Pollers } from '../../starter/look-for-workers.js';
import { projectRoot } from '../../tools/project-root.js';
import { defaultTaskQueue } from '../../workflows/messages.js';
import { neverSeen } from '../view/work-text.js';
import type { ObservedWorkers } from '../view/run-view.js';
import type { Temporal } from './temporal.js';

/** The pollers of the task queue, and the command that starts a worker when there are none. */
export async function seeWorkers(temporal: Temporal, taskQueue: string): Promise<ObservedWorkers> {
  return { ...(await lookForWorkers(temporal.client, taskQueue)), startWith: startWorker(taskQueue) };
}

/** The error for a missing worker, and what to type. */
export function noWorker({ taskQueue, lastSeen }: Pollers): { readonly what: string; readonly hint: string } {
  const since = lastSeen ? ` since ${new Date(lastSeen).toLocaleTimeString('sv-SE')}` : '';
  const mayReturn = lastSeen ? '' : ` (${neverSeen}; one that lives reconnects within seconds)`;
  return {
    what: `No worker answers on task queue ${taskQueue}${since}.`,
    hint: `Start one: ${startWorker(taskQueue)}${mayReturn}`,
  };
}

/** The command that starts a worker, for this machine. */
function startWorker(taskQueue: string): string {
  const main = path.relative(process.cwd(), path.join(projectRoot, 'dist', 'programs', 'worker.js'));
  const setting = taskQueue === defaultTaskQueue ? '' : `SLIPWAY_TASK_QUEUE=${taskQueue} `;
  return `${setting}node ${main}`;
}
