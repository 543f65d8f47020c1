import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { planUpgrade } from '../../src/planning/upgrade-plan.js';
import type { UpgradePlan } from '../../src/planning/plan.js';
import { historyFacts, type HistoryFacts } from '../../src/runs/view/history-facts.js';
import { projectRoot } from '../../src/tools/project-root.js';
import { runId, workflowTypes } from '../../src/workflows/messages.js';
import { startWorkerlessTemporal, type WorkerlessTemporal } from '../cli/a-temporal.js';
import { aCluster } from '../planning/a-cluster.js';

export const cluster = 'prox-ops';
export const taskQueue = 'workflows-alone';

/** Runs on the workflows as they are bundled, on a real Temporal; their activities are answered by hand. */
export interface WorkflowsAlone {
  readonly temporal: WorkerlessTemporal;
  /** Starts a run, answers its plan, and comes back when it waits for a yes. */
  waitingRun(run: number, approvers?: 1 | 2): Promise<WaitingRun>;
  stop(): Promise<void>;
}

export interface WaitingRun {
  readonly handle: WorkflowHandle;
  readonly plan: UpgradePlan;
  facts(): Promise<HistoryFacts>;
  /** Looks until it is so. */
  until(what: string, look: () => Promise<boolean>): Promise<void>;
  /** What the Web UI shows. */
  details(): Promise<string>;
  /** How often the workflow's code failed. */
  failedTasks(): Promise<number>;
}

export async function startWorkflowsAlone(): Promise<WorkflowsAlone> {
  const temporal = await startWorkerlessTemporal();
  const script = path.join(projectRoot, 'dist', 'test', 'workflows', 'workflow-worker.js');
  const address = temporal.env['TEMPORAL_ADDRESS'] ?? '';
  const worker = spawn(process.execPath, [script, address, taskQueue], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout, 'data');
  return {
    temporal,
    waitingRun: (run, approvers = 1) => waitingRun(temporal, run, approvers),
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

async function waitingRun(
  { client }: WorkerlessTemporal,
  run: number,
  approvers: 1 | 2,
): Promise<WaitingRun> {
  const asking = aCluster().upgrading({ approve: ['patch'], approvers });
  const input = asking.planInput();
  const planned = planUpgrade(input);
  if (planned.verdict !== 'planned') throw new Error(JSON.stringify(planned));
  const { inventory, request } = input;
  const handle = await client.workflow.start(workflowTypes.run, {
    workflowId: runId(cluster, run),
    taskQueue,
    args: [{ request, run, inventory, base: '/', only: [] }],
  });
  const { workflowService, options } = client;
  const common = { namespace: options.namespace, identity: 'by hand' };
  const { taskToken, activityType } = await client.withDeadline(Date.now() + 20_000, () =>
    workflowService.pollActivityTaskQueue({ ...common, taskQueue: { name: taskQueue } }),
  );
  if (activityType?.name !== 'planUpgrade') throw new Error(`it asks for ${activityType?.name} first`);
  const result = { payloads: [defaultPayloadConverter.toPayload(planned)] };
  await workflowService.respondActivityTaskCompleted({ ...common, taskToken, result });
  const found: WaitingRun = {
    handle,
    plan: planned.plan,
    facts: async () => historyFacts(await handle.fetchHistory()),
    until: async (what, look) => {
      for (let tries = 0; tries < 200; tries += 1) {
        if (await look()) return;
        await pause(50);
      }
      throw new Error(`it never was so: ${what}`);
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
  await found.until('it waits for a yes', async () => (await found.facts()).timers.length > 0);
  return found;
}
