import type { Connection } from '@temporalio/client';

/** Workflows that are nothing but an activity, played by hand: Temporal sees a worker, and no worker has to die. */
export interface ActivityByHand {
  /** Starts the workflow and schedules its activity. Answers how many activities came back with the answer. */
  schedule(workflowId: string, eagerly: boolean): Promise<number>;
  /** Takes the activity up, as the worker of that name. */
  takeAs(worker: string): Promise<void>;
  pending(workflowId: string): Promise<{
    readonly state: number;
    readonly attempt: number;
    readonly lastFailure: string | undefined;
  }>;
}

const minute = { seconds: 60 } as never;
/** COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK */
const scheduleActivity = 1;

/** @param taskQueue one nobody else polls. */
export function activityByHand(connection: Connection, namespace: string, taskQueue: string): ActivityByHand {
  const { workflowService } = connection;
  const inTime = <T>(poll: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + 20_000, poll);
  const queue = { name: taskQueue };
  return {
    schedule: async (workflowId, eagerly) => {
      await workflowService.startWorkflowExecution({
        namespace,
        workflowId,
        workflowType: { name: 'byHand' },
        taskQueue: queue,
        requestId: workflowId,
        identity: 'test',
      });
      const task = await inTime(() =>
        workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: queue, identity: 'test' }),
      );
      const { activityTasks } = await workflowService.respondWorkflowTaskCompleted({
        namespace,
        taskToken: task.taskToken,
        identity: 'test',
        commands: [
          {
            // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is in a package that is not ours to import
            commandType: scheduleActivity,
            scheduleActivityTaskCommandAttributes: {
              activityId: '1',
              activityType: { name: 'byHand' },
              taskQueue: queue,
              scheduleToCloseTimeout: { seconds: 3_600 } as never,
              startToCloseTimeout: { seconds: 600 } as never,
              heartbeatTimeout: minute,
              retryPolicy: { initialInterval: minute, backoffCoefficient: 1 },
              requestEagerExecution: eagerly,
            },
          },
        ],
      });
      return activityTasks.length;
    },
    takeAs: async (identity) => {
      await inTime(() => workflowService.pollActivityTaskQueue({ namespace, taskQueue: queue, identity }));
    },
    pending: async (workflowId) => {
      const { pendingActivities } = await workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      const [activity] = pendingActivities;
      return {
        state: Number(activity?.state),
        attempt: Number(activity?.attempt),
        lastFailure: activity?.lastFailure?.message ?? undefined,
      };
    },
  };
}
