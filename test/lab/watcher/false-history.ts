import type { Client } from '@temporalio/client';

/** Numbers of Temporal's commands (temporal.api.enums.v1.CommandType). */
const SCHEDULE_ACTIVITY = 1;
const COMPLETE = 4;
const START_CHILD = 11;

/** A requested task exists, or is about to. Milliseconds. */
const TASK_COMES_WITHIN = 20_000;

/** The next command of a false workflow. */
export type Act =
  | { readonly does: 'start'; readonly id: string; readonly input: unknown }
  | { readonly does: 'schedule'; readonly activity: string }
  | { readonly does: 'complete'; readonly result: unknown };

/**
 * Histories of Slipway's workflows that no Slipway would write. No workflow code runs: this takes each workflow's tasks, and answers them
 * with the commands that a test wants.
 */
export class FalseHistory {
  constructor(
    readonly client: Client,
    readonly namespace: string,
  ) {}

  /** Starts a workflow; each has its own task queue, named like it. */
  async begin(id: string, type: string, input: unknown): Promise<void> {
    await this.client.workflow.start(type, { workflowId: id, taskQueue: id, args: [input] });
  }

  /** Takes a workflow's next task, and answers it with these commands. */
  async next(id: string, ...acts: readonly Act[]): Promise<void> {
    const { namespace, client } = this;
    const { workflowService } = client.connection;
    const { taskToken } = await client.withDeadline(Date.now() + TASK_COMES_WITHIN, () =>
      workflowService.pollWorkflowTaskQueue({
        namespace,
        taskQueue: { name: id },
        identity: 'false history',
      }),
    );
    if (!taskToken || taskToken.length === 0) throw new Error(`${id} has no task`);
    const commands = acts.map((act, index) => command(act, `${id} ${index}`, id));
    await workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands });
  }

  /** Takes the one activity a workflow has scheduled, and never answers it. */
  async takeActivity(id: string): Promise<void> {
    const { namespace, client } = this;
    await client.withDeadline(Date.now() + TASK_COMES_WITHIN, () =>
      client.connection.workflowService.pollActivityTaskQueue({
        namespace,
        taskQueue: { name: id },
        identity: 'false history',
      }),
    );
  }
}

function command(act: Act, activityId: string, queue: string): object {
  if (act.does === 'complete') {
    const attributes = { result: payloads(act.result) };
    return { commandType: COMPLETE, completeWorkflowExecutionCommandAttributes: attributes };
  }
  if (act.does === 'start') {
    const attributes = {
      workflowId: act.id,
      workflowType: { name: 'upgradeNode' },
      taskQueue: { name: act.id },
      input: payloads(act.input),
    };
    return { commandType: START_CHILD, startChildWorkflowExecutionCommandAttributes: attributes };
  }
  // Without a limit for all attempts together; Temporal requires one for each attempt.
  const attributes = {
    activityId,
    activityType: { name: act.activity },
    taskQueue: { name: queue },
    startToCloseTimeout: { seconds: 600 },
  };
  return { commandType: SCHEDULE_ACTIVITY, scheduleActivityTaskCommandAttributes: attributes };
}

function payloads(value: unknown): object {
  const data = Buffer.from(JSON.stringify(value));
  return { payloads: [{ metadata: { encoding: Buffer.from('json/plain') }, data }] };
}
