import path from 'node:path';
import { projectRoot } from '../../tools/project-root.js';
import type { WorkerSight } from '../board/run-view.js';
import { isoTime } from '../board/history-facts.js';
import type { Temporal } from './connect-temporal.js';

/** Workers ask for tasks with calls that last up to a minute; who was not seen for longer is gone. */
const pollMs = 75_000;
/** TASK_QUEUE_TYPE_WORKFLOW */
const workflowTasks = 1;
const askMs = 5_000;

/** Who polls the task queue. Asked of Temporal's server, so it is answered when no worker is up. */
export async function lookForWorkers(temporal: Temporal, taskQueue: string): Promise<WorkerSight> {
  const { client, namespace } = temporal;
  const answer = await temporal.within(askMs, () =>
    client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: workflowTasks }),
  );
  const seen = (answer.pollers ?? []).map((poller) => isoTime(poller.lastAccessTime)).sort();
  const lastSeen = seen.at(-1);
  const answering = lastSeen !== undefined && Date.now() - Date.parse(lastSeen) < pollMs;
  return { taskQueue, answering, lastSeen, startWith: startWorker(taskQueue) };
}

/** What to type to start a worker, from anywhere. */
export function startWorker(taskQueue: string): string {
  const main = path.relative(process.cwd(), path.join(projectRoot, 'dist', 'src', 'worker', 'main.js'));
  const setting = taskQueue === 'slipway' ? '' : `SLIPWAY_TASK_QUEUE=${taskQueue} `;
  return `${setting}node ${main}`;
}

/** `no worker answers on task queue slipway since 14:32; start one: …`, as two halves. */
export function noWorker(sight: WorkerSight): readonly [what: string, hint: string] {
  const since = sight.lastSeen ? ` since ${new Date(sight.lastSeen).toLocaleTimeString('sv-SE')}` : '';
  return [`No worker answers on task queue ${sight.taskQueue}${since}.`, `Start one: ${sight.startWith}`];
}
