import type { Client } from '@temporalio/client';

/** Numbers of Temporal's commands (temporal.api.enums.v1.CommandType). */
const SCHEDULE_ACTIVITY = 1;
const COMPLETE = 4;
const START_CHILD = 11;

/** A task that is asked for is there, or on its way. Milliseconds. */
const TASK_COMES_WITHIN = 20_000;

/** What a false workflow does next. */
export type Act =
  | { readonly does: 'start'; readonly id: string; readonly input: unknown }
  | { readonly does: 'schedule'; readonly activity: string }
  | { readonly does: 'complete'; readonly result: unknown };

/**
 * Histories of Slipway's workflows that no Slipway would write. Nothing runs: it takes each workflow's tasks itself, and
 * answers them with whatever a test wants to have happened.
 */
export class FalseHistory {
  constructor(
    readonly client: Client,
    readonly namespace: string,
  ) {}

  /** Starts a workflow; each has a task queue of its own, of its own name. */
  async begin(id: string, type: string, input: unknown): Promise<void> {
    await this.client.workflow.start(type, { workflowId: id, taskQueue: id, args: [input] });
  }

  /** Takes a workflow's next task, and does this in it. */
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

  /** Takes the one activity a workflow has scheduled, and says nothing of it ever. */
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
  // Without a limit of all attempts together; Temporal insists on one of each attempt.
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
