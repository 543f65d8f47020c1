import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { planUpgrade } from '../../src/planning/plan/upgrade-plan.js';
import type { PlanInput } from '../../src/planning/plan/plan-input.js';
import type { Origin, UpgradePlan } from '../../src/planning/plan/plan.js';
import { lookForWorkers } from '../../src/starter/look-for-workers.js';
import { enqueueMerge } from '../../src/starter/enqueue-merge.js';
import { historyFacts, type HistoryFacts } from '../../src/runs/view/history-facts.js';
import { decoded } from '../../src/runs/view/history-values.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { runId, workflowTypes } from '../../src/workflows/messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { aCluster } from '../planning/a-cluster.js';
import { limits } from '../limits.js';
import { until } from '../until.js';

export const cluster = 'prox-ops';
export const taskQueue = 'workflows-alone';

/** Runs on the bundled workflows, on a real Temporal; the test answers their activities. */
export interface WorkflowsAlone {
  readonly temporal: WorkerlessTemporal;
  /** Starts a run, answers its plan, and returns when it waits for approval. */
  waitingRun(run: number, approvers?: 1 | 2): Promise<WaitingRun>;
  /** The same for a run that a pull request's merge begins, through the cluster's queue. */
  mergedRun(origin: Origin): Promise<WaitingRun & { readonly run: number }>;
  /** Takes the next scheduled activity, whichever, and answers it. */
  answerNext(result: unknown): Promise<{ readonly name: string; readonly input: unknown }>;
  /** Does something while the worker is frozen: its tasks wait, and it continues afterwards. */
  whileFrozen(act: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface WaitingRun {
  readonly handle: WorkflowHandle;
  readonly plan: UpgradePlan;
  readonly facts: () => Promise<HistoryFacts>;
  /** Polls until it is so. */
  readonly until: (what: string, look: () => Promise<boolean>) => Promise<void>;
  /** The Web UI's current details. */
  readonly details: () => Promise<string>;
  /** How often the workflow's code failed. */
  readonly failedTasks: () => Promise<number>;
}

export async function startWorkflowsAlone(): Promise<WorkflowsAlone> {
  const temporal = await startWorkerlessTemporal();
  const script = path.join(projectRoot, 'dist', 'test', 'workflows', 'workflow-worker.js');
  const { address, namespace } = temporal;
  const worker = spawn(process.execPath, [script, address, namespace, taskQueue], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const works = await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit').then(() => undefined)]);
  if (!works) {
    await temporal.stop();
    throw new Error(
      'The worker of the workflows ended before it worked. Type: npm run check, which bundles them.',
    );
  }
  // It prints that it works before its first poll has reached Temporal.
  while (!(await lookForWorkers(temporal.client, taskQueue)).answering) await pause(50);
  return {
    temporal,
    waitingRun: (run, approvers = 1) => startRun(temporal, run, approvers),
    mergedRun: (origin) => mergeRun(temporal, origin),
    answerNext: (result) => answerActivity(temporal.client, result),
    whileFrozen: async (act) => {
      worker.kill('SIGSTOP');
      try {
        await act();
      } finally {
        worker.kill('SIGCONT');
      }
    },
    stop: async () => {
      await ended(worker);
      await temporal.stop();
    },
  };
}

async function ended(worker: ChildProcess): Promise<void> {
  const over = once(worker, 'exit');
  worker.kill('SIGKILL');
  await over;
}

const asking = (approvers: 1 | 2): PlanInput =>
  aCluster()
    .upgrading({ approve: ['patch'], approvers })
    .planInput();

async function startRun({ client }: WorkerlessTemporal, run: number, approvers: 1 | 2): Promise<WaitingRun> {
  const input = asking(approvers);
  const { inventory, request } = input;
  const handle = await client.workflow.start(workflowTypes.run, {
    workflowId: runId(cluster, run),
    taskQueue,
    args: [{ request, run, inventory, base: '/', only: [] }],
  });
  return untilItWaits(client, handle, input);
}

async function mergeRun(
  { client }: WorkerlessTemporal,
  origin: Origin,
): Promise<WaitingRun & { readonly run: number }> {
  const input = asking(1);
  const request = { ...input.request, origin };
  const offered = { request, inventory: input.inventory, base: '/', only: [] };
  const answer = await enqueueMerge(
    client,
    { key: origin.delivery, input: offered },
    { taskQueue, limitMs: 60_000 },
  );
  if (answer.verdict !== 'started') throw new Error(JSON.stringify(answer));
  const { run } = answer;
  const handle = client.workflow.getHandle(runId(cluster, run));
  return { ...(await untilItWaits(client, handle, input)), run };
}

async function answerActivity(
  client: Client,
  result: unknown,
): Promise<{ readonly name: string; readonly input: unknown }> {
  const { workflowService, options } = client;
  const common = { namespace: options.namespace, identity: 'by hand' };
  // Temporal ends a poll after a minute without work, by an answer without a task.
  const { taskToken, activityType, input } = await until('an activity is asked for', async () => {
    const task = await client.withDeadline(Date.now() + limits.wait, () =>
      workflowService.pollActivityTaskQueue({ ...common, taskQueue: { name: taskQueue } }),
    );
    return task.taskToken?.length ? task : undefined;
  });
  await workflowService.respondActivityTaskCompleted({
    ...common,
    taskToken,
    result: { payloads: [defaultPayloadConverter.toPayload(result)] },
  });
  return { name: activityType?.name ?? '', input: decoded(input?.payloads?.[0]) };
}

async function untilItWaits(client: Client, handle: WorkflowHandle, input: PlanInput): Promise<WaitingRun> {
  const planned = planUpgrade(input);
  if (planned.verdict !== 'planned') throw new Error(JSON.stringify(planned));
  const { name } = await answerActivity(client, planned);
  if (name !== 'planUpgrade') throw new Error(`it asks for ${name} first`);
  const found: WaitingRun = {
    handle,
    plan: planned.plan,
    facts: async () => historyFacts(await handle.fetchHistory()),
    until: async (what, look) => {
      await until(what, async () => (await look()) || pause(50, false));
    },
    details: async () => {
      const { currentDetails } = await handle.query<{ readonly currentDetails: string }>(
        '__temporal_workflow_metadata',
      );
      return currentDetails;
    },
    failedTasks: async () => {
      const { events } = await handle.fetchHistory();
      return (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length;
    },
  };
  await found.until('it waits for approval', async () => (await found.facts()).timers.length > 0);
  return found;
}
